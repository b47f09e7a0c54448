import type { Hashing } from "../../base/ports.ts";

/** What a relay's challenge says (RFC 4976 §9.1), names in lower case. */
export type Challenge = ReadonlyMap<string, string>;

export interface RelayCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * RFC 4976 §9.1 leaves the `uri` parameter out; some relays answer 401 for ever without it, others break with it.
 */
export type AuthDialect = "without-uri" | "with-uri";

const MAX_CHALLENGE_LENGTH = 2048;
const PAIR = /([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,\s*|$)/gy;

/** undefined where the value is no Digest challenge that we can answer: MD5 with `auth`, or without qop. */
export function readChallenge(value: string): Challenge | undefined {
  const [, scheme = "", rest = ""] = /^\s*(\S+)\s+(.*)/s.exec(value) ?? [];
  if (scheme.toLowerCase() !== "digest" || rest.length > MAX_CHALLENGE_LENGTH) return undefined;
  const fields = readPairs(rest);
  return fields !== undefined && isAnswerable(fields) ? fields : undefined;
}

function isAnswerable(fields: Challenge): boolean {
  const algorithm = fields.get("algorithm") ?? "MD5";
  const isComplete = fields.has("realm") && fields.has("nonce");
  return isComplete && algorithm.toUpperCase() === "MD5" && takesAuth(fields);
}

/** undefined when a name comes twice: which one counts would be a guess. */
function readPairs(text: string): Challenge | undefined {
  const fields = new Map<string, string>();
  for (const [, name = "", quoted, plain = ""] of text.matchAll(PAIR)) {
    const key = name.toLowerCase();
    if (fields.has(key)) return undefined;
    fields.set(key, quoted?.replace(/\\(.)/g, "$1") ?? plain);
  }
  return fields;
}

function takesAuth(fields: Challenge): boolean {
  const qop = fields.get("qop");
  return qop === undefined || qop.split(",").some((one) => one.trim().toLowerCase() === "auth");
}

export interface AuthAttempt {
  /** Rightmost URI of To-Path: the relay that is asked. */
  readonly uri: string;
  readonly dialect: AuthDialect;
  readonly cnonce: string;
  /** How often this nonce was answered, this time included. */
  readonly nonceCount: number;
}

/** Value of the Authorization header of an AUTH request. */
export function authorization(
  hashing: Hashing,
  challenge: Challenge,
  credentials: RelayCredentials,
  attempt: AuthAttempt,
): string {
  const md5 = (text: string): string =>
    hashing.digest("MD5", Buffer.from(text, "utf8")).toString("hex");
  const get = (name: string): string => challenge.get(name) ?? "";
  const { username, password } = credentials;
  const nc = attempt.nonceCount.toString(16).padStart(8, "0");
  const hasQop = challenge.has("qop");
  const ha1 = md5(`${username}:${get("realm")}:${password}`);
  const middle = hasQop ? `${get("nonce")}:${nc}:${attempt.cnonce}:auth` : get("nonce");
  const response = md5(`${ha1}:${middle}:${md5(`AUTH:${attempt.uri}`)}`);
  const opaque = challenge.get("opaque");
  return `Digest ${[
    `username=${quoted(username)}`,
    `realm=${quoted(get("realm"))}`,
    `nonce=${quoted(get("nonce"))}`,
    ...(attempt.dialect === "with-uri" ? [`uri=${quoted(attempt.uri)}`] : []),
    `response="${response}"`,
    ...(hasQop ? ["qop=auth", `nc=${nc}`, `cnonce="${attempt.cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
  ].join(", ")}`;
}

function quoted(text: string): string {
  return `"${text.replace(/(["\\])/g, "\\$1")}"`;
}
