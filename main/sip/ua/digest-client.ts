import type { Hashing, Random } from "../../base/ports.ts";
import { randomToken } from "../../base/tokens.ts";
import { quote } from "../grammar/cursor.ts";
import type { SipHeaders } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import {
  type DigestQop,
  digestAlgorithm,
  digestResponse,
  ha1Of,
  parseDigest,
  type SipDigestAlgorithm,
} from "./digest.ts";

/** A user's account at one realm. No other realm is ever answered, whoever asks. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  /** MD5 is answered only where configuration allows it: a challenge must not be able to lower the strength. */
  readonly allowMd5: boolean;
  /**
   * Names and addresses of the own core. Credentials go there and nowhere else, and its challenges alone are answered: one
   * of whoever is called is not. Absent: everybody's.
   */
  readonly coreHosts?: readonly string[];
}

/** Addresses of the core that are remembered. */
const MAX_CORE_HOSTS = 64;

export interface DigestClientPorts {
  readonly hashing: Hashing;
  readonly random: Random;
}

/** What a request still may do when it is challenged; one per request of the application. */
export type DigestAttempts = Readonly<Record<AuthHeader, number>>;

export const NO_ATTEMPTS: DigestAttempts = { Authorization: 0, "Proxy-Authorization": 0 };

interface Challenge {
  readonly algorithm: SipDigestAlgorithm;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** Absent: a server of RFC 2617 that offers none. */
  readonly qop: DigestQop | undefined;
  readonly isStale: boolean;
}

/** A challenge that was answered, kept so that the next request needs no round trip of its own. */
interface Answered extends Challenge {
  count: number;
}

type AuthHeader = "Authorization" | "Proxy-Authorization";

/** Who asks, and where the answer stands: the server and a proxy on the way are two (RFC 3261 §22.3). */
const ASKED: readonly (readonly [challenge: string, header: AuthHeader])[] = [
  ["WWW-Authenticate", "Authorization"],
  ["Proxy-Authenticate", "Proxy-Authorization"],
];

/** A second challenge of the same one is answered only when the nonce was the trouble (RFC 7616 §3.3, stale). */
const MAX_ANSWERS = 2;

/** Client side of digest authentication for one account: RFC 3261 §22, RFC 7616, RFC 8760. */
export class DigestClient {
  readonly #credentials: Credentials;
  readonly #ports: DigestClientPorts;
  readonly #coreHosts: Set<string> | undefined;
  readonly #answered = new Map<AuthHeader, Answered>();

  constructor(credentials: Credentials, ports: DigestClientPorts) {
    this.#credentials = credentials;
    this.#ports = ports;
    const { coreHosts } = credentials;
    this.#coreHosts =
      coreHosts === undefined ? undefined : new Set(coreHosts.map((host) => host.toLowerCase()));
  }

  /** The own core is there. */
  isCore(host: string): boolean {
    return this.#coreHosts === undefined || this.#coreHosts.has(host.toLowerCase());
  }

  /** The core is there too: its name stands for that address, or it has named that host in its Service-Route. */
  learnCore(host: string): void {
    if (this.#coreHosts === undefined || this.#coreHosts.size >= MAX_CORE_HOSTS) return;
    this.#coreHosts.add(host.toLowerCase());
  }

  /** Adds credentials for the nonces we know, so that most requests are not challenged (RFC 7616 §3.6). */
  authorize(request: SipRequest): SipRequest {
    let { headers } = request;
    for (const [header, challenge] of this.#answered) {
      if (challenge.qop !== undefined) headers = this.#write(headers, header, challenge, request);
    }
    return headers === request.headers ? request : { ...request, headers };
  }

  /**
   * Answers the challenges of a 401 or 407, whichever header fields they stand in.
   * @param request as it was challenged
   * @returns the request with credentials, CSeq unchanged; undefined when no challenge is ours to answer or one was
   *   answered already
   */
  answer(
    request: SipRequest,
    response: SipResponse,
    attempts: DigestAttempts,
  ): { readonly request: SipRequest; readonly attempts: DigestAttempts } | undefined {
    if (response.status !== 401 && response.status !== 407) return undefined;
    let { headers } = request;
    let made = attempts;
    for (const [field, header] of ASKED) {
      const challenge = this.#choose(response.headers.getAll(field));
      if (challenge === undefined) {
        headers = this.#again(headers, header, request);
        continue;
      }
      const before = made[header];
      // The same question again after a fresh answer means a wrong password: asking on would lock the account.
      if (before >= MAX_ANSWERS || (before > 0 && !challenge.isStale)) return undefined;
      const answered = { ...challenge, count: 0 };
      this.#answered.set(header, answered);
      headers = this.#write(headers, header, answered, request);
      made = { ...made, [header]: before + 1 };
    }
    return made === attempts ? undefined : { request: { ...request, headers }, attempts: made };
  }

  /** What the other one has accepted counts once: its nonce count goes on (RFC 7616 §3.4). */
  #again(headers: SipHeaders, header: AuthHeader, request: SipRequest): SipHeaders {
    const known = this.#answered.get(header);
    return known?.qop === undefined || !headers.has(header)
      ? headers
      : this.#write(headers, header, known, request);
  }

  #choose(values: readonly string[]): Challenge | undefined {
    const challenges = values
      .map((value) => readChallenge(value, this.#credentials.realm))
      .filter((one) => one !== undefined);
    // RFC 8760 §2.4: the topmost that we support, and by local policy MD5 only where nothing better is offered.
    const strong = challenges.find((one) => one.algorithm !== "MD5");
    return strong ?? (this.#credentials.allowMd5 ? challenges[0] : undefined);
  }

  #write(
    headers: SipHeaders,
    header: AuthHeader,
    challenge: Answered,
    request: SipRequest,
  ): SipHeaders {
    challenge.count += 1;
    const { qop } = challenge;
    const protection =
      qop === undefined
        ? undefined
        : {
            nc: challenge.count.toString(16).padStart(8, "0"),
            cnonce: randomToken(this.#ports.random, 16),
            qop,
            body: request.body,
          };
    const { algorithm, nonce, opaque } = challenge;
    const { username, realm } = this.#credentials;
    const response = digestResponse(this.#ports.hashing, {
      algorithm,
      ha1: ha1Of(this.#ports.hashing, algorithm, this.#credentials),
      nonce,
      method: request.method,
      uri: request.uri,
      ...(protection === undefined ? {} : { protection }),
    });
    const parts = [
      `username=${quote(username)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(request.uri)}`,
      `response="${response}"`,
      `algorithm=${algorithm}`,
      ...(protection === undefined
        ? []
        : [`cnonce="${protection.cnonce}"`, `qop=${protection.qop}`, `nc=${protection.nc}`]),
      ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ];
    return headers.set(header, `Digest ${parts.join(", ")}`);
  }
}

/** undefined: another realm, another scheme, or nothing we support. */
function readChallenge(value: string, realm: string): Challenge | undefined {
  const fields = parseDigest(value);
  const nonce = fields?.get("nonce");
  if (fields === undefined || nonce === undefined || fields.get("realm") !== realm) {
    return undefined;
  }
  const algorithm = digestAlgorithm(fields.get("algorithm"));
  if (algorithm === undefined) return undefined;
  const offered = fields
    .get("qop")
    ?.split(",")
    .map((one) => one.trim().toLowerCase());
  const qop = QOPS.find((one) => offered?.includes(one));
  if (offered !== undefined && qop === undefined) return undefined;
  const isStale = fields.get("stale")?.toLowerCase() === "true";
  return { algorithm, nonce, opaque: fields.get("opaque"), qop, isStale };
}

/** In the order of our choice: SIP bodies change on their way, so the whole message is covered only where it must be. */
const QOPS: readonly DigestQop[] = ["auth", "auth-int"];
