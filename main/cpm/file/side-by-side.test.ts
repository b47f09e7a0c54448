import { describe, expect, it } from "vitest";
import { sendSideBySide } from "./side-by-side.ts";

const KIB = 1024;
const GIB = 1024 ** 3;

/** Sends files of these sizes by hand. */
function sending(sizes: readonly number[]): {
  readonly begun: number[];
  readonly all: Promise<void>;
  readonly end: (file: number) => Promise<void>;
} {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const all = sendSideBySide(
    [...sizes.keys()],
    (file) => sizes[file] ?? 0,
    (file) => {
      begun.push(file);
      return new Promise((resolve) => {
        ends.set(file, resolve);
      });
    },
  );
  const end = async (file: number): Promise<void> => {
    ends.get(file)?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { begun, all, end };
}

function upTo(count: number): readonly number[] {
  return [...new Array(count).keys()];
}

describe("files of one offer that are sent side by side", () => {
  it("are three where they are large", async () => {
    const { begun, end } = sending(new Array(5).fill(GIB));
    expect(begun).toEqual([0, 1, 2]);
    await end(1);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it("are sixteen where they are small", async () => {
    const { begun, end } = sending(new Array(40).fill(100 * KIB));
    expect(begun).toEqual(upTo(16));
    await end(5);
    await end(6);
    expect(begun).toEqual(upTo(18));
  });

  it("keep their order: small ones wait behind a large one whose turn it is", async () => {
    const { begun, end } = sending([KIB, KIB, KIB, GIB, KIB]);
    expect(begun).toEqual([0, 1, 2]);
    await end(0);
    expect(begun).toEqual([0, 1, 2, 3]);
    await end(1);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it("are done when the last one has ended", async () => {
    const { all, end } = sending([KIB, KIB]);
    let isDone = false;
    void all.then(() => {
      isDone = true;
    });
    await end(1);
    expect(isDone).toBe(false);
    await end(0);
    await all;
  });

  it("are done at once where there are none", async () => {
    await expect(sending([]).all).resolves.toBeUndefined();
  });
});
