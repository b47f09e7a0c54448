import type { Clock, Log, LogLevel, Timer } from "../base/ports.ts";

/** Whoever floods us must not fill the disk of who keeps what we write. */
export const MAX_LOG_LINES_A_S = 200;

/** Characters of one line; what is longer is cut. */
export const MAX_LOG_LINE = 4096;

const SECOND_MS = 1000;

/** Fields that hold a secret, whoever writes them. */
const SECRET_NAME = /password|secret|authorization|ha1|token/i;

/** A link to join with is a password; so is, to whoever can guess, the proof of one. */
const SECRET_TEXT = /cpm:(?:\/\/)?join\/?\?\S+|\b(?:response|rspauth)=\\*"?[0-9a-f]{32,128}/gi;

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

export interface PacedLogOptions {
  readonly clock: Clock;
  readonly threshold: LogLevel;
  /** Takes a line without its end. */
  readonly sink: (line: string) => void;
}

/** Lines of text, of what is grave enough: not more than a reader can bear, and without secrets. What is left out is counted and told. */
export class PacedLog implements Log {
  readonly #options: PacedLogOptions;
  #secondMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #leftOut = 0;
  #teller: Timer | undefined;

  constructor(options: PacedLogOptions) {
    this.#options = options;
  }

  write(
    level: LogLevel,
    message: string,
    fields?: Readonly<Record<string, string | number | boolean>>,
  ): void {
    const { threshold, sink } = this.#options;
    if (LEVELS.indexOf(level) < LEVELS.indexOf(threshold)) return;
    if (!this.#hasRoom()) return;
    const details = fields === undefined ? "" : ` ${JSON.stringify(fields, withoutSecret)}`;
    const line = `${level}: ${message}${details}`.replaceAll(SECRET_TEXT, "***");
    sink(escaped(line.slice(0, MAX_LOG_LINE)));
  }

  #hasRoom(): boolean {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#secondMs >= SECOND_MS) this.#begin(nowMs);
    if (this.#lines < MAX_LOG_LINES_A_S) {
      this.#lines += 1;
      return true;
    }
    this.#leftOut += 1;
    if (this.#leftOut === 1)
      this.#teller = clock.startTimer(this.#secondMs + SECOND_MS - nowMs, () => {
        this.#begin(clock.nowMs());
      });
    return false;
  }

  #begin(nowMs: number): void {
    this.#teller?.cancel();
    this.#secondMs = nowMs;
    this.#lines = 0;
    if (this.#leftOut === 0) return;
    this.#options.sink(`${this.#options.threshold}: ${String(this.#leftOut)} more lines left out`);
    this.#lines = 1;
    this.#leftOut = 0;
  }
}

function withoutSecret(name: string, value: unknown): unknown {
  return SECRET_NAME.test(name) ? "***" : value;
}

/** One line stays one line, and no terminal obeys it. */
function escaped(line: string): string {
  return line.replaceAll(
    /\p{Cc}/gu,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
