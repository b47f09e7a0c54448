import { describe, expect, it } from "vitest";
import { MsrpBed } from "../../tests/support/msrp-bed.ts";

describe("RFC 4975 §5.4: this machine has another address", () => {
  it("names the new one, and fails sessions whose connection has the former one at once", async () => {
    const bed = new MsrpBed();
    const { a, sessionA } = await bed.pair();
    expect((await sessionA.bound).ok).toBe(true);
    const ends: string[] = [];
    sessionA.events.on("closed", ({ failure }) => ends.push(failure?.kind ?? "in good order"));
    const former = a.local.host;
    // The bed gives each endpoint one address; the same one stands for another that is free.
    expect((await a.moveTo(former)).ok).toBe(true);
    expect(a.newUri().port).toBe(a.local.port);
    await bed.clock.advanceAsync(0);
    expect(ends).toEqual(["connection-lost"]);
  });

  it("stays where it is when the address cannot be had", async () => {
    const bed = new MsrpBed();
    const ours = await bed.endpoint("10.0.0.1");
    const before = ours.local;
    expect((await ours.moveTo("10.9.9.9")).ok).toBe(false);
    expect(ours.local).toEqual(before);
  });
});
