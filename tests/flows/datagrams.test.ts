import { afterEach, describe, expect, it } from "vitest";
import { octets } from "../support/octets.ts";
import { ADDRESSES, type ElementName, TwoNetworks } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

const SMALL = octets(3_000, 10);

const LINKS: readonly (readonly [ElementName, ElementName])[] = [
  ["a1", "core-a"],
  ["core-a", "a1"],
  ["core-a", "pf-a"],
  ["pf-a", "core-a"],
  ["core-a", "core-b"],
  ["core-b", "core-a"],
  ["core-b", "pf-b"],
  ["pf-b", "core-b"],
  ["core-b", "b1"],
  ["b1", "core-b"],
];

interface Strike {
  readonly fate: "lose" | "duplicate" | "reorder";
  readonly from: ElementName;
  readonly to: ElementName;
  readonly nth: number;
  readonly isUdpOnly: boolean;
}

/** One whole transfer in which the n-th datagram of a link is struck; false once the link had no such datagram. */
async function transferWith({ fate, from, to, nth, isUdpOnly }: Strike): Promise<boolean> {
  world = await TwoNetworks.start(["a1", "b1"], { isUdpOnly });
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  alice.files.put("/s/small.txt", SMALL);
  const link = { from: ADDRESSES[from], to: ADDRESSES[to] };
  const sentBefore = sentOn(link);
  world.net[fate](link, nth);
  await alice.send(["/s/small.txt"]);
  await world.until("bob rings", () => bob.has("ringing"));
  bob.acceptAll();
  await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
  await world.pass(40_000);
  expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
    "verified",
    "verified",
  ]);
  expect(bob.received().get("small.txt")?.equals(SMALL)).toBe(true);
  expect(bob.received().size).toBe(1);
  expect(bob.all("ringing")).toHaveLength(1);
  return nth < sentOn(link) - sentBefore;
}

function sentOn(link: { readonly from: string; readonly to: string }): number {
  const isOnLink = (each: (typeof world.net.traffic)[number]): boolean =>
    each.proto === "udp" && each.from.host === link.from && each.to.host === link.to;
  return world.net.traffic.filter(isOnLink).length;
}

const STRIKES = LINKS.flatMap(([from, to]) =>
  (["lose", "duplicate", "reorder"] as const).flatMap((fate) =>
    [false, true].map((isUdpOnly) => ({
      fate,
      from,
      to,
      isUdpOnly,
      sizes: isUdpOnly ? "all requests" : "small requests",
    })),
  ),
);

describe("RFC 3261 §17 and §13.3.1.4: every datagram of the flow", () => {
  it.each(STRIKES)(
    "MUST survive to $fate each one from $from to $to, $sizes on UDP",
    async (strike) => {
      let nth = 1;
      while (await transferWith({ ...strike, nth })) {
        await world.stop();
        nth += 1;
      }
      // The INVITE's way has several datagrams once INVITEs travel by UDP.
      if (strike.isUdpOnly) expect(nth).toBeGreaterThan(1);
    },
    60_000,
  );
});
