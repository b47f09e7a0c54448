import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../base/ports.ts";
import { parseSavedPlace, type SavedPlace } from "./window-place.ts";

/** Remembers a profile's main window from start to start. Losing it loses nothing, so a failure is only logged. */
export class SavedPlaceFile {
  readonly #path: string;
  readonly #log: Log;

  constructor(profileFolder: string, log: Log) {
    this.#path = join(profileFolder, "window.json");
    this.#log = log;
  }

  read(): SavedPlace | undefined {
    try {
      return parseSavedPlace(readFileSync(this.#path, "utf8"));
    } catch (error) {
      this.#log.write("debug", "no remembered window", { why: String(error) });
      return undefined;
    }
  }

  write(place: SavedPlace): void {
    try {
      const draft = `${this.#path}.new`;
      writeFileSync(draft, JSON.stringify(place), { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch (error) {
      this.#log.write("warn", "window not remembered", { why: String(error) });
    }
  }
}
