import { describe, expect, it } from "vitest";
import { encodeSmallEnough, fitWithin, previewSteps } from "./preview.ts";

describe("RFC 5547 §6 file-icon: a picture of at most 20 kB and 256 pixels", () => {
  it.each([
    [
      { width: 4032, height: 3024 },
      { width: 256, height: 192 },
    ],
    [
      { width: 100, height: 50 },
      { width: 100, height: 50 },
    ],
    [
      { width: 10_000, height: 1 },
      { width: 256, height: 1 },
    ],
  ])("%o is drawn as %o", (original, drawn) => {
    expect(fitWithin(original, 256)).toEqual(drawn);
  });

  it("falls in quality before it falls in size", () => {
    const steps = previewSteps({ width: 1000, height: 1000 });
    expect(steps.slice(0, 5)).toEqual([
      { width: 256, height: 256, quality: 0.82 },
      { width: 256, height: 256, quality: 0.68 },
      { width: 256, height: 256, quality: 0.52 },
      { width: 256, height: 256, quality: 0.36 },
      { width: 192, height: 192, quality: 0.82 },
    ]);
  });

  it("takes the first result that is small enough", async () => {
    const sizes = [30_000, 20_001, 20_000, 10];
    const bytes = await encodeSmallEnough({ width: 9, height: 9 }, async () =>
      Promise.resolve(new Uint8Array(sizes.shift() ?? 0)),
    );
    expect(bytes?.length).toBe(20_000);
  });

  it("gives up where nothing is small enough, and where nothing can be encoded", async () => {
    const size = { width: 9, height: 9 };
    const large = async (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(20_001));
    expect(await encodeSmallEnough(size, large)).toBeUndefined();
    expect(await encodeSmallEnough(size, async () => Promise.resolve(undefined))).toBeUndefined();
  });
});
