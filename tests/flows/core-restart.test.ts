import { afterEach, describe, expect, it } from "vitest";
import { octets } from "../support/octets.ts";
import { TwoNetworks } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

const AGAIN_MS = 35_000;

describe("reliability 5.3: a core is started anew", () => {
  it.each(["udp", "tcp", "tls"] as const)(
    "over %s it knows its devices again within 35 s, and they are reached",
    async (transport) => {
      world = await TwoNetworks.start(["a1", "b1", "b2"], { transport });
      const [alice, bob] = [world.device("a1"), world.device("b1")];
      await world.pass(100_000);
      world.kill("core-b", "killed");
      await world.pass(1000);
      await world.boot("core-b");
      await world.pass(AGAIN_MS);
      alice.files.put("/s/a.txt", octets(3000, 1));
      await alice.send(["/s/a.txt"]);
      await world.until("bob rings", () => bob.has("ringing"), 1000);
      await world.until("both ring", () => world.device("b2").has("ringing"), 1000);
      bob.acceptAll();
      await world.until("it ends", () => alice.has("transfer"));
      expect(alice.last("transfer").state).toBe("verified");
    },
  );
});
