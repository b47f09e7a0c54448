import { expect, it } from "vitest";
import { noteTraffic } from "./young-memory.node.ts";

const MIB = 1024 ** 2;

it("buffers of traffic do not gather until V8 looks for them by itself", () => {
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  for (let i = 0; i < 256; i += 1) {
    Buffer.alloc(MIB, i);
    noteTraffic(MIB);
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }
  expect(peak / MIB).toBeLessThan(32);
});
