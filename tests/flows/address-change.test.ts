import { afterEach, describe, expect, it } from "vitest";
import type { FlowDevice } from "../support/flow-device.ts";
import { octets } from "../support/octets.ts";
import { ADDRESSES, TwoNetworks } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

const BIG = octets(8_000_000, 4);

type Transport = "udp" | "tcp" | "tls";
type Moving = "a1" | "b1";

async function ringing(transport: Transport): Promise<readonly [FlowDevice, FlowDevice]> {
  world = await TwoNetworks.start(["a1", "b1"], { transport });
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  alice.files.put("/s/big.iso", BIG);
  // So slow that there is time to do something to it.
  world.net.setLatency(50);
  await alice.send(["/s/big.iso"]);
  await world.until("bob rings", () => bob.has("ringing"));
  await world.pass(300);
  return [alice, bob];
}

async function moving(
  transport: Transport,
  octetsFirst = 2_000_000,
): Promise<readonly [FlowDevice, FlowDevice]> {
  const both = await ringing(transport);
  both[1].acceptAll();
  await world.until(
    "octets move",
    () => (both[1].all("progress").at(-1)?.octets ?? 0) > octetsFirst,
  );
  return both;
}

function count({ seen }: FlowDevice, name: "registered" | "resumed"): number {
  return seen.filter((event) => event.name === name).length;
}

async function expectWhole(): Promise<void> {
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
  expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
    "verified",
    "verified",
  ]);
  expect(bob.received().get("big.iso")?.equals(BIG)).toBe(true);
  expect([alice.all("offer").length, bob.all("offer").length]).toEqual([1, 1]);
}

const CASES: readonly (readonly [Moving, Transport])[] = [
  ["a1", "udp"],
  ["a1", "tcp"],
  ["a1", "tls"],
  ["b1", "udp"],
  ["b1", "tcp"],
  ["b1", "tls"],
];

describe("reliability 5.3: the address of a device changes", () => {
  it.each(CASES)(
    "%s over %s: registers within 5 s, goes on within 10 s",
    async (name, transport) => {
      const both = await moving(transport);
      const device = world.device(name);
      const registered = count(device, "registered");
      world.places.unaddress(name);
      world.readdress(name, name === "a1" ? "10.0.1.77" : "10.0.2.77");
      const startMs = world.clock.nowMs();
      await world.until("it registers", () => count(device, "registered") > registered);
      expect(world.clock.nowMs() - startMs).toBeLessThanOrEqual(5000);
      await world.until("it goes on", () => both.every((one) => count(one, "resumed") > 0));
      expect(world.clock.nowMs() - startMs).toBeLessThanOrEqual(10_000);
      await expectWhole();
    },
  );

  it.each(CASES)(
    "%s over %s: without an address for 30 s, then the same one",
    async (name, transport) => {
      await moving(transport);
      world.places.unaddress(name);
      await world.pass(30_000);
      world.readdress(name, ADDRESSES[name]);
      await expectWhole();
    },
  );

  it.each(["udp", "tcp", "tls"] as const)(
    "%s: what rings goes on ringing and is answered from the new one",
    async (transport) => {
      const [, bob] = await ringing(transport);
      world.places.unaddress("b1");
      await world.pass(1000);
      world.readdress("b1", "10.0.2.77");
      await world.pass(5000);
      bob.acceptAll();
      await expectWhole();
    },
  );

  it.each(["udp", "tcp", "tls"] as const)(
    "%s: who asked hears that it came to nothing, and nobody rings on",
    async (transport) => {
      const [alice, bob] = await ringing(transport);
      world.places.unaddress("a1");
      world.readdress("a1", "10.0.1.77");
      await world.until("both know", () => alice.has("transfer") && bob.has("cancelled"), 20_000);
      expect(alice.last("transfer").state).toBe("failed");
      expect(bob.all("offer")).toHaveLength(1);
    },
  );

  it.each(CASES)("%s over %s: again and again", async (name, transport) => {
    await moving(transport, 100_000);
    const bob = world.device("b1");
    for (let nth = 1; nth <= 20; nth += 1) {
      world.places.unaddress(name);
      world.readdress(name, `10.0.9.${String(nth)}`);
      const startMs = world.clock.nowMs();
      await world.until("it goes on", () => count(bob, "resumed") >= nth);
      expect(world.clock.nowMs() - startMs, String(nth)).toBeLessThanOrEqual(10_000);
      await world.pass(500);
    }
    await expectWhole();
  });

  it("offers are made and taken from the new address", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    for (const name of ["a1", "b1"] as const) {
      world.places.unaddress(name);
      world.readdress(name, name === "a1" ? "10.0.1.77" : "10.0.2.77");
    }
    await world.pass(5000);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/big.iso", BIG);
    await alice.send(["/s/big.iso"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await expectWhole();
  });
});
