import { afterEach, describe, expect, it } from "vitest";
import { octets } from "../support/octets.ts";
import { type DeviceName, TwoNetworks, type WorldOptions } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
  expect(world.clock.pendingTimers, "timers left running").toBe(0);
});

async function ringing(bobs: DeviceName[], options: WorldOptions = {}): Promise<void> {
  world = await TwoNetworks.start(["a1", ...bobs], options);
  const alice = world.device("a1");
  alice.files.put("/s/plan.pdf", octets(20_000, 3));
  await alice.send(["/s/plan.pdf"]);
  await world.until("all ring", () => bobs.every((name) => world.device(name).has("ringing")));
}

async function ended(...names: DeviceName[]): Promise<void> {
  await world.until("the end", () =>
    names.every(
      (name) => world.device(name).has("transfer") || world.device(name).has("elsewhere"),
    ),
  );
}

describe("CR step 4: the user rejects (status codes as in docs/flows.md)", () => {
  it("MUST stop all devices when declined everywhere (603)", async () => {
    await ringing(["b1", "b2"]);
    const b1 = world.device("b1");
    b1.client.decline(b1.offerId, "everywhere");
    await ended("a1", "b2");
    expect(world.device("a1").last("declined").status).toBe(603);
    expect(world.device("a1").last("transfer").state).toBe("declined");
    expect(world.device("b2").last("elsewhere").reason).toBe("declined");
  });

  it("MUST let the other devices ring on when declined here (486), and one of them may accept", async () => {
    await ringing(["b1", "b2"]);
    const [b1, b2] = [world.device("b1"), world.device("b2")];
    b1.client.decline(b1.offerId, "here");
    await world.pass(5_000);
    expect([world.device("a1").has("declined"), b2.has("elsewhere")]).toEqual([false, false]);
    b2.acceptAll();
    await ended("a1", "b2");
    expect(world.device("a1").last("transfer").state).toBe("verified");
  });

  it("MUST tell the sender 486 when the only device declines here", async () => {
    await ringing(["b1"]);
    const b1 = world.device("b1");
    b1.client.decline(b1.offerId, "here");
    await ended("a1");
    expect(world.device("a1").last("declined").status).toBe(486);
  });

  it("MUST answer 486 without ringing when the device is busy", async () => {
    world = await TwoNetworks.start(["a1", "b1"], { devices: { b1: { isBusy: true } } });
    const alice = world.device("a1");
    alice.files.put("/s/plan.pdf", octets(10, 1));
    await alice.send(["/s/plan.pdf"]);
    await ended("a1");
    expect(world.device("b1").has("ringing")).toBe(false);
    expect(alice.last("declined").status).toBe(486);
  });

  it("MUST give up after the ring time with 480 and say missed on the device", async () => {
    await ringing(["b1"]);
    await ended("a1");
    expect(world.device("b1").has("missed")).toBe(true);
    expect(world.device("a1").last("transfer").state).toBe("noanswer");
    expect(world.clock.nowMs()).toBeGreaterThan(180_000);
  });
});

describe("RFC 3261 §21.4: nobody to ask", () => {
  it("MUST tell an unknown user (404) from one who is not registered (480)", async () => {
    world = await TwoNetworks.start(["a1"]);
    const alice = world.device("a1");
    alice.files.put("/s/plan.pdf", octets(10, 1));
    await alice.send(["/s/plan.pdf"], "sip:nobody@b.example");
    await world.until("the end", () => alice.all("transfer").length === 1);
    expect(alice.last("error")).toMatchObject({ code: "unknown-user", status: 404 });
    await alice.send(["/s/plan.pdf"], "sip:bob@b.example");
    await world.until("the end", () => alice.all("transfer").length === 2);
    expect(alice.last("error")).toMatchObject({ code: "offline", status: 480 });
  });

  it("MUST refuse a file above the provider's limit with 403 and its size", async () => {
    world = await TwoNetworks.start(["a1", "b1"], { pfMaxSizeOctets: 1_000 });
    const alice = world.device("a1");
    alice.files.put("/s/plan.pdf", octets(1_001, 1));
    await alice.send(["/s/plan.pdf"]);
    await ended("a1");
    expect(alice.last("error")).toMatchObject({ code: "too-large", status: 403 });
    expect(world.device("b1").has("ringing")).toBe(false);
  });
});

describe("RFC 3261 §9 CANCEL", () => {
  it("MUST end the ringing on every device and say that the sender cancelled", async () => {
    await ringing(["b1", "b2"]);
    const alice = world.device("a1");
    alice.client.cancel(alice.offerId);
    await ended("a1", "b1", "b2");
    for (const name of ["b1", "b2"] as const) {
      expect(world.device(name).last("cancelled").by).toBe("peer");
      expect(world.device(name).has("missed")).toBe(false);
    }
    expect(alice.last("transfer").state).toBe("cancelled");
  });

  it("MUST end in one of two agreeing states when CANCEL and 200 cross, at every distance", async () => {
    for (const distanceMs of [0, 1, 2, 3, 4, 5, 6, 8, 10]) {
      await ringing(["b1"]);
      const [alice, bob] = [world.device("a1"), world.device("b1")];
      bob.acceptAll();
      await world.pass(distanceMs);
      alice.client.cancel(alice.offerId);
      await ended("a1", "b1");
      await world.pass(40_000);
      expect(alice.last("transfer").state, `distance ${String(distanceMs)}`).toBe("cancelled");
      expect(["cancelled", "interrupted"], `distance ${String(distanceMs)}`).toContain(
        bob.last("transfer").state,
      );
      expect([...bob.received().keys()].filter((name) => name === "plan.pdf")).toEqual([]);
      if (distanceMs !== 10) await world.stop();
    }
  });

  it("MUST leave exactly one winner when two devices accept in the same instant", async () => {
    for (const gapMs of [0, 1, 2, 3, 4]) {
      await ringing(["b1", "b2"]);
      const [b1, b2] = [world.device("b1"), world.device("b2")];
      b1.acceptAll();
      await world.pass(gapMs);
      b2.acceptAll();
      await ended("a1", "b1", "b2");
      const winners = [b1, b2].filter((device) => device.received().has("plan.pdf"));
      const losers = [b1, b2].filter((device) => device.has("elsewhere"));
      expect([winners.length, losers.length], `gap ${String(gapMs)}`).toEqual([1, 1]);
      expect(winners[0]).not.toBe(losers[0]);
      expect(losers[0]?.has("missed")).toBe(false);
      expect(world.device("a1").last("transfer").state).toBe("verified");
      if (gapMs !== 4) await world.stop();
    }
  });
});
