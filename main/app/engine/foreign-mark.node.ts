import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { formatAddress } from "../../../shared/format/person.ts";
import type { Log } from "../../base/ports.ts";
import { errorCode } from "../../storage/file-error.ts";

/** Not of this package; where it is missing, files stay unmarked. */
const SETFATTR = "setfattr";
const TIMEOUT_MS = 2000;

/** What marking needs of the system; another one in a test. */
export interface MarkSystem {
  writeFile(path: string, text: string): Promise<void>;
  /** Undefined when it ran and liked its arguments, else the code of the error. */
  run(command: string, args: readonly string[]): Promise<string | undefined>;
}

const SYSTEM: MarkSystem = {
  writeFile: (path, text) => writeFile(path, text),
  run: (command, args) =>
    new Promise((resolve) => {
      execFile(command, args, { timeout: TIMEOUT_MS }, (error) => {
        resolve(error === null ? undefined : String(error.code ?? error.signal ?? "failed"));
      });
    }),
};

/**
 * Marks received files as coming from another computer, as the system knows it: on Windows the zone of the internet, on
 * Linux the origin as an extended attribute, by `setfattr` where it is installed (Node has no call for it). On macOS the
 * system marks by itself what an application with LSFileQuarantineEnabled creates. Best effort: some file systems keep
 * no marks, and that is no error.
 */
export class ForeignMark {
  readonly #platform: "linux" | "darwin" | "win32";
  readonly #log: Log;
  readonly #system: MarkSystem;
  #isMissing = false;

  constructor(platform: "linux" | "darwin" | "win32", log: Log, system = SYSTEM) {
    this.#platform = platform;
    this.#log = log;
    this.#system = system;
  }

  async put(path: string, peer: string): Promise<void> {
    if (this.#platform === "win32") await this.#zone(path);
    else if (this.#platform === "linux") await this.#origin(path, `cpm:${formatAddress(peer)}`);
  }

  async #zone(path: string): Promise<void> {
    try {
      await this.#system.writeFile(`${path}:Zone.Identifier`, "[ZoneTransfer]\r\nZoneId=3\r\n");
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }

  async #origin(path: string, origin: string): Promise<void> {
    if (this.#isMissing) return;
    const args = ["--name=user.xdg.origin.url", `--value=${origin}`, "--", path];
    if ((await this.#system.run(SETFATTR, args)) !== "ENOENT") return;
    this.#isMissing = true;
    this.#log.write("info", "received files are not marked as from another computer", {
      why: `${SETFATTR} is not installed`,
    });
  }
}
