import { ok, type Result } from "../../main/base/result.ts";
import type {
  DeviceRecord,
  HistoryEntry,
  HistoryFilter,
  StoreError,
  TransferStore,
} from "../../main/base/transfer-store.ts";

const RUNNING = new Set(["offered", "ringing", "transferring"]);

/** A history in memory. */
export class MemoryStore implements TransferStore {
  readonly entries = new Map<string, HistoryEntry>();
  readonly #devices: DeviceRecord[] = [];
  readonly #settings = new Map<string, string>();

  save(entry: HistoryEntry): Result<void, StoreError> {
    this.entries.set(entry.id, entry);
    return ok(undefined);
  }

  get(id: string): Result<HistoryEntry | undefined, StoreError> {
    return ok(this.entries.get(id));
  }

  list(filter: HistoryFilter = {}): Result<readonly HistoryEntry[], StoreError> {
    const all = [...this.entries.values()].reverse();
    return ok(
      all.filter(
        ({ direction, peer }) =>
          (filter.direction === undefined || direction === filter.direction) &&
          (filter.peer === undefined || peer === filter.peer),
      ),
    );
  }

  remove(id: string): Result<void, StoreError> {
    this.entries.delete(id);
    return ok(undefined);
  }

  interruptUnfinished(atMs: number): Result<number, StoreError> {
    const unfinished = [...this.entries.values()].filter(({ state }) => RUNNING.has(state));
    for (const entry of unfinished)
      this.entries.set(entry.id, {
        ...{ ...entry, state: "interrupted", endedMs: atMs },
        files: entry.files.map((file) =>
          RUNNING.has(file.state) ? { ...file, state: "interrupted" } : file,
        ),
      });
    return ok(unfinished.length);
  }

  /** What a program that is started anew finds. */
  afterCrash(): MemoryStore {
    const copy = new MemoryStore();
    for (const [id, entry] of this.entries) copy.entries.set(id, entry);
    return copy;
  }

  saveDevice(device: DeviceRecord): Result<void, StoreError> {
    this.#devices.push(device);
    return ok(undefined);
  }

  devices(aor: string): Result<readonly DeviceRecord[], StoreError> {
    return ok(this.#devices.filter((device) => device.aor === aor));
  }

  setting(name: string): Result<string | undefined, StoreError> {
    return ok(this.#settings.get(name));
  }

  putSetting(name: string, value: string): Result<void, StoreError> {
    this.#settings.set(name, value);
    return ok(undefined);
  }

  close(): void {
    // Nothing is held.
  }
}
