import type { DigestAlgorithm, Hashing } from "../../base/ports.ts";
import { parseAuthValue } from "../grammar/credentials.ts";

/** The algorithms of RFC 7616 and RFC 8760 that we speak; `-sess` variants are left out. */
export type SipDigestAlgorithm = Extract<DigestAlgorithm, "MD5" | "SHA-256" | "SHA-512-256">;

/** All that a UAC can answer. */
export const DIGEST_ALGORITHMS: readonly SipDigestAlgorithm[] = ["SHA-512-256", "SHA-256", "MD5"];

/** What a server offers unless configured otherwise, most preferred first (RFC 8760 §2.3). */
export const OFFERED_ALGORITHMS: readonly SipDigestAlgorithm[] = ["SHA-256", "MD5"];

/** Quality of protection: `auth-int` covers the body too (RFC 7616 §3.4.3). */
export type DigestQop = "auth" | "auth-int";

/** The algorithm a challenge or an authorization names; absent means MD5 (RFC 7616 §3.3). */
export function digestAlgorithm(name: string | undefined): SipDigestAlgorithm | undefined {
  const upper = (name ?? "MD5").toUpperCase();
  return DIGEST_ALGORITHMS.find((one) => one === upper);
}

export interface DigestProtection {
  readonly nc: string;
  readonly cnonce: string;
  readonly qop: DigestQop;
  /** Counts with `auth-int` only. */
  readonly body: Uint8Array;
}

/** What a digest response is computed from (RFC 7616 §3.4.1). */
export interface DigestInput {
  readonly algorithm: SipDigestAlgorithm;
  /** H(username:realm:password), lower-case hex. */
  readonly ha1: string;
  readonly nonce: string;
  readonly method: string;
  /** The `uri` parameter as written. */
  readonly uri: string;
  /** Absent: the form without qop that servers of RFC 2617 may still ask for. */
  readonly protection?: DigestProtection;
}

/** H(username:realm:password) as lower-case hex: what a server stores instead of the password. */
export function ha1Of(
  hashing: Hashing,
  algorithm: SipDigestAlgorithm,
  who: { readonly username: string; readonly realm: string; readonly password: string },
): string {
  return hash(hashing, algorithm, `${who.username}:${who.realm}:${who.password}`);
}

/** Stands in for an unknown user's: to compute with it is as much work as with a known user's. */
export function ha1OfNobody(algorithm: SipDigestAlgorithm): string {
  return "0".repeat(algorithm === "MD5" ? 32 : 64);
}

/** The `response` value, lower-case hex. */
export function digestResponse(hashing: Hashing, input: DigestInput): string {
  const { algorithm, ha1, nonce, protection } = input;
  const isWhole = protection?.qop === "auth-int";
  const body = isWhole ? `:${hashing.digest(algorithm, protection.body).toString("hex")}` : "";
  const ha2 = hash(hashing, algorithm, `${input.method}:${input.uri}${body}`);
  const middle =
    protection === undefined
      ? nonce
      : `${nonce}:${protection.nc}:${protection.cnonce}:${protection.qop}`;
  return hash(hashing, algorithm, `${ha1}:${middle}:${ha2}`);
}

function hash(hashing: Hashing, algorithm: SipDigestAlgorithm, text: string): string {
  return hashing.digest(algorithm, Buffer.from(text, "utf8")).toString("hex");
}

/** The parameters of a Digest challenge or authorization by lower-case name; undefined for anything else. */
export function parseDigest(value: string): ReadonlyMap<string, string> | undefined {
  const parsed = parseAuthValue(value);
  if (!parsed.ok || parsed.value.scheme.toLowerCase() !== "digest") return undefined;
  const fields = new Map<string, string>();
  for (const { name, value: text } of parsed.value.parameters) {
    const key = name.toLowerCase();
    // Twice the same parameter is malformed: which one a peer hashed would be a guess.
    if (fields.has(key)) return undefined;
    fields.set(key, text ?? "");
  }
  return fields;
}
