import { describe, expect, it } from "vitest";
import { crowd, flood, sessions } from "../bench/abuse/cases.ts";
import { withBed } from "../bench/abuse.ts";

/** A tenth of what `npm run bench:abuse` does, by counts and outcomes: how fast it is, a busy machine decides. */
describe("RFC 3261 §26.3.2.4: a home network that anybody can reach", () => {
  it("MUST carry every transfer while nobody asks 2,000 times a second, and answer few of those", async () => {
    const done = await withBed((bed) => flood(bed, { perSecond: 2000, durationMs: 3000 }));
    expect(done.sent).toBeGreaterThan(5000);
    expect(done.heard).toBeGreaterThan(0);
    // Sixty at once, and at most as many again each time that the flood has paused.
    expect(done.heard).toBeLessThanOrEqual(240);
    expect(done.begun).toBeGreaterThan(2);
    expect(done.whole).toBe(done.begun);
    expect(done.grownMiB).toBeLessThan(64);
  });

  it("MUST serve a newcomer beside 100 slow and 100 idle connections and 100 half handshakes to each port", async () => {
    const done = await withBed((bed) => crowd(bed, { slow: 100, idle: 100, half: 100 }));
    expect(done.open).toBeGreaterThan(100);
    expect(done.half).toBeGreaterThan(50);
    expect([done.isWhole, done.overTls.isWhole]).toEqual([true, true]);
  });

  it("MUST carry 50 calls at once, each a session of both sides, to their end", async () => {
    const done = await withBed((bed) => sessions(bed, { callers: 2, perCaller: 25 }));
    expect([done.open, done.whole]).toEqual([50, 50]);
    expect(done.coreMiB + done.pfMiB).toBeLessThan(512);
  });
});
