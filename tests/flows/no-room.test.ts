import { afterEach, describe, expect, it } from "vitest";
import type { FlowDevice } from "../support/flow-device.ts";
import { octets } from "../support/octets.ts";
import { TwoNetworks } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

const BIG = octets(4_000_000, 5);
const ROOM = 1_500_000;

/** Bob's disk is full after a part of the file. */
async function full(): Promise<readonly [FlowDevice, FlowDevice]> {
  world = await TwoNetworks.start(["a1", "b1"]);
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  alice.files.put("/s/big.iso", BIG);
  bob.files.trouble.fullAfterOctets = ROOM;
  world.net.setLatency(20);
  await alice.send(["/s/big.iso"]);
  await world.until("bob rings", () => bob.has("ringing"));
  bob.acceptAll();
  await world.until("both wait", () => alice.has("paused") && bob.has("paused"));
  expect([alice.last("paused").by, bob.last("paused").by]).toEqual(["peer", "space"]);
  return [alice, bob];
}

describe("RFC 5547 §6 file-range: a disk that is full", () => {
  it("MUST keep what has come, and go on by itself as soon as there is room", async () => {
    const [alice, bob] = await full();
    await world.pass(400_000);
    expect([alice.has("transfer"), bob.has("transfer"), bob.has("file")]).toEqual([
      ...[false, false, false],
    ]);
    delete bob.files.trouble.fullAfterOctets;
    await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      ...["verified", "verified"],
    ]);
    expect(bob.received().get("big.iso")?.equals(BIG)).toBe(true);
    expect(bob.last("resumed").files[0]?.octets).toBeGreaterThan(ROOM / 2);
    expect([bob.all("offer").length, bob.files.openParts]).toEqual([1, 0]);
  });

  it("MUST wait on when its user says to go on and there is no room yet", async () => {
    const [, bob] = await full();
    await bob.client.resume(bob.offerId);
    await world.until("it waits again", () => bob.all("paused").length === 2);
    expect([bob.last("paused").by, bob.has("resumed")]).toEqual(["space", false]);
  });

  it("MUST stay paused when its user pauses it, also when there is room again", async () => {
    const [, bob] = await full();
    bob.client.pause(bob.offerId);
    delete bob.files.trouble.fullAfterOctets;
    await world.pass(60_000);
    expect([bob.last("paused").by, bob.has("resumed")]).toEqual(["us", false]);
    await bob.client.resume(bob.offerId);
    await world.until("it is whole", () => bob.has("transfer"));
    expect(bob.received().get("big.iso")?.equals(BIG)).toBe(true);
  });

  it("MUST go on in the folder that its user chooses instead", async () => {
    const [alice, bob] = await full();
    bob.client.pause(bob.offerId);
    expect(await bob.client.moveTo(bob.offerId, "/big")).toMatchObject({ ok: true });
    delete bob.files.trouble.fullAfterOctets;
    await bob.client.resume(bob.offerId);
    await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
    expect(bob.last("file").path).toBe("/big/big.iso");
    expect(bob.files.content.get("/big/big.iso")?.equals(BIG)).toBe(true);
  });

  it("MUST remove what has come when its user ends it, and tell the sender", async () => {
    const [alice, bob] = await full();
    bob.client.cancel(bob.offerId);
    await world.until("both know", () => alice.has("transfer") && bob.has("transfer"));
    expect([alice.last("file").code, bob.last("file").code]).toEqual(["declined", "cancelled"]);
    expect(await bob.files.parts()).toEqual([]);
  });
});

describe("docs/decisions/0007: later offers of a series, and a disk that is full", () => {
  const COUNT = 130;

  /** There is room for the first 100 files only. */
  async function fullAfterTheFirst(): Promise<readonly [FlowDevice, FlowDevice]> {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    const paths = Array.from({ length: COUNT }, (_, at) => `/s/f${String(at)}.txt`);
    for (const [at, path] of paths.entries()) alice.files.put(path, octets(10 + (at % 7), at));
    await alice.send(paths);
    await world.until("bob rings", () => bob.has("ringing"));
    const { id, files } = bob.last("offer");
    bob.client.accept(
      id,
      files.map(({ index }) => index),
      {
        rest: (more) => {
          bob.files.trouble.freeOctets = 5;
          return more.map(({ index }) => index);
        },
      },
    );
    await world.until("both wait", () => alice.has("paused") && bob.has("paused"));
    await world.until("the first ones are here", () => bob.received().size === 100);
    return [alice, bob];
  }

  it("MUST wait for room, and go on by itself as soon as there is some", async () => {
    const [alice, bob] = await fullAfterTheFirst();
    await world.pass(400_000);
    expect([alice.last("paused").by, bob.last("paused").by]).toEqual(["peer", "space"]);
    expect([alice.has("transfer"), bob.has("transfer"), bob.has("error")]).toEqual([
      ...[false, false, false],
    ]);
    expect(bob.received().size).toBe(100);
    bob.files.trouble.freeOctets = Number.MAX_SAFE_INTEGER;
    await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      ...["verified", "verified"],
    ]);
    expect([bob.received().size, bob.files.openParts]).toEqual([COUNT, 0]);
    expect(bob.received().get("f129.txt")?.equals(octets(13, 129))).toBe(true);
  });

  it("MUST remove what waits when its user ends it, and keep what is whole", async () => {
    const [alice, bob] = await fullAfterTheFirst();
    bob.client.cancel(bob.offerId);
    await world.until("both know", () => alice.has("transfer") && bob.has("transfer"));
    expect([bob.received().size, bob.files.openParts]).toEqual([100, 0]);
    expect(await bob.files.parts()).toEqual([]);
  });
});
