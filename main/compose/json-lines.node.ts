import type { Readable } from "node:stream";
import { LineCutter } from "../trace/record-lines.ts";

/** Longest line between a parent and its child: an offer of 100 files with long names stays far below. */
const MAX_CONTROL_OCTETS = 1_048_576;

/** A JSON object as it came, its members unchecked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads JSON objects, one a line. Lines that are none are passed to `onOther`, so that a child's stray output is seen. */
export function readJsonLines(
  stream: Readable,
  onObject: (object: JsonObject) => void,
  onOther: (line: string) => void,
): void {
  const cutter = new LineCutter(MAX_CONTROL_OCTETS);
  const take = (lines: readonly string[]): void => {
    for (const line of lines) {
      const object = parseObject(line);
      if (object === undefined) onOther(line);
      else onObject(object);
    }
  };
  stream.on("data", (bytes: Buffer) => {
    take(cutter.push(bytes));
  });
  stream.on("end", () => {
    take(cutter.end());
  });
}

function parseObject(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    // Checked border: JSON.parse gives plain objects with string keys.
    return value as JsonObject;
  } catch {
    return undefined;
  }
}
