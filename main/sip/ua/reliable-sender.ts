import { parseDecimalIn } from "../../base/decimal.ts";
import type { Timer } from "../../base/ports.ts";
import { cseqOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import type { UaContext } from "./ua-context.ts";

interface Unacknowledged {
  readonly rseq: number;
  readonly response: SipResponse;
}

/**
 * Reliable provisional responses of one INVITE (RFC 3262 §3): one at a time, each repeated after T1, 2*T1, 4*T1 … until its
 * PRACK comes; after 64*T1 without one `onTimeout` is called.
 */
export class ReliableSender {
  readonly #context: UaContext;
  readonly #tx: ServerTransaction;
  readonly #onTimeout: () => void;
  readonly #waiting: Unacknowledged[] = [];
  #pending: Unacknowledged | undefined;
  #rseq: number;
  #resend: Timer | undefined;
  #limit: Timer | undefined;
  #onQuiet: (() => void) | undefined;
  #isOver = false;

  constructor(context: UaContext, tx: ServerTransaction, onTimeout: () => void) {
    this.#context = context;
    this.#tx = tx;
    this.#onTimeout = onTimeout;
    // §3: anything from 1 to 2^31 - 1; low enough to count up from.
    this.#rseq = (context.random.bytes(4).readUInt32BE() >>> 2) + 1;
  }

  /** @param response complete, but for its number */
  send(response: SipResponse): SipResponse {
    this.#rseq += 1;
    const headers = response.headers.remove("RSeq").append("RSeq", String(this.#rseq));
    const numbered = { ...response, headers };
    this.#waiting.push({ rseq: this.#rseq, response: numbered });
    this.#next();
    return numbered;
  }

  /** A PRACK of this INVITE's early dialog. False: it acknowledges nothing that waits (§3: 481). */
  acknowledged(prack: SipRequest): boolean {
    const [rseq = "", seq = "", method = ""] = (prack.headers.get("RAck") ?? "")
      .trim()
      .split(/\s+/);
    const invite = cseqOf(this.#tx.request);
    const isIt =
      this.#pending !== undefined &&
      parseDecimalIn(rseq, 1, 2 ** 32 - 1) === this.#pending.rseq &&
      invite.ok &&
      parseDecimalIn(seq, 0, 2 ** 32 - 1) === invite.value.number &&
      method === "INVITE";
    if (!isIt) return false;
    this.#stopTimers();
    this.#pending = undefined;
    this.#next();
    return true;
  }

  /** Runs at once, or when no description waits for its PRACK any more: a 2xx must not overtake it (§3). */
  whenQuiet(run: () => void): void {
    const hasDescription = [this.#pending, ...this.#waiting].some(
      (one) => one !== undefined && one.response.body.length > 0,
    );
    if (hasDescription) this.#onQuiet = run;
    else run();
  }

  /** The INVITE has its final response: nothing is repeated any more. */
  stop(): void {
    this.#isOver = true;
    this.#stopTimers();
    this.#waiting.length = 0;
  }

  #next(): void {
    if (this.#isOver || this.#pending !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      const run = this.#onQuiet;
      this.#onQuiet = undefined;
      run?.();
      return;
    }
    const { t1Ms } = this.#context.config;
    this.#pending = next;
    this.#tx.respond(next.response);
    this.#repeat(next, t1Ms);
    this.#limit = this.#context.clock.startTimer(64 * t1Ms, () => {
      this.stop();
      this.#onTimeout();
    });
  }

  #repeat(pending: Unacknowledged, afterMs: number): void {
    this.#resend = this.#context.clock.startTimer(afterMs, () => {
      this.#tx.respond(pending.response);
      this.#repeat(pending, afterMs * 2);
    });
  }

  #stopTimers(): void {
    this.#resend?.cancel();
    this.#limit?.cancel();
  }
}
