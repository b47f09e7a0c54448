import { once } from "node:events";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { err, ok, type Result } from "../base/result.ts";
import { formatRecord, LineCutter, parseRecord } from "./record-lines.ts";

/** A trace file could not be read or written. */
export interface TraceFileError {
  readonly kind: "trace-file-error";
  readonly message: string;
}

/** What a trace file holds. Damaged lines are counted and left out: a process may have died in the middle of one. */
export interface TraceFile {
  readonly records: readonly TraceRecord[];
  readonly damagedLines: number;
}

/** Reads a whole trace file. */
export async function readTraceFile(path: string): Promise<Result<TraceFile, TraceFileError>> {
  const cutter = new LineCutter();
  const records: TraceRecord[] = [];
  let damaged = 0;
  const take = (lines: readonly string[]): void => {
    for (const line of lines) {
      const record = parseRecord(line);
      if (record.ok) records.push(record.value);
      else damaged += 1;
    }
  };
  try {
    for await (const bytes of createReadStream(path)) take(cutter.push(bytes as Buffer));
  } catch (error) {
    return err({ kind: "trace-file-error", message: messageOf(error) });
  }
  take(cutter.end());
  return ok({ records, damagedLines: damaged + cutter.dropped });
}

/** Writes records as they come. A trace must never stop the traffic: a failed write ends the trace and is told at `close`. */
export class TraceWriter {
  readonly #stream: WriteStream;
  #failure: string | undefined;

  /** Truncates the file. */
  constructor(path: string) {
    this.#stream = createWriteStream(path, { mode: 0o600 });
    this.#stream.on("error", (error) => {
      this.#failure ??= error.message;
    });
  }

  write(record: TraceRecord): void {
    if (this.#failure === undefined) this.#stream.write(`${formatRecord(record)}\n`);
  }

  async close(): Promise<Result<void, TraceFileError>> {
    if (this.#failure === undefined) {
      const closed = once(this.#stream, "close");
      this.#stream.end();
      await closed.catch((error: unknown) => {
        this.#failure ??= messageOf(error);
      });
    }
    return this.#failure === undefined
      ? ok(undefined)
      : err({ kind: "trace-file-error", message: this.#failure });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
