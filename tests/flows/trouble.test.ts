import { afterEach, describe, expect, it } from "vitest";
import type { FlowDevice } from "../support/flow-device.ts";
import { octets } from "../support/octets.ts";
import {
  ADDRESSES,
  type ElementName,
  TwoNetworks,
  type WorldOptions,
} from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

const BIG = octets(2_000_000, 9);
const SMALL = octets(3_000, 10);

/** Nobody tries again: what is told at once is what these tests are about. */
const ONCE = { a1: { resumeForS: 0 }, b1: { resumeForS: 0 } };

async function accepted(options: WorldOptions = {}): Promise<void> {
  world = await TwoNetworks.start(["a1", "b1"], { devices: ONCE, ...options });
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  alice.files.put("/s/big.iso", BIG).put("/s/small.txt", SMALL);
  await alice.send(["/s/big.iso", "/s/small.txt"]);
  await world.until("bob rings", () => bob.has("ringing"));
  bob.acceptAll();
  await world.until("octets move", () => bob.has("progress"));
}

async function bothEnd(): Promise<void> {
  await world.until("both know the end", () =>
    (["a1", "b1"] as const).every((name) => world.device(name).has("transfer")),
  );
  await world.pass(1_000);
}

describe("RFC 5547 §8.4: abort of one file of two", () => {
  it("MUST stop the sender's file and bring the other one", async () => {
    await accepted();
    const alice = world.device("a1");
    alice.client.cancelFile(alice.offerId, 0);
    await bothEnd();
    expect(world.device("b1").received().get("small.txt")?.equals(SMALL)).toBe(true);
    expect(world.device("b1").received().has("big.iso")).toBe(false);
    expect([alice.last("transfer").state, world.device("b1").last("transfer").state]).toEqual([
      "partly",
      "partly",
    ]);
  });

  it("MUST stop the file that the receiver gives up and bring the other one", async () => {
    await accepted();
    const bob = world.device("b1");
    bob.client.cancelFile(bob.offerId, 0);
    await bothEnd();
    expect(bob.received().get("small.txt")?.equals(SMALL)).toBe(true);
    expect(bob.received().has("big.iso")).toBe(false);
    expect(world.device("a1").last("transfer").state).toBe("partly");
  });
});

describe("RFC 3261 §15: BYE crosses SEND", () => {
  it.each(["a1", "b1"] as const)(
    "MUST leave no half file under its name when %s cancels",
    async (who) => {
      await accepted();
      const device = world.device(who);
      device.client.cancel(device.offerId);
      await bothEnd();
      const bob = world.device("b1");
      expect(bob.received().has("big.iso")).toBe(false);
      expect(bob.files.openParts).toBe(0);
      const states = (["a1", "b1"] as const).map(
        (name) => world.device(name).last("transfer").state,
      );
      for (const state of states) expect(["cancelled", "interrupted", "partly"]).toContain(state);
    },
  );
});

describe("note N3 in docs/flows.md: something on the way is lost", () => {
  it.each(["a1", "pf-a", "pf-b"] as const)(
    "MUST tell both sides when the file connection of %s to the next element breaks",
    async (from) => {
      await accepted();
      const next: Record<typeof from, ElementName> = { a1: "pf-a", "pf-a": "pf-b", "pf-b": "b1" };
      expect(
        world.net.resetTcp({ from: ADDRESSES[from], to: `${ADDRESSES[next[from]]}:2855` }),
      ).toBeGreaterThan(0);
      await bothEnd();
      expect(world.device("b1").received().has("big.iso")).toBe(false);
      for (const name of ["a1", "b1"] as const) {
        expect(["interrupted", "failed", "partly"]).toContain(
          world.device(name).last("transfer").state,
        );
      }
    },
  );

  it.each(["a1", "b1"] as const)(
    "MUST tell the other side, and hold nothing, when %s vanishes without a word",
    async (who) => {
      await accepted();
      const near = who === "a1" ? "a" : "b";
      world.net.partition(ADDRESSES[who], ADDRESSES[`pf-${near}`]);
      world.net.partition(ADDRESSES[who], ADDRESSES[`core-${near}`]);
      const other = world.device(who === "a1" ? "b1" : "a1");
      await world.until("the other side knows", () => other.has("transfer"), 200_000);
      expect(["interrupted", "failed", "partly"]).toContain(other.last("transfer").state);
      await world.until(
        "no call is held",
        () => [...world.functions.values()].every((pf) => pf.callCount === 0),
        200_000,
      );
    },
  );

  it("MUST tell the sender within the answer time when a Participating Function is dead", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const alice = world.device("a1");
    alice.files.put("/s/small.txt", SMALL);
    world.net.blackhole({ to: ADDRESSES["pf-b"] });
    await alice.send(["/s/small.txt"]);
    await world.until("alice knows", () => alice.has("transfer"), 40_000);
    expect(["failed", "noanswer"]).toContain(alice.last("transfer").state);
    expect(alice.has("error")).toBe(true);
    expect(world.device("b1").has("ringing")).toBe(false);
  });

  it("MUST reach nobody after a registration has expired, and be reachable again after the next one", async () => {
    world = await TwoNetworks.start(["a1", "b1"], {
      devices: { b1: { registrationExpiresS: 60 } },
    });
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/small.txt", SMALL);
    const heal = world.net.partition(ADDRESSES.b1, ADDRESSES["core-b"]);
    await world.pass(70_000);
    await alice.send(["/s/small.txt"]);
    await world.until("alice knows", () => alice.all("transfer").length === 1);
    expect(alice.last("error")).toMatchObject({ code: "offline", status: 480 });
    heal();
    await world.until("bob is back", () => bob.all("registered").length >= 2, 200_000);
    await alice.send(["/s/small.txt"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await world.until("the end", () => alice.all("transfer").length === 2);
    expect(alice.last("transfer").state).toBe("verified");
  });
});

describe("design/cli: a sender that waits for a receiver that is gone", () => {
  it.each([0, 5, 20])("MUST end when %i seconds are over, and leave nothing", async (waitS) => {
    await accepted({ devices: { a1: { waitForReceiverS: waitS } } });
    const alice = world.device("a1");
    world.kill("b1", "killed");
    await world.until("it broke", () => alice.has("reconnecting") || alice.has("transfer"));
    const brokenMs = world.clock.nowMs();
    if (waitS > 0) expect(alice.last("reconnecting").forMs).toBe(waitS * 1000);
    await world.until("alice ends", () => alice.has("transfer"));
    expect(world.clock.nowMs() - brokenMs).toBeLessThan(waitS * 1000 + 2000);
    expect(["interrupted", "partly"]).toContain(alice.last("transfer").state);
    expect(alice.all("file").some(({ resumable }) => resumable !== undefined)).toBe(true);
  });
});

describe("decision 0003: the last word is lost on the way", () => {
  /** Runs when the device has answered for every octet of a file and is about to check it. */
  function beforeChecking({ files }: FlowDevice, run: () => void): void {
    const create = files.createPart.bind(files);
    files.createPart = async (options) => {
      const part = await create(options);
      if (!part.ok) return part;
      const finish = part.value.finish.bind(part.value);
      part.value.finish = async (expected) => {
        // Its last 200 has arrived by then.
        await new Promise<void>((resolve) => {
          world.clock.startTimer(200, resolve);
        });
        run();
        return finish(expected);
      };
      return part;
    };
  }

  it.each([
    ["a1", "pf-a"],
    ["pf-a", "pf-b"],
    ["pf-b", "b1"],
  ] as const)(
    "MUST be asked for at once where the connection from %s to %s breaks before the REPORT",
    async (from, to) => {
      world = await TwoNetworks.start(["a1", "b1"]);
      const [alice, bob] = [world.device("a1"), world.device("b1")];
      alice.files.put("/s/small.txt", SMALL);
      let brokenMs = 0;
      beforeChecking(bob, () => {
        brokenMs = world.clock.nowMs();
        const link = { from: ADDRESSES[from], to: `${ADDRESSES[to]}:2855` };
        expect(world.net.resetTcp(link)).toBeGreaterThan(0);
      });
      await alice.send(["/s/small.txt"]);
      await world.until("bob rings", () => bob.has("ringing"));
      bob.acceptAll();
      await bothEnd();
      expect([alice, bob].map((device) => device.last("transfer").state)).toEqual([
        "verified",
        "verified",
      ]);
      expect(world.clock.nowMs() - brokenMs).toBeLessThan(2500);
      expect(bob.received().size).toBe(1);
    },
  );
});

describe("note N3 in docs/flows.md: what a break far away means", () => {
  it("MUST NOT be told as the other user's decision", async () => {
    await accepted();
    const { "pf-a": from, "pf-b": to } = ADDRESSES;
    expect(world.net.resetTcp({ from, to: `${to}:2855` })).toBeGreaterThan(0);
    await bothEnd();
    for (const name of ["a1", "b1"] as const) {
      const broken = world
        .device(name)
        .all("file")
        .filter(({ state }) => state !== "complete");
      expect(broken.map(({ code }) => code)).toContain("connection");
      expect(broken.map(({ code }) => code)).not.toContain("declined");
    }
    const [file] = world
      .device("b1")
      .all("file")
      .filter(({ index }) => index === 0);
    expect(file?.resumable?.octets).toBeGreaterThan(0);
  });

  it.each(["pf-a", "pf-b"] as const)(
    "MUST be known within three minutes when %s loses its power",
    async (name) => {
      await accepted();
      world.kill(name, "power-lost");
      await world.until(
        "both know",
        () => world.device("a1").has("transfer") && world.device("b1").has("transfer"),
        180_000,
      );
      for (const device of ["a1", "b1"] as const)
        expect(["interrupted", "partly"]).toContain(world.device(device).last("transfer").state);
    },
  );
});
