import type { FileHandle } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { writeAt } from "./positional-io.node.ts";

/** A file that takes so many octets a call. */
function sluggishFile(octetsPerCall: number): {
  readonly handle: FileHandle;
  readonly content: () => Buffer;
} {
  const content = Buffer.alloc(32);
  const handle = {
    writev: (pieces: readonly Buffer[], position: number) => {
      const all = Buffer.concat(pieces);
      const bytesWritten = all.copy(content, position, 0, Math.min(all.length, octetsPerCall));
      return Promise.resolve({ bytesWritten, buffers: pieces });
    },
  };
  return { handle: handle as unknown as FileHandle, content: () => content };
}

describe("writing at a position", () => {
  const pieces = ["ab", "", "cdefg", "h"].map((text) => Buffer.from(text));

  it.each([1, 2, 3, 7, 8, 100])("goes on where the system stopped after %s octets", async (n) => {
    const { handle, content } = sluggishFile(n);
    await writeAt(handle, 3, pieces, 32);
    expect(content().toString("latin1", 3, 11)).toBe("abcdefgh");
    expect(content()[11]).toBe(0);
  });

  it("refuses octets that end beyond the file", async () => {
    const { handle } = sluggishFile(100);
    await expect(writeAt(handle, 25, pieces, 32)).rejects.toThrow(LocalProtocolError);
  });
});
