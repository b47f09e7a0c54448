import type { Clock, Log } from "../../base/ports.ts";
import type { HistoryEntry, HistoryFile, TransferStore } from "../../base/transfer-store.ts";

export interface OfferRecordPorts {
  readonly store: TransferStore;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The history entry of one offer. Every change is on disk when the call returns, so that what is done next is never
 * forgotten. A store that fails does not stop a transfer: it is logged, and the next change tries again.
 */
export class OfferRecord {
  readonly #ports: OfferRecordPorts;
  #entry: HistoryEntry;

  constructor(ports: OfferRecordPorts, entry: Omit<HistoryEntry, "startedMs">) {
    this.#ports = ports;
    this.#entry = { ...entry, startedMs: ports.clock.wallMs() };
    this.#save();
  }

  /** Wall-clock milliseconds since 1970. */
  get startedMs(): number {
    return this.#entry.startedMs;
  }

  update(change: Partial<Pick<HistoryEntry, "state" | "status" | "reason">>): void {
    this.#entry = { ...this.#entry, ...change };
    this.#save();
  }

  /** The offer's end: no change follows. */
  end(
    change: Pick<HistoryEntry, "state"> & Partial<Pick<HistoryEntry, "status" | "reason">>,
  ): void {
    this.#entry = { ...this.#entry, ...change, endedMs: this.#ports.clock.wallMs() };
    this.#save();
  }

  /** @param indexes files to change; all others stay */
  files(indexes: readonly number[], change: Partial<Omit<HistoryFile, "index">>): void {
    const files = this.#entry.files.map((file) =>
      indexes.includes(file.index) ? { ...file, ...change } : file,
    );
    this.#entry = { ...this.#entry, files };
    this.#save();
  }

  #save(): void {
    const saved = this.#ports.store.save(this.#entry);
    if (!saved.ok)
      this.#ports.log.write("error", "the history could not be written", {
        why: saved.error.message,
      });
  }
}
