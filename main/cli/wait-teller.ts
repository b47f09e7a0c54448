import { formatDuration } from "../../shared/format/duration.ts";
import type { OfferId } from "../../shared/model/offer.ts";
import type { Clock, Timer } from "../base/ports.ts";
import type { NamedEvent } from "../compose/client-events.ts";

/** Nothing has moved for so long: whoever watches is told. */
const QUIET_MS = 10_000;
/** A receiver that answers nothing for so long counts as gone (RFC 4975 §7.1.1). */
const GONE_MS = 30_000;
/** An end that moves by less is no news. */
const SAME_MS = 2000;

export interface Waiting {
  readonly id: OfferId;
  /** Wall clock, when it is given up at the latest. */
  readonly untilMs: number;
  readonly leftMs: number;
  /** The connection broke; otherwise nothing moves, and it may yet. */
  readonly isBroken: boolean;
}

/** Tells, soon, that a transfer of ours waits for its receiver, and until when. */
export class WaitTeller {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #tell: (waiting: Waiting) => void;
  /** Octets that are missing, by index of the file. */
  readonly #missing = new Map<number, number>();
  #quiet: Timer | undefined;
  #toldUntilMs = 0;

  /** @param waitMs how long a receiver that is gone is awaited */
  constructor(clock: Clock, waitMs: number, tell: (waiting: Waiting) => void) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#tell = tell;
  }

  hear(event: NamedEvent): void {
    switch (event.event) {
      case "answered":
        for (const index of event.accepted) this.#missing.set(index, 1);
        this.#watch(event.id);
        break;
      case "progress":
        this.#missing.set(event.index, event.sizeOctets - event.octets);
        this.#watch(event.id);
        break;
      case "file":
        this.#missing.delete(event.index);
        this.#watch(event.id);
        break;
      case "resumed":
        this.#watch(event.id);
        break;
      case "reconnecting":
        this.stop();
        if (event.forMs !== undefined) this.#say(event.id, event.forMs, true);
        break;
      case "paused":
      case "transfer":
        this.stop();
        break;
      default:
    }
  }

  stop(): void {
    this.#quiet?.cancel();
    this.#quiet = undefined;
  }

  #watch(id: OfferId): void {
    this.stop();
    // What is all there is being checked, which takes its time.
    if (![...this.#missing.values()].some((octets) => octets > 0)) return;
    this.#quiet = this.#clock.startTimer(QUIET_MS, () => {
      this.#say(id, GONE_MS - QUIET_MS + this.#waitMs, false);
    });
  }

  #say(id: OfferId, leftMs: number, isBroken: boolean): void {
    const untilMs = this.#clock.wallMs() + leftMs;
    if (Math.abs(untilMs - this.#toldUntilMs) < SAME_MS) return;
    this.#toldUntilMs = untilMs;
    this.#tell({ id, untilMs, leftMs, isBroken });
  }
}

/** In words, with the time of day where this runs. */
export function waitingText({ untilMs, leftMs, isBroken }: Waiting): string {
  const what = isBroken ? "Waiting for their device" : "Nothing moves. Waiting";
  const time = new Date(untilMs).toTimeString().slice(0, 8);
  return `${what} until ${time} (${formatDuration(leftMs)}). What has arrived stays of use; Ctrl-C ends it, --wait S sets the time.`;
}
