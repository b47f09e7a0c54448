import type { Clock } from "../../main/base/ports.ts";
import { err, type Result } from "../../main/base/result.ts";
import type {
  DeviceRecord,
  HistoryEntry,
  HistoryFilter,
  StoreError,
} from "../../main/base/transfer-store.ts";
import type { HistoryStore } from "../../main/cpm/file/steady-history.ts";

/** Every call of a client to its history. */
export const STORE_SITES = ["save", "get", "list", "interruptUnfinished", "saveDevice"] as const;
export type StoreSite = (typeof STORE_SITES)[number];

/** Full: nothing can be written. An I/O error is one of this call. Busy: another program holds the database. */
export type StoreFaultKind = "full" | "io" | "busy";

export interface StoreFault {
  readonly site: StoreSite;
  /** From its so-manieth call on, from 1. */
  readonly nth: number;
  readonly kind: StoreFaultKind;
  /** How long it lasts from there; 0: for that call. */
  readonly forMs: number;
}

const MESSAGES = {
  full: "database or disk is full",
  io: "disk I/O error",
  busy: "database is locked",
} as const;
const WRITING: ReadonlySet<StoreSite> = new Set(["save", "interruptUnfinished", "saveDevice"]);

/** The history of one process on a store that fails as it is told to. */
export class FaultyStore implements HistoryStore {
  readonly #store: HistoryStore;
  readonly #clock: Clock;
  #faults: readonly StoreFault[];
  readonly #calls = new Map<StoreSite, number>();
  /** When those that have begun end. */
  readonly #endsMs = new Map<StoreFault, number>();
  /** What failed, in order: `save 3: busy`. */
  readonly failed: string[] = [];

  constructor(store: HistoryStore, clock: Clock, faults: readonly StoreFault[]) {
    this.#store = store;
    this.#clock = clock;
    this.#faults = faults;
  }

  /** From now on all is well. */
  mend(): void {
    this.#faults = [];
  }

  save(entry: HistoryEntry): Result<void, StoreError> {
    return this.#run("save", () => this.#store.save(entry));
  }

  get(id: string): Result<HistoryEntry | undefined, StoreError> {
    return this.#run("get", () => this.#store.get(id));
  }

  list(filter: HistoryFilter = {}): Result<readonly HistoryEntry[], StoreError> {
    return this.#run("list", () => this.#store.list(filter));
  }

  interruptUnfinished(atMs: number): Result<number, StoreError> {
    return this.#run("interruptUnfinished", () => this.#store.interruptUnfinished(atMs));
  }

  saveDevice(device: DeviceRecord): Result<void, StoreError> {
    return this.#run("saveDevice", () => this.#store.saveDevice(device));
  }

  #run<T>(site: StoreSite, work: () => Result<T, StoreError>): Result<T, StoreError> {
    const nth = (this.#calls.get(site) ?? 0) + 1;
    this.#calls.set(site, nth);
    const nowMs = this.#clock.nowMs();
    for (const fault of this.#faults)
      if (fault.site === site && fault.nth === nth) this.#endsMs.set(fault, nowMs + fault.forMs);
    const fault = this.#faults.find((one) => this.#strikes(one, site, nowMs));
    if (fault === undefined) return work();
    if (fault.forMs === 0) this.#endsMs.delete(fault);
    this.failed.push(`${site} ${String(nth)}: ${fault.kind}`);
    return err({ kind: "store-error", message: MESSAGES[fault.kind] });
  }

  #strikes(fault: StoreFault, site: StoreSite, nowMs: number): boolean {
    const endMs = this.#endsMs.get(fault);
    if (endMs === undefined || nowMs > endMs) return false;
    if (fault.forMs === 0) return fault.site === site;
    return fault.kind === "full" ? WRITING.has(site) : fault.kind === "busy" || fault.site === site;
  }
}
