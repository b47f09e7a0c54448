import { formatMsrpUri, type MsrpUri, parseMsrpUri } from "../../base/msrp-uri.ts";
import type { Clock, Hashing, Random, Timer } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import type { MsrpConnection } from "../connection/connection.ts";
import { endLine } from "../framing/end-line.ts";
import type { FrameHead } from "../framing/frame-head.ts";
import { newTransactionId, requestHead } from "../framing/serialize.ts";
import {
  type AuthDialect,
  authorization,
  type Challenge,
  type RelayCredentials,
  readChallenge,
} from "./auth-fields.ts";

export interface RelayFailure {
  /** `refused`: the relay does not want us; `unusable`: it answered something that cannot be used. */
  readonly kind: "refused" | "unusable" | "timeout" | "connect-failed" | "connection-lost";
  readonly message: string;
  readonly status?: number;
}

/** What a relay granted. */
export interface RelayGrant {
  /** Its URIs as they go into `a=path` before our own: the reverse of Use-Path (RFC 4976 §5.1). */
  readonly usePath: readonly MsrpUri[];
  readonly expiresS: number;
}

export interface RelayLinkOptions {
  readonly relay: MsrpUri;
  readonly localUri: MsrpUri;
  readonly credentials: RelayCredentials;
  readonly dialect: AuthDialect;
  /** Asked for; the relay decides. */
  readonly expiresS: number;
}

export interface RelayPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
}

/** What becomes of a place while it is kept. */
export interface GrantListener {
  /** The relay granted it anew, mostly under another path. */
  onRenewed(grant: RelayGrant): void;
  /** The relay does not grant it any longer; what runs over it may go on until the relay ends it. */
  onExpired(failure: RelayFailure): void;
}

/** RFC 4976 §6.3: responses to AUTH come end to end, through relays that may have to connect. */
const ANSWER_MS = 30_000;
/** When the relay names no time. */
const DEFAULT_EXPIRES_S = 1800;
const EXPIRES = /^[1-9]\d{0,6}$/;
const MAX_USE_PATH = 8;
/** Parts of the time granted after which it is asked for again, and once more where that came to nothing. */
const RENEW_AT = 0.8;
const RENEW_AGAIN_AFTER = 0.1;

type Settle = (result: Result<FrameHead, RelayFailure>) => void;

/** Our place at one relay: authorizes on one connection, and again before the grant expires (RFC 4976 §6.1). */
export class RelayLink {
  readonly connection: MsrpConnection;
  readonly #options: RelayLinkOptions;
  readonly #ports: RelayPorts;
  readonly #waiting = new Map<string, Settle>();
  #refresh: Timer | undefined;
  #expiresS: number;
  #isOver = false;

  constructor(connection: MsrpConnection, options: RelayLinkOptions, ports: RelayPorts) {
    this.connection = connection;
    this.#options = options;
    this.#expiresS = options.expiresS;
    this.#ports = ports;
  }

  /** Asks for a path; a second 401 is an answer to our credentials, or to the dialect. */
  async authorize(): Promise<Result<RelayGrant, RelayFailure>> {
    const first = await this.#ask([]);
    if (!first.ok) return first;
    if (first.value.status !== 401) return this.#granted(first.value);
    const challenge = readChallenge(first.value.fields.get("www-authenticate") ?? "");
    if (challenge === undefined) return unusable("its challenge cannot be answered");
    const second = await this.#answer(challenge);
    if (!second.ok || second.value.status !== 423) return this.#outcome(second);
    const allowed = allowedExpiresS(second.value);
    if (allowed === undefined) return this.#granted(second.value);
    this.#expiresS = allowed;
    // A relay that counts nonces takes none twice.
    return this.#outcome(await this.#answer(challenge, 2));
  }

  #answer(challenge: Challenge, nonceCount = 1): Promise<Result<FrameHead, RelayFailure>> {
    return this.#ask([["Authorization", this.#authorization(challenge, nonceCount)]]);
  }

  #outcome(answer: Result<FrameHead, RelayFailure>): Result<RelayGrant, RelayFailure> {
    return answer.ok ? this.#granted(answer.value) : answer;
  }

  /** Asks again before the time is over. */
  keep(grant: RelayGrant, listener: GrantListener): void {
    this.#renewIn(grant.expiresS * RENEW_AT, listener, () => {
      this.#renewIn(grant.expiresS * RENEW_AGAIN_AFTER, listener, (failure) => {
        listener.onExpired(failure);
      });
    });
  }

  #renewIn(
    seconds: number,
    listener: GrantListener,
    onRefused: (failure: RelayFailure) => void,
  ): void {
    if (this.#isOver) return;
    this.#refresh = this.#ports.clock.startTimer(seconds * 1000, () => {
      void this.authorize().then((again) => {
        if (this.#isOver) return;
        if (!again.ok) {
          onRefused(again.error);
          return;
        }
        listener.onRenewed(again.value);
        this.keep(again.value, listener);
      });
    });
  }

  /** @returns false when the response is not for a request of this link */
  onResponse(head: FrameHead): boolean {
    const settle = this.#waiting.get(head.transactionId);
    settle?.(ok(head));
    return settle !== undefined;
  }

  /** The connection is gone, or is given up. */
  stop(): void {
    this.#isOver = true;
    this.#refresh?.cancel();
    const lost: RelayFailure = {
      kind: "connection-lost",
      message: "the connection to the relay was lost",
    };
    for (const settle of [...this.#waiting.values()]) settle(err(lost));
  }

  #ask(
    fields: readonly (readonly [name: string, value: string])[],
  ): Promise<Result<FrameHead, RelayFailure>> {
    const { relay, localUri } = this.#options;
    const transactionId = newTransactionId(this.#ports.random);
    const paths = { toPath: formatMsrpUri(relay), fromPath: formatMsrpUri(localUri) };
    const text = requestHead({ transactionId, method: "AUTH", paths }, [
      ...fields,
      ["Expires", String(this.#expiresS)],
    ]);
    return new Promise((resolve) => {
      const settle: Settle = (result) => {
        timer.cancel();
        this.#waiting.delete(transactionId);
        resolve(result);
      };
      const timer = this.#ports.clock.startTimer(ANSWER_MS, () => {
        settle(err({ kind: "timeout", message: "the relay did not answer" }));
      });
      this.#waiting.set(transactionId, settle);
      const summary = { method: "AUTH", tid: transactionId, flag: "$", hasBody: false } as const;
      if (this.#isOver) this.stop();
      else this.connection.sendFrame(text + endLine(transactionId, "$"), summary);
    });
  }

  #authorization(challenge: Challenge, nonceCount: number): string {
    const { relay, credentials, dialect } = this.#options;
    const cnonce = randomToken(this.#ports.random, 16);
    const attempt = { uri: formatMsrpUri(relay), dialect, cnonce, nonceCount };
    return authorization(this.#ports.hashing, challenge, credentials, attempt);
  }

  #granted(head: FrameHead): Result<RelayGrant, RelayFailure> {
    if (head.status !== 200) {
      const message = `the relay answered ${String(head.status)} ${head.comment}`.trim();
      return err({ kind: "refused", message, status: head.status });
    }
    const usePath = readUsePath(head.fields.get("use-path") ?? "");
    if (usePath === undefined) return unusable("it granted no usable path");
    const given = head.fields.get("expires") ?? "";
    const expiresS = EXPIRES.test(given) ? Number(given) : DEFAULT_EXPIRES_S;
    return ok({ usePath: usePath.toReversed(), expiresS });
  }
}

/** RFC 4976 §6.3: a time that the relay would grant. */
function allowedExpiresS({ fields }: FrameHead): number | undefined {
  const given = fields.get("max-expires") ?? fields.get("min-expires") ?? "";
  return EXPIRES.test(given) ? Number(given) : undefined;
}

function unusable(why: string): Result<never, RelayFailure> {
  return err({ kind: "unusable", message: `the relay cannot be used: ${why}` });
}

function readUsePath(text: string): readonly MsrpUri[] | undefined {
  const words = text.split(" ").filter((word) => word !== "");
  if (words.length === 0 || words.length > MAX_USE_PATH) return undefined;
  const uris = words.map(parseMsrpUri);
  const path = uris.flatMap((uri) =>
    uri.ok && uri.value.sessionId !== undefined ? [uri.value] : [],
  );
  return path.length === words.length ? path : undefined;
}
