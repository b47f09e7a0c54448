import { printable } from "../../shared/format/safe-text.ts";
import { formatRate, formatSize } from "../../shared/format/size.ts";

const BAR_LENGTH = 24;
const NAME_LENGTH = 28;

/** Octets done of one file. */
export interface FileProgress {
  readonly name: string;
  readonly octets: number;
  readonly sizeOctets: number;
  readonly octetsPerS: number;
}

/** A bar that is drawn over itself on stderr; draws nothing where stderr is no terminal. */
export class ProgressLine {
  readonly #isActive: boolean;
  #isShown = false;

  constructor(isActive: boolean) {
    this.#isActive = isActive;
  }

  show(progress: FileProgress): void {
    if (!this.#isActive) return;
    process.stderr.write(`\r\x1B[2K${progressText(progress)}`);
    this.#isShown = true;
  }

  /** Before any other line is written. */
  clear(): void {
    if (!this.#isShown) return;
    process.stderr.write("\r\x1B[2K");
    this.#isShown = false;
  }
}

export function progressText({ name, octets, sizeOctets, octetsPerS }: FileProgress): string {
  const share = sizeOctets === 0 ? 1 : Math.min(1, octets / sizeOctets);
  const done = Math.floor(share * BAR_LENGTH);
  const bar = `${"█".repeat(done)}${"░".repeat(BAR_LENGTH - done)}`;
  const shown = printable(name);
  const short = shown.length > NAME_LENGTH ? `${shown.slice(0, NAME_LENGTH - 1)}…` : shown;
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  return `${short.padEnd(NAME_LENGTH)} ${bar} ${percent}  ${formatSize(octets)} of ${formatSize(sizeOctets)}, ${formatRate(octetsPerS)}`;
}
