import { afterEach, describe, expect, it } from "vitest";
import { type DeviceName, TwoNetworks } from "../support/two-networks.ts";

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
