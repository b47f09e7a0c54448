import { afterEach, describe, expect, it } from "vitest";
import { BIG, expectBigWhole, octetsOf, takeBig } from "../support/big-transfer.ts";
import { octets } from "../support/octets.ts";
import { TwoNetworks } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

const SIDES = ["a1", "b1"] as const;

function otherOf(who: (typeof SIDES)[number]) {
  return world.device(who === "a1" ? "b1" : "a1");
}

/** Bob takes a file, and somebody pauses it on its way. */
async function pausedBy(who: (typeof SIDES)[number]): Promise<void> {
  world = await TwoNetworks.start(["a1", "b1"]);
  await takeBig(world);
  await world.until("octets move", () => octetsOf(world.device("b1")) > 2_000_000);
  const device = world.device(who);
  device.client.pause(device.offerId);
  await world.until("both know", () => device.has("paused") && otherOf(who).has("paused"));
}

async function expectWhole(): Promise<void> {
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
  expectBigWhole(world);
}

describe("reliability §5: a pause of the other user", () => {
  it.each(SIDES)("MUST last, told once, as long as %s runs and says so", async (who) => {
    await pausedBy(who);
    await world.pass(1_800_000);
    expect(otherOf(who).all("paused")).toHaveLength(1);
    expect(otherOf(who).has("transfer")).toBe(false);
    const device = world.device(who);
    await device.client.resume(device.offerId);
    await expectWhole();
  });

  it.each(SIDES)("MUST end, and can go on, when %s does not come back", async (who) => {
    await pausedBy(who);
    world.kill(who, "killed");
    const other = otherOf(who);
    await world.until("it has ended", () => other.has("transfer"), 900_000);
    expect(other.last("transfer").state).toBe("interrupted");
    expect(other.last("file")).toMatchObject({ state: "interrupted", code: "pauser-offline" });
    expect(other.last("file").resumable?.octets).toBeGreaterThan(0);
    expect(await other.client.resumable()).toHaveLength(1);
    await world.boot(who);
    const device = world.device(who);
    await world.until("it is back", () => device.has("registered"));
    const [waiting] = await device.client.resumable();
    if (waiting === undefined) throw new Error("nothing to resume");
    await device.client.resume(waiting.id);
    await world.until("both know the end", () => device.has("transfer"));
    await world.until("it is whole", () => other.last("transfer").state === "verified");
  });

  it.each(SIDES)(
    "MUST hold when the program of %s was started anew, until its user goes on",
    async (who) => {
      await pausedBy(who);
      const device = await world.crash(who, 30_000);
      await world.pass(1_200_000);
      expect([device.has("resumed"), otherOf(who).has("transfer")]).toEqual([false, false]);
      const [waiting] = await device.client.resumable();
      if (waiting === undefined) throw new Error("nothing to resume");
      await device.client.resume(waiting.id);
      await expectWhole();
    },
  );

  it.each(SIDES)("MUST be among what can go on where %s paused it", async (who) => {
    await pausedBy(who);
    for (const device of [world.device(who), otherOf(who)]) {
      const [offer] = await device.client.resumable();
      expect(offer?.files[0]?.octets).toBeGreaterThan(0);
    }
  });
});

describe("a pause that comes when every file has its end", () => {
  it("MUST not hold the receiver up, who hears what became of them", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/big.iso", BIG);
    world.net.setLatency(50);
    await alice.send(["/s/big.iso"]);
    await world.until("bob rings", () => bob.has("ringing"));
    alice.files.put("/s/big.iso", octets(8_000_000, 10));
    bob.acceptAll();
    await world.until("its sender sees the change", () => alice.has("file"));
    alice.client.pause(alice.offerId);
    await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
    expect(alice.has("paused")).toBe(false);
    expect(bob.last("file")).toMatchObject({ state: "failed", code: "source-changed" });
  });
});
