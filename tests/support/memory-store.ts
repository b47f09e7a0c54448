import { ok, type Result } from "../../main/base/result.ts";
import type {
  DeviceRecord,
  HistoryEntry,
  HistoryFilter,
  StoreError,
  TransferStore,
} from "../../main/base/transfer-store.ts";

/** A history in memory; nothing survives. */
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
      all.filter((entry) => filter.direction === undefined || entry.direction === filter.direction),
    );
  }

  remove(id: string): Result<void, StoreError> {
    this.entries.delete(id);
    return ok(undefined);
  }

  interruptUnfinished(): Result<number, StoreError> {
    return ok(0);
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
