import type { Clock, Hashing, Random } from "../../base/ports.ts";
import { quote } from "../grammar/cursor.ts";
import { parseUri, sameUri } from "../grammar/uri.ts";
import {
  type DigestQop,
  digestAlgorithm,
  digestResponse,
  ha1OfNobody,
  OFFERED_ALGORITHMS,
  parseDigest,
  type SipDigestAlgorithm,
} from "./digest.ts";

export interface DigestVerifierOptions {
  readonly realm: string;
  /** Algorithms to offer and to accept. Default: SHA-256, then MD5. */
  readonly algorithms?: readonly SipDigestAlgorithm[];
  /** Default: `auth` alone, which every client knows. */
  readonly qops?: readonly DigestQop[];
  /** Default 300. */
  readonly nonceLifeS?: number;
}

export interface DigestVerifierPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
}

/** Looks up H(username:realm:password) as lower-case hex; undefined for an unknown user. */
export type Ha1Lookup = (username: string, algorithm: SipDigestAlgorithm) => string | undefined;

export type DigestVerdict =
  | { readonly kind: "ok"; readonly username: string }
  /** No credentials for our realm: challenge. */
  | { readonly kind: "missing" }
  /** The password is right, the nonce is too old or was used: challenge with `stale`, the user is not asked again. */
  | { readonly kind: "stale" }
  | { readonly kind: "wrong"; readonly why: string };

/** What credentials are for. */
export interface VerifiedRequest {
  readonly method: string;
  readonly uri: string;
  readonly body: Uint8Array;
}

interface NonceUse {
  highest: number;
  /** Bit n: `highest - n` was seen. */
  seen: number;
}

const NONCE_TIME_DIGITS = 16;
const NONCE_RANDOM_OCTETS = 8;
const NONCE_MAC_DIGITS = 32;
/** How far a nonce count may lag behind the highest one: requests overtake each other over UDP. */
const NC_WINDOW = 31;
const MAX_TRACKED_NONCES = 10_000;

/**
 * Server side of digest authentication, RFC 7616 and RFC 8760. Nonces carry their own time and are checked by HMAC, so
 * an unanswered challenge costs no memory; only nonces that were answered correctly are remembered, for their counts.
 */
export class DigestVerifier {
  readonly #ports: DigestVerifierPorts;
  readonly #realm: string;
  readonly #algorithms: readonly SipDigestAlgorithm[];
  readonly #qops: readonly DigestQop[];
  readonly #nonceLifeMs: number;
  readonly #secret: Buffer;
  /** In order of first use; mutable because a count changes with each request. */
  readonly #uses = new Map<string, NonceUse>();
  /** Nonces made up to here count as used: their entries had to make room. */
  #forgottenMs = -1;

  constructor(options: DigestVerifierOptions, ports: DigestVerifierPorts) {
    this.#ports = ports;
    this.#realm = options.realm;
    this.#algorithms = options.algorithms ?? OFFERED_ALGORITHMS;
    this.#qops = options.qops ?? ["auth"];
    this.#nonceLifeMs = (options.nonceLifeS ?? 300) * 1000;
    this.#secret = ports.random.bytes(32);
  }

  /** Values for WWW-Authenticate or Proxy-Authenticate fields, one field each, strongest first (RFC 8760 §2.3). */
  challenge(verdict?: DigestVerdict): readonly string[] {
    const nonce = this.#newNonce();
    const stale = verdict?.kind === "stale" ? ", stale=true" : "";
    return this.#algorithms.map(
      (algorithm) =>
        `Digest realm=${quote(this.#realm)}, nonce="${nonce}", algorithm=${algorithm}, qop="${this.#qops.join(",")}"${stale}`,
    );
  }

  /** @param values the Authorization or Proxy-Authorization fields of the request */
  verify(values: readonly string[], request: VerifiedRequest, ha1: Ha1Lookup): DigestVerdict {
    for (const value of values) {
      const digest = parseDigest(value);
      if (digest !== undefined && digest.get("realm") === this.#realm) {
        return this.#verifyDigest(digest, request, ha1);
      }
    }
    return { kind: "missing" };
  }

  #verifyDigest(
    digest: ReadonlyMap<string, string>,
    request: VerifiedRequest,
    ha1Lookup: Ha1Lookup,
  ): DigestVerdict {
    const algorithm = digestAlgorithm(digest.get("algorithm"));
    if (algorithm === undefined || !this.#algorithms.includes(algorithm)) {
      return wrong("the algorithm was not offered");
    }
    const fields = readFields(digest, this.#qops);
    if (fields === undefined) return wrong("a parameter is missing or malformed");
    // RFC 7616 §3.4.6: the digest must be for the resource that is asked for.
    if (!isSameResource(fields.uri, request.uri)) return wrong("the uri is another one");
    const madeMs = this.#timeOfNonce(fields.nonce);
    if (madeMs === undefined) return { kind: "stale" };

    const ha1 = ha1Lookup(fields.username, algorithm);
    const expected = digestResponse(this.#ports.hashing, {
      algorithm,
      ha1: ha1 ?? ha1OfNobody(algorithm),
      nonce: fields.nonce,
      method: request.method,
      uri: fields.uri,
      protection: { ...fields, body: request.body },
    });
    const isRight = this.#ports.hashing.equals(
      Buffer.from(expected, "utf8"),
      Buffer.from(fields.response, "utf8"),
    );
    // An unknown user takes the same path and time as a wrong password.
    if (!isRight || ha1 === undefined) return wrong("the user is unknown or the password is wrong");
    return this.#isFresh(fields.nonce, madeMs, fields.count)
      ? { kind: "ok", username: fields.username }
      : { kind: "stale" };
  }

  #newNonce(): string {
    const time = Math.floor(this.#ports.clock.nowMs())
      .toString(16)
      .padStart(NONCE_TIME_DIGITS, "0");
    const text = time + this.#ports.random.bytes(NONCE_RANDOM_OCTETS).toString("hex");
    return text + this.#mac(text);
  }

  #mac(text: string): string {
    const mac = this.#ports.hashing.hmac("SHA-256", this.#secret, Buffer.from(text, "utf8"));
    return mac.toString("hex").slice(0, NONCE_MAC_DIGITS);
  }

  /** When the nonce was made, undefined when it is not one of ours. */
  #timeOfNonce(nonce: string): number | undefined {
    const textDigits = NONCE_TIME_DIGITS + NONCE_RANDOM_OCTETS * 2;
    if (nonce.length !== textDigits + NONCE_MAC_DIGITS) return undefined;
    const text = nonce.slice(0, textDigits);
    const isOurs = this.#ports.hashing.equals(
      Buffer.from(this.#mac(text), "utf8"),
      Buffer.from(nonce.slice(textDigits), "utf8"),
    );
    return isOurs ? madeAtMs(text) : undefined;
  }

  /** Age and nonce count: each count is accepted once (RFC 7616 §3.4.5). */
  #isFresh(nonce: string, madeMs: number, count: number): boolean {
    const nowMs = this.#ports.clock.nowMs();
    if (nowMs - madeMs > this.#nonceLifeMs || madeMs <= this.#forgottenMs) return false;
    const use = this.#uses.get(nonce);
    if (use === undefined) {
      this.#makeRoom();
      this.#uses.set(nonce, { highest: count, seen: 1 });
      return true;
    }
    const lead = count - use.highest;
    if (lead > 0) {
      use.seen = lead > NC_WINDOW ? 1 : ((use.seen << lead) | 1) >>> 0;
      use.highest = count;
      return true;
    }
    const bit = (1 << -lead) >>> 0;
    if (-lead > NC_WINDOW || (use.seen & bit) !== 0) return false;
    use.seen = (use.seen | bit) >>> 0;
    return true;
  }

  #makeRoom(): void {
    const oldestAliveMs = this.#ports.clock.nowMs() - this.#nonceLifeMs;
    for (const nonce of this.#uses.keys()) {
      const madeMs = madeAtMs(nonce);
      const isFull = this.#uses.size >= MAX_TRACKED_NONCES;
      if (madeMs >= oldestAliveMs && !isFull) return;
      this.#uses.delete(nonce);
      if (isFull) this.#forgottenMs = Math.max(this.#forgottenMs, madeMs);
    }
  }
}

/** The time inside a nonce that is known to be ours. */
function madeAtMs(nonce: string): number {
  const octets = Buffer.from(nonce.slice(0, NONCE_TIME_DIGITS), "hex");
  return octets.readUInt32BE(0) * 2 ** 32 + octets.readUInt32BE(4);
}

interface DigestFields {
  readonly username: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly cnonce: string;
  readonly qop: DigestQop;
  readonly nc: string;
  readonly count: number;
}

/** undefined unless everything that a qop we offer needs is there (RFC 7616 §3.4). */
function readFields(
  digest: ReadonlyMap<string, string>,
  qops: readonly DigestQop[],
): DigestFields | undefined {
  const username = digest.get("username");
  const nonce = digest.get("nonce");
  const uri = digest.get("uri");
  const response = digest.get("response");
  const cnonce = digest.get("cnonce");
  const nc = digest.get("nc");
  if (username === undefined || nonce === undefined || uri === undefined) return undefined;
  if (response === undefined || cnonce === undefined || nc === undefined) return undefined;
  const qop = qops.find((one) => one === digest.get("qop"));
  if (qop === undefined || !/^[0-9a-fA-F]{8}$/.test(nc)) return undefined;
  const count = Buffer.from(nc, "hex").readUInt32BE();
  return { username, nonce, uri, response: response.toLowerCase(), cnonce, qop, nc, count };
}

function isSameResource(a: string, b: string): boolean {
  if (a === b) return true;
  const left = parseUri(a);
  const right = parseUri(b);
  return left.ok && right.ok && sameUri(left.value, right.value);
}

function wrong(why: string): DigestVerdict {
  return { kind: "wrong", why };
}
