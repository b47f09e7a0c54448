import type { Clock, Log, Timer } from "../../base/ports.ts";
import { ok, type Result } from "../../base/result.ts";
import type {
  HistoryEntry,
  HistoryFilter,
  StoreError,
  TransferStore,
} from "../../base/transfer-store.ts";

/** What a client needs of its store. */
export type HistoryStore = Pick<
  TransferStore,
  "save" | "get" | "interruptUnfinished" | "saveDevice"
> & {
  list(
    filter?: Pick<HistoryFilter, "direction" | "peer" | "limit">,
  ): Result<readonly HistoryEntry[], StoreError>;
};

interface SteadyPorts {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: Log;
}

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/**
 * The history on a disk that may be full, busy or broken for a time. What could not be written is what whoever asks is
 * told all the same, and is written as soon as it can be: an offer's last word has no later one that would repeat it.
 */
export class SteadyHistory implements HistoryStore {
  readonly #ports: SteadyPorts;
  readonly #onTrouble: () => void;
  readonly #unsaved = new Map<string, HistoryEntry>();
  /** Not over yet, as they were given last. */
  readonly #live = new Map<string, HistoryEntry>();
  /** What an earlier process left running still counts as running. */
  #interruptAtMs: number | undefined;
  #retry: Timer | undefined;
  #vain = 0;

  /** @param onTrouble it could not be written, nor a moment later; told once until it can */
  constructor(ports: SteadyPorts, onTrouble: () => void) {
    this.#ports = ports;
    this.#onTrouble = onTrouble;
  }

  save(entry: HistoryEntry): Result<void, StoreError> {
    const { id, endedMs } = entry;
    if (endedMs === undefined) this.#live.set(id, entry);
    else this.#live.delete(id);
    const saved = this.#ports.store.save(entry);
    if (saved.ok) this.#unsaved.delete(id);
    else {
      this.#unsaved.set(id, entry);
      this.#tryLater();
    }
    return saved;
  }

  get(id: string): Result<HistoryEntry | undefined, StoreError> {
    this.#interruptLate();
    const unsaved = this.#unsaved.get(id);
    return unsaved === undefined ? this.#ports.store.get(id) : ok(unsaved);
  }

  list(
    filter: Pick<HistoryFilter, "direction" | "peer" | "limit"> = {},
  ): Result<readonly HistoryEntry[], StoreError> {
    this.#interruptLate();
    const listed = this.#ports.store.list(filter);
    if (!listed.ok) return listed;
    const known = new Set(listed.value.map(({ id }) => id));
    const added = [...this.#unsaved.values()].filter(
      (entry) => !known.has(entry.id) && isMeant(entry, filter),
    );
    const current = listed.value.map((entry) => this.#unsaved.get(entry.id) ?? entry);
    return ok([...added.reverse(), ...current]);
  }

  interruptUnfinished(atMs: number): Result<number, StoreError> {
    const marked = this.#ports.store.interruptUnfinished(atMs);
    if (marked.ok) this.#interruptAtMs = undefined;
    else {
      this.#interruptAtMs = atMs;
      this.#tryLater();
    }
    return marked;
  }

  saveDevice(...[device]: Parameters<HistoryStore["saveDevice"]>): Result<void, StoreError> {
    return this.#ports.store.saveDevice(device);
  }

  /** The client stops: what is left is tried once more. */
  close(): void {
    this.#catchUp();
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  #tryLater(): void {
    if (this.#retry !== undefined) return;
    const delayMs = Math.min(FIRST_MS * 2 ** this.#vain, LONGEST_MS);
    this.#retry = this.#ports.clock.startTimer(delayMs, () => {
      this.#retry = undefined;
      this.#catchUp();
      if (this.#interruptAtMs === undefined && this.#unsaved.size === 0) {
        this.#vain = 0;
        return;
      }
      this.#vain += 1;
      if (this.#vain === 1) this.#onTrouble();
      this.#tryLater();
    });
  }

  #catchUp(): void {
    this.#interruptLate();
    for (const [id, entry] of this.#unsaved)
      if (this.#ports.store.save(entry).ok) this.#unsaved.delete(id);
  }

  /** Marks what an earlier process left, and not what this one has begun meanwhile. */
  #interruptLate(): void {
    if (this.#interruptAtMs === undefined) return;
    const marked = this.#ports.store.interruptUnfinished(this.#interruptAtMs);
    if (!marked.ok) return;
    this.#interruptAtMs = undefined;
    for (const entry of this.#live.values()) this.save(entry);
    this.#ports.log.write("info", "the history can be written again");
  }
}

function isMeant(
  entry: HistoryEntry,
  { direction, peer }: Pick<HistoryFilter, "direction" | "peer">,
): boolean {
  return (
    (direction === undefined || entry.direction === direction) &&
    (peer === undefined || entry.peer === peer)
  );
}
