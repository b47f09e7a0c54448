import {
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ProcessLock } from "./process-lock.ts";

/** What a second start of the application hands to the first one. */
export interface SecondStart {
  readonly argv: string[];
  readonly workingDirectory: string;
  readonly additionalData: unknown;
}

const MESSAGE = /^start-[\w-]+\.json$/;

/**
 * One process per folder. A second start leaves its message as a file before it learns that it is second, so
 * nothing is lost even if it exits at once.
 */
export class SingleInstance {
  readonly #onSecond: (start: SecondStart) => void;
  #lock: ProcessLock | undefined;
  #folder = "";
  #watcher: FSWatcher | undefined;

  constructor(onSecond: (start: SecondStart) => void) {
    this.#onSecond = onSecond;
    process.on("exit", () => {
      this.release();
    });
  }

  get isHeld(): boolean {
    return this.#lock?.isMine === true;
  }

  request(folder: string, start: SecondStart): boolean {
    if (this.isHeld) {
      return true;
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    const lock = new ProcessLock(join(folder, "owner"));
    if (lock.acquire()) {
      this.#lock = lock;
      this.#watch();
      return true;
    }
    const name = `start-${crypto.randomUUID()}`;
    writeFileSync(join(folder, `${name}.tmp`), JSON.stringify(start), { mode: 0o600 });
    renameSync(join(folder, `${name}.tmp`), join(folder, `${name}.json`));
    return false;
  }

  release(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#lock?.release();
    this.#lock = undefined;
  }

  #watch(): void {
    for (const name of readdirSync(this.#folder)) {
      if (MESSAGE.test(name)) {
        // Meant for a process that is gone.
        rmSync(join(this.#folder, name), { force: true });
      }
    }
    this.#watcher = watch(this.#folder, { persistent: false }, () => {
      this.#collect();
    });
    this.#watcher.on("error", () => undefined);
  }

  #collect(): void {
    for (const name of readdirSync(this.#folder)) {
      if (MESSAGE.test(name)) {
        const path = join(this.#folder, name);
        const start = JSON.parse(readFileSync(path, "utf8")) as SecondStart;
        rmSync(path, { force: true });
        this.#onSecond(start);
      }
    }
  }
}
