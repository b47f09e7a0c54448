import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { nameElements } from "../trace/hop.ts";
import { mergeRecords } from "../trace/record-lines.ts";
import { readTraceFile, TraceWriter } from "../trace/trace-file.node.ts";
import { CommandError, EXIT, usageError } from "./exit-code.ts";

/** Reads several traces into one, in the order of time, with every element named that can be. */
export async function readTraces(paths: readonly string[]): Promise<readonly TraceRecord[]> {
  const traces: (readonly TraceRecord[])[] = [];
  for (const path of paths) {
    const file = await readTraceFile(path);
    if (!file.ok) throw usageError(`The trace ${path} cannot be read.`, file.error.message);
    const { records, damagedLines } = file.value;
    if (damagedLines > 0 && records.length === 0)
      throw usageError(`${path} is no trace.`, "Give a file that --trace has written.");
    if (damagedLines > 0) {
      const what = damagedLines === 1 ? "line is no trace record" : "lines are no trace records";
      process.stderr.write(`cpm: ${path}: ${String(damagedLines)} ${what}\n`);
    }
    traces.push(records);
  }
  return nameElements(mergeRecords(traces));
}

export async function writeTrace(path: string, records: readonly TraceRecord[]): Promise<void> {
  const writer = new TraceWriter(path);
  for (const record of records) writer.write(record);
  const written = await writer.close();
  if (written.ok) return;
  throw new CommandError(EXIT.internal, `The trace ${path} cannot be written.`, {
    ...{ code: "storage", action: written.error.message },
  });
}

/** A folder of one's own below the system's place for temporary files, readable for its owner only. */
export function temporaryFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `cpm-${name}-`));
}

export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
