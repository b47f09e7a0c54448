import type { Clock, Log } from "../../base/ports.ts";
import type { HistoryEntry, HistoryFile } from "../../base/transfer-store.ts";
import type { HistoryStore } from "./steady-history.ts";

export interface OfferRecordPorts {
  readonly store: Pick<HistoryStore, "save">;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a new entry says; its time is added. */
export type OfferEntry = Omit<HistoryEntry, "startedMs">;

type OfferChange = Partial<Pick<HistoryEntry, "state" | "status">> & {
  /** The device that has taken this part of it; undefined: not known */
  readonly takenBy?: string | undefined;
  /** undefined: there is none any more */
  readonly reason?: string | undefined;
};

/** What an offer writes into the history, by the indexes of its own files. */
export interface OfferLog {
  /** Wall-clock milliseconds since 1970. */
  readonly startedMs: number;
  update(change: OfferChange): void;
  /** The offer's end: no change follows. */
  end(change: OfferChange & Pick<HistoryEntry, "state">): void;
  /** @param indexes files to change; all others stay */
  files(indexes: readonly number[], change: Partial<Omit<HistoryFile, "index">>): void;
}

/**
 * The history entry of one offer. Every change is on disk when the call returns, so that what is done next is never
 * forgotten. A store that fails does not stop a transfer: it is logged, and `SteadyHistory` tries again.
 */
export class OfferRecord implements OfferLog {
  readonly #ports: OfferRecordPorts;
  #entry: HistoryEntry;
  readonly #takers = new Set<string | undefined>();

  constructor(ports: OfferRecordPorts, entry: OfferEntry & { readonly startedMs?: number }) {
    this.#ports = ports;
    this.#entry = { startedMs: ports.clock.wallMs(), ...entry };
    this.#save();
  }

  /** An entry of before, which goes on. */
  static again(ports: OfferRecordPorts, entry: HistoryEntry): OfferRecord {
    const rest: { -readonly [K in keyof HistoryEntry]: HistoryEntry[K] } = { ...entry };
    delete rest.endedMs;
    delete rest.reason;
    return new OfferRecord(ports, rest);
  }

  /** As it is now. */
  get entry(): HistoryEntry {
    return this.#entry;
  }

  get startedMs(): number {
    return this.#entry.startedMs;
  }

  update(change: OfferChange): void {
    this.#change(change);
    this.#save();
  }

  end(change: OfferChange & Pick<HistoryEntry, "state">): void {
    this.#change(change);
    this.#entry = { ...this.#entry, endedMs: this.#ports.clock.wallMs() };
    this.#save();
  }

  files(indexes: readonly number[], change: Partial<Omit<HistoryFile, "index">>): void {
    const changed = new Set(indexes);
    const files = this.#entry.files.map((file) =>
      changed.has(file.index) ? { ...file, ...change } : file,
    );
    this.#entry = { ...this.#entry, files };
    this.#save();
  }

  /** More files of the same offer, with indexes of their own. */
  add(files: readonly HistoryFile[]): void {
    this.#entry = { ...this.#entry, files: [...this.#entry.files, ...files] };
    this.#save();
  }

  /** More is known of these files now. */
  replace(known: readonly HistoryFile[]): void {
    const byIndex = new Map(known.map((file) => [file.index, file]));
    const files = this.#entry.files.map((file) => byIndex.get(file.index) ?? file);
    this.#entry = { ...this.#entry, files };
    this.#save();
  }

  /**
   * What one INVITE of several writes: its files by their place among all, and no end, which is the whole's.
   * @param indexOf place among all by place in the part
   */
  part(indexOf: (index: number) => number): OfferLog {
    return {
      startedMs: this.startedMs,
      update: ({ state, ...change }) => {
        // Later parts ring while earlier ones run.
        const isNews = state === "transferring" || this.#entry.state === "offered";
        this.update({ ...change, ...(state !== undefined && isNews ? { state } : {}) });
      },
      end: () => undefined,
      files: (indexes, change) => {
        this.files(indexes.map(indexOf), change);
      },
    };
  }

  #change(change: OfferChange): void {
    const {
      reason = "reason" in change ? undefined : this.#entry.reason,
      takenBy: taker,
      ...rest
    } = change;
    if ("takenBy" in change) this.#takers.add(taker);
    const entry: { -readonly [K in keyof HistoryEntry]: HistoryEntry[K] } = {
      ...this.#entry,
      ...rest,
    };
    delete entry.reason;
    // Which of several has which file is not kept.
    if (this.#takers.size > 1) delete entry.takenBy;
    else if (taker !== undefined) entry.takenBy = taker;
    this.#entry = reason === undefined ? entry : { ...entry, reason };
  }

  #save(): void {
    const saved = this.#ports.store.save(this.#entry);
    if (!saved.ok)
      this.#ports.log.write("error", "the history could not be written", {
        why: saved.error.message,
      });
  }
}
