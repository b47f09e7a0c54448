import { expect } from "vitest";
import type { FlowDevice } from "./flow-device.ts";
import { octets } from "./octets.ts";
import type { TwoNetworks } from "./two-networks.ts";

/** A file that is under way for a while. */
export const BIG = octets(8_000_000, 9);

/** Alice has offered `BIG`, and Bob has said yes. */
export async function takeBig(world: TwoNetworks, latencyMs = 50): Promise<void> {
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  alice.files.put("/s/big.iso", BIG);
  // So slow that there is time to do something to it.
  world.net.setLatency(latencyMs);
  await alice.send(["/s/big.iso"]);
  await world.until("bob rings", () => bob.has("ringing"));
  bob.acceptAll();
}

export function octetsOf(device: FlowDevice): number {
  return device.all("progress").at(-1)?.octets ?? 0;
}

/** Both users were told so, and it is true. */
export function expectBigWhole(world: TwoNetworks): void {
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
    "verified",
    "verified",
  ]);
  expect(bob.received().get("big.iso")?.equals(BIG)).toBe(true);
}
