import type { Undo } from "../../base/events.ts";
import type { Datagram } from "../transport/transport-layer.ts";
import type { GroupMember } from "./grouped-set.ts";
import type { ServerEvent } from "./server-fsm.ts";
import type { QueuedTimer, TimerOwner, TimerQueues } from "./timer-queues.ts";
import type { ServerEnd } from "./transaction.ts";

// Over UDP a non-INVITE transaction outlives its final response by far: 32 s at the server, 5 s at the client. These two
// are the state Completed of its machine, holding nothing but what that state needs.

/** What they need of the layer that holds them; one object for all of them. */
export interface Keeper {
  readonly timers: TimerQueues;
  resend(final: Datagram): void;
  onAnsweredOver(over: AnsweredRequest): void;
  onDoneOver(over: DoneRequest): void;
}

/** A request of a peer that has its final response, until timer J (RFC 3261 §17.2.2). */
export class AnsweredRequest implements TimerOwner, GroupMember {
  readonly key: string;
  group: string | undefined = undefined;
  place = 0;
  readonly #keeper: Keeper;
  /** undefined: answered with silence (RFC 4320 §4.2). */
  readonly #final: Datagram | undefined;
  readonly #timer: QueuedTimer;
  /** Most have no listener: those have no set either. */
  #endHandlers: Set<(cause: ServerEnd) => void> | undefined;
  #isOver = false;

  constructor(keeper: Keeper, key: string, final: Datagram | undefined, keepMs: number) {
    this.key = key;
    this.#keeper = keeper;
    this.#final = final;
    this.#timer = keeper.timers.start(keepMs, this, "J");
  }

  deliver(event: ServerEvent): void {
    if (event.on === "request" && this.#final !== undefined) this.#keeper.resend(this.#final);
  }

  onEnd(handler: (cause: ServerEnd) => void): Undo {
    if (this.#isOver) {
      handler("done");
      return () => undefined;
    }
    this.#endHandlers ??= new Set();
    this.#endHandlers.add(handler);
    return () => {
      this.#endHandlers?.delete(handler);
    };
  }

  fired(): void {
    const handlers = [...(this.#endHandlers ?? [])];
    this.#isOver = true;
    this.#endHandlers = undefined;
    this.#keeper.onAnsweredOver(this);
    for (const handler of handlers) handler("done");
  }

  /** Ends without a word to anybody. */
  abandon(): void {
    this.#timer.cancel();
    this.#isOver = true;
    this.#endHandlers = undefined;
  }
}

/** A request of ours that has its final response: absorbs it when it comes again, until timer K (RFC 3261 §17.1.2.2). */
export class DoneRequest implements TimerOwner {
  readonly key: string;
  readonly #keeper: Keeper;
  readonly #timer: QueuedTimer;
  readonly #onEnd: (() => void) | undefined;

  constructor(keeper: Keeper, key: string, keepMs: number, onEnd: (() => void) | undefined) {
    this.key = key;
    this.#keeper = keeper;
    this.#onEnd = onEnd;
    this.#timer = keeper.timers.start(keepMs, this, "K");
  }

  deliver(): void {
    // Absorbed.
  }

  fired(): void {
    this.#keeper.onDoneOver(this);
    this.#onEnd?.();
  }

  /** Ends without a word to anybody. */
  abandon(): void {
    this.#timer.cancel();
  }
}
