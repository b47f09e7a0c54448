import { describe, expect, it } from "vitest";
import type { FileError, FilePart } from "../../base/files.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { WriteQueue } from "./write-queue.ts";

const FULL: FileError = { kind: "no-space", message: "The disk is full." };

interface Write {
  readonly position: number;
  readonly text: string;
  answer(result: Result<void, FileError>): void;
}

/** A disk that answers when it is told to. */
class SlowPart {
  readonly writes: Write[] = [];

  write(position: number, bytes: Buffer | readonly Buffer[]): Promise<Result<void, FileError>> {
    const pieces = Buffer.isBuffer(bytes) ? [bytes] : bytes;
    return new Promise((resolve) => {
      this.writes.push({
        position,
        text: pieces.map((piece) => piece.toString("latin1")).join("|"),
        answer: resolve,
      });
    });
  }

  async answerNext(result: Result<void, FileError> = ok(undefined)): Promise<void> {
    this.writes.at(-1)?.answer(result);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
}

function queueOf(part: SlowPart): { readonly queue: WriteQueue; readonly said: string[] } {
  const said: string[] = [];
  const queue = new WriteQueue(part as unknown as FilePart, {
    onRoom: () => said.push("room"),
    onError: ({ kind }) => said.push(kind),
  });
  return { queue, said };
}

describe("octets on their way to the disk", () => {
  it("leave in one write when they follow each other in the file", async () => {
    const part = new SlowPart();
    const { queue } = queueOf(part);
    queue.write(0, Buffer.from("a"));
    for (const [position, text] of [
      [1, "bc"],
      [3, "d"],
      [7, "h"],
      [4, "efg"],
      [7, "H"],
    ] as const)
      queue.write(position, Buffer.from(text));
    for (let i = 0; i < 4; i += 1) await part.answerNext();
    expect(part.writes.map(({ position, text }) => [position, text])).toEqual([
      [0, "a"],
      [1, "bc|d"],
      [7, "h"],
      [4, "efg|H"],
    ]);
    expect(await queue.flush()).toBeUndefined();
  });

  it("leave in several writes when they are many", async () => {
    const part = new SlowPart();
    const { queue, said } = queueOf(part);
    const block = Buffer.alloc(256 * 1024);
    expect(queue.write(0, Buffer.alloc(1))).toBe(true);
    const welcome = [0, 1, 2, 3].map((i) => queue.write(1 + i * block.length, block));
    expect(welcome).toEqual([true, true, true, false]);
    await part.answerNext();
    await part.answerNext();
    expect(said).toEqual([]);
    await part.answerNext();
    expect(part.writes.map(({ position }) => position)).toEqual([0, 1, 1 + 2 * block.length]);
    expect(said).toEqual(["room"]);
  });

  it("MUST NOT be taken without end where each comes by itself: a piece costs more than what is in it", async () => {
    const part = new SlowPart();
    const { queue, said } = queueOf(part);
    let pieces = 1;
    while (queue.write(pieces - 1, Buffer.alloc(1)) && pieces < 100_000) pieces += 1;
    expect(pieces).toBeLessThan(5000);
    while (said.length === 0 && part.writes.length < 100) await part.answerNext();
    expect(said).toEqual(["room"]);
  });

  it("are dropped after an error, which is said once", async () => {
    const part = new SlowPart();
    const { queue, said } = queueOf(part);
    queue.write(0, Buffer.from("a"));
    queue.write(5, Buffer.from("b"));
    await part.answerNext(err(FULL));
    expect(await queue.flush()).toEqual(FULL);
    expect(queue.write(9, Buffer.from("c"))).toBe(true);
    expect(part.writes).toHaveLength(1);
    expect(said).toEqual(["no-space"]);
  });
});
