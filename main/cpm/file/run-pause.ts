import type { PausedBy } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { Timer } from "../../base/ports.ts";
import type { OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import { PAUSED_HERE } from "./session-end.ts";

/** Between two questions whether the other side still pauses. */
const ASK_MS = 120_000;

export interface RunPauseOptions {
  readonly id: OfferId;
  readonly record: OfferLog;
  /** How long nobody may answer; one question is asked in any case. */
  readonly forMs: number;
  /** The other side is to be asked whether it still pauses. */
  readonly onAsk: () => void;
}

/**
 * Who pauses the files of an offer. A pause of the other side lasts as long as it says so when it is asked; one of our
 * own user is kept in the history, so that it holds in the next run of the program.
 */
export class RunPause {
  readonly #context: OfferContext;
  readonly #options: RunPauseOptions;
  #by: PausedBy | undefined;
  #heardMs = 0;
  #next: Timer | undefined;

  constructor(context: OfferContext, options: RunPauseOptions) {
    this.#context = context;
    this.#options = options;
  }

  get by(): PausedBy | undefined {
    return this.#by;
  }

  begin(by: PausedBy): void {
    const { id, record } = this.#options;
    if (by === "peer") this.#heardMs = this.#context.ports.clock.nowMs();
    else this.stop();
    if (this.#by === by) return;
    this.#by = by;
    if (by === "us") record.update({ reason: PAUSED_HERE });
    this.#context.emit("paused", { id, by });
  }

  end(): void {
    if (this.#by === "us") this.#options.record.update({ reason: undefined });
    this.#by = undefined;
    this.stop();
  }

  /** Asks the other side when it is time to. False: it has not answered for too long. */
  waits(): boolean {
    if (this.#by !== "peer" || this.#next !== undefined) return true;
    const { clock } = this.#context.ports;
    const { forMs, onAsk } = this.#options;
    if (clock.nowMs() - this.#heardMs >= Math.max(forMs, ASK_MS)) return false;
    this.#next = clock.startTimer(ASK_MS, () => {
      this.#next = undefined;
      onAsk();
    });
    return true;
  }

  /** Asks no more. */
  stop(): void {
    this.#next?.cancel();
    this.#next = undefined;
  }
}
