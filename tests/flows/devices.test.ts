import { afterEach, describe, expect, it } from "vitest";
import { octets } from "../support/octets.ts";
import { ADDRESSES, type DeviceName, TwoNetworks } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

function devicesOf(name: DeviceName): readonly (string | undefined)[] {
  return world
    .device(name)
    .last("registered")
    .devices.map((one) => one.name);
}

describe.each(["udp", "tcp"] as const)(
  "RFC 3680 over %s: a user's devices know each other",
  (transport) => {
    it("tells the first device at once that there is a second one, and when it leaves", async () => {
      world = await TwoNetworks.start(["b1"], { transport });
      await world.pass(1000);
      expect(devicesOf("b1")).toEqual(["b1"]);
      await world.addDevice("b2");
      await world.pass(1000);
      expect(devicesOf("b1")).toEqual(["b1", "b2"]);
      expect(devicesOf("b2")).toEqual(["b2", "b1"]);
      const stopped = world.device("b2").client.stop();
      await world.pass(3000);
      await stopped;
      expect(devicesOf("b1")).toEqual(["b1"]);
    });

    it("goes on for hours: subscriptions are refreshed before they end", async () => {
      world = await TwoNetworks.start(["b1"], { transport });
      await world.pass(3 * 3_600_000);
      await world.addDevice("b2");
      await world.pass(1000);
      expect(devicesOf("b1")).toEqual(["b1", "b2"]);
    });
  },
);

describe("RFC 5626 §4.5, §7 flows that fail", () => {
  it("brings a device back within seconds of losing its connection, and files to it go on", async () => {
    world = await TwoNetworks.start(["a1", "b1", "b2"], { transport: "tcp" });
    await world.pass(1000);
    world.net.resetTcp({ from: ADDRESSES.b1 });
    world.net.resetTcp({ from: ADDRESSES.b2 });
    await world.pass(5000);
    expect(devicesOf("b1")).toEqual(["b1", "b2"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/a.txt", octets(3000, 1));
    await alice.send(["/s/a.txt"]);
    await world.until("both ring", () => bob.has("ringing") && world.device("b2").has("ringing"));
    bob.acceptAll();
    await world.until("it is there", () => bob.has("transfer") && alice.has("transfer"));
    expect(alice.last("transfer").state).toBe("verified");
  });
});

describe.each(["udp", "tcp"] as const)(
  "RFC 6665 §4.1.2.3 over %s: a core that was started anew knows no subscription",
  (transport) => {
    it("MUST cost a device nothing: it registers again, and files reach it as before", async () => {
      world = await TwoNetworks.start(["a1", "b1"], { transport });
      await world.pass(1000);
      world.kill("core-b", "power-lost");
      await world.pass(40_000);
      await world.boot("core-b");
      // The time after which a device on UDP registers by itself, and refreshes its subscription.
      await world.pass(700_000);
      const [alice, bob] = [world.device("a1"), world.device("b1")];
      alice.files.put("/s/a.txt", octets(3000, 1));
      await alice.send(["/s/a.txt"]);
      await world.until("bob rings", () => bob.has("ringing"));
      bob.acceptAll();
      await world.until("it is there", () => bob.has("transfer") && alice.has("transfer"));
      expect(alice.last("transfer").state).toBe("verified");
    });
  },
);

describe("RFC 5627 §4.4: dialogs between GRUUs", () => {
  it("MUST name the device's GRUU as Contact of the offer and of its answer", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/a.txt", octets(3000, 1));
    await alice.send(["/s/a.txt"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await world.until("the end", () => bob.has("transfer") && alice.has("transfer"));
    const contactsFrom = (element: string, start: string): readonly string[] => {
      const contacts = world.records
        .filter((record) => record.element === element && record.dir === "out")
        .map((record) => Buffer.from(record.raw, "base64").toString("latin1"))
        .filter((text) => text.startsWith(start) && text.includes(" INVITE\r\n"))
        .map((text) => /^Contact: <([^>]*)>/m.exec(text)?.[1] ?? "");
      return [...new Set(contacts)];
    };
    expect(contactsFrom("a1", "INVITE ")).toEqual([
      expect.stringMatching(/^sip:alice@a\.example;gr=urn:uuid:/),
    ]);
    expect(contactsFrom("b1", "SIP/2.0 200 ")).toEqual([
      expect.stringMatching(/^sip:bob@b\.example;gr=urn:uuid:/),
    ]);
  });
});
