import { afterEach, describe, expect, it } from "vitest";
import { BIG, expectBigWhole, octetsOf, takeBig } from "../support/big-transfer.ts";
import { octets } from "../support/octets.ts";
import {
  ADDRESSES,
  type DeviceName,
  TwoNetworks,
  type WorldOptions,
} from "../support/two-networks.ts";
import { WatchedFiles } from "../support/watched-files.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

/** Bob takes a file, and at least that share of it has come. */
async function moving(
  share: number,
  options: WorldOptions = {},
  devices: readonly DeviceName[] = ["a1", "b1"],
): Promise<void> {
  world = await TwoNetworks.start(devices, options);
  await takeBig(world);
  await world.until("octets move", () => octetsOf(world.device("b1")) >= share * BIG.length);
}

/** Whoever of the two has connected. */
function cut(): void {
  const { b1, "pf-b": pf } = ADDRESSES;
  const count =
    world.net.resetTcp({ from: pf, to: `${b1}:2855` }) +
    world.net.resetTcp({ from: b1, to: `${pf}:2855` });
  expect(count).toBeGreaterThan(0);
}

async function bothEnd(): Promise<void> {
  await world.until(
    "both know the end",
    () => world.device("a1").has("transfer") && world.device("b1").has("transfer"),
    900_000,
  );
}

function expectWhole(): void {
  expectBigWhole(world);
  expect(world.device("b1").files.openParts).toBe(0);
}

describe("resume by the receiver (RFC 5547 §8.2.2 pull with file-range)", () => {
  it.each([0.01, 0.5, 0.9])(
    "MUST go on by itself when the connection breaks at %s of the file",
    async (share) => {
      await moving(share);
      cut();
      await bothEnd();
      expectWhole();
      const bob = world.device("b1");
      expect(bob.all("offer")).toHaveLength(1);
      expect(bob.last("resumed").files[0]?.octets).toBeGreaterThan(0);
    },
  );
});

describe("resume after a crash", () => {
  it("MUST serve the receiver from the history when the sender was started anew", async () => {
    await moving(0.4);
    await world.crash("a1", 2000);
    await bothEnd();
    expectWhole();
  });

  it("MUST go on with what was on disk when the receiver was started anew and its user says so", async () => {
    await moving(0.4);
    const bob = await world.crash("b1");
    const [waiting] = await bob.client.resumable();
    expect(waiting?.files[0]?.octets).toBeGreaterThan(0);
    if (waiting === undefined) return;
    await bob.client.resume(waiting.id);
    await bothEnd();
    expectWhole();
    expect(bob.has("offer")).toBe(false);
  });

  it("MUST offer the rest when the sender was started anew and its user says so", async () => {
    await moving(0.4, { devices: { b1: { resumeForS: 0 } } });
    const alice = await world.crash("a1", 120_000);
    const bob = world.device("b1");
    await world.until("bob gives up", () => bob.has("transfer"));
    const [waiting] = await alice.client.resumable();
    if (waiting === undefined) throw new Error("nothing to resume");
    const seen = bob.seen.length;
    await alice.client.resume(waiting.id);
    await world.until("both know the end", () =>
      bob.seen.slice(seen).some(({ name }) => name === "transfer"),
    );
    await world.until("alice knows", () => alice.has("transfer"));
    expectWhole();
    expect(bob.all("offer")).toHaveLength(1);
  });

  it.each(["pf-a", "pf-b"] as const)("MUST go on when %s was started anew", async (name) => {
    await moving(0.4);
    await world.restartFunction(name);
    await bothEnd();
    expectWhole();
  });
});

describe("RFC 4975 §5.4: a Participating Function dies between its 200 and the first octet", () => {
  it.each([
    { afterMs: 0, offMs: 200, limitMs: 5000 },
    { afterMs: 0, offMs: 1000, limitMs: 5000 },
    { afterMs: 0, offMs: 10_000, limitMs: 6000 },
    { afterMs: 25, offMs: 1000, limitMs: 5000 },
    { afterMs: 60, offMs: 10_000, limitMs: 6000 },
    { afterMs: 100, offMs: 1000, limitMs: 5000 },
  ])(
    "MUST move octets within $limitMs ms of its return ($afterMs ms after the 200, gone for $offMs ms)",
    async ({ afterMs, offMs, limitMs }) => {
      world = await TwoNetworks.start(["a1", "b1"]);
      const bob = world.device("b1");
      await takeBig(world, 10);
      await world.until("pf-b answers", () =>
        world.records.some(
          ({ element, dir, proto, summary }) =>
            element === "pf-b" && dir === "out" && proto === "sip" && summary.status === 200,
        ),
      );
      await world.pass(afterMs);
      expect(octetsOf(bob)).toBe(0);
      world.kill("pf-b", "killed");
      await world.pass(offMs);
      await world.boot("pf-b");
      await world.until("octets move", () => octetsOf(bob) > 0, limitMs);
      await bothEnd();
      expectWhole();
    },
  );
});

describe("pause and resume by a user", () => {
  it.each(["a1", "b1"] as const)(
    "MUST stop when %s pauses and go on when it says so",
    async (who) => {
      await moving(0.3);
      const device = world.device(who);
      const other = world.device(who === "a1" ? "b1" : "a1");
      device.client.pause(device.offerId);
      await world.until("both know", () => device.has("paused") && other.has("paused"));
      expect([device.last("paused").by, other.last("paused").by]).toEqual(["us", "peer"]);
      const before = octetsOf(world.device("b1"));
      await world.pass(400_000);
      expect(octetsOf(world.device("b1"))).toBe(before);
      expect(other.has("transfer")).toBe(false);
      await device.client.resume(device.offerId);
      await bothEnd();
      expectWhole();
    },
  );
});

describe("a user who changes his mind", () => {
  it.each(["a1", "b1"] as const)(
    "MUST go on when %s pauses and resumes in one breath",
    async (who) => {
      await moving(0.3);
      const device = world.device(who);
      device.client.pause(device.offerId);
      await device.client.resume(device.offerId);
      await bothEnd();
      expectWhole();
    },
  );

  it("MUST stay paused when b1 pauses, resumes and pauses", async () => {
    await moving(0.3);
    const bob = world.device("b1");
    bob.client.pause(bob.offerId);
    await bob.client.resume(bob.offerId);
    bob.client.pause(bob.offerId);
    await world.until("it is paused", () => bob.has("paused"));
    await world.pass(100_000);
    expect([bob.last("paused").by, bob.has("transfer"), bob.has("resumed")]).toEqual([
      ...["us", false, false],
    ]);
  });
});

describe("the last word is lost", () => {
  it("MUST tell the sender what became of a file that had arrived whole", async () => {
    await moving(0.2);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    await world.until("all is there", () => bob.has("file"));
    // The success REPORT is on its way.
    cut();
    expect(alice.has("file")).toBe(false);
    await bothEnd();
    expectWhole();
  });
});

describe("an empty file", () => {
  it("MUST not count as received before its sender was asked", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/empty.txt", Buffer.alloc(0)).put("/s/a.bin", octets(1000, 3));
    await alice.send(["/s/empty.txt", "/s/a.bin"]);
    await world.until("bob rings", () => bob.has("ringing"));
    const heal = world.net.partition(ADDRESSES["core-a"], ADDRESSES["core-b"]);
    bob.acceptAll();
    await bothEnd();
    expect([...bob.received().keys()]).toEqual([]);
    heal();
    await bob.client.resume(bob.offerId);
    await world.until("both know the end", () => alice.all("transfer").length > 1, 900_000);
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      "verified",
      "verified",
    ]);
    expect([...bob.received().keys()].sort()).toEqual(["a.bin", "empty.txt"]);
  });
});

describe("both sides want to go on at once", () => {
  it("MUST come to one session and a whole file", async () => {
    await moving(0.3);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    cut();
    await world.until("both wait", () => alice.has("reconnecting") && bob.has("reconnecting"));
    await Promise.all([
      alice.client.resume(alice.offerId),
      bob.client.resume(bob.offerId),
      world.pass(0),
    ]);
    await bothEnd();
    expectWhole();
  });
});

describe("a part that is whole when both sides want to go on", () => {
  it("MUST become one file, and be told as received", async () => {
    let disk: WatchedFiles | undefined;
    await moving(0.3, {
      filesOf: (name, files, clock) => {
        if (name !== "b1") return files;
        disk = new WatchedFiles(files, clock);
        return disk;
      },
    });
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    cut();
    await world.until("both wait", () => alice.has("reconnecting") && bob.has("reconnecting"));
    // Its last octets came, and the end of the message did not.
    const [kept] = await bob.files.parts();
    const part = await bob.files.resumePart(kept?.key ?? "");
    if (!part.ok) throw new Error(part.error.message);
    await part.value.write(0, BIG);
    await part.value.keep();
    if (disk !== undefined) disk.delayMs = 300;
    await Promise.all([
      alice.client.resume(alice.offerId),
      bob.client.resume(bob.offerId),
      world.pass(0),
    ]);
    await bothEnd();
    expectWhole();
  });
});

describe("what is sent twice", () => {
  it("MUST be little: what was on disk is not sent again", async () => {
    await moving(0.5);
    for (let cuts = 0; cuts < 3; cuts += 1) {
      const bob = world.device("b1");
      const before = bob.all("resumed").length;
      cut();
      await world.until("it goes on", () => bob.all("resumed").length > before);
      const seen = bob.all("progress").length;
      await world.until("octets move", () => bob.all("progress").length > seen);
    }
    await bothEnd();
    expectWhole();
    const resumed = world.device("b1").all("resumed");
    for (const [index, { files }] of resumed.entries())
      expect(files[0]?.octets).toBeGreaterThanOrEqual(resumed[index - 1]?.files[0]?.octets ?? 0);
    const came = world.records
      .filter(({ element, dir, proto }) => element === "b1" && dir === "in" && proto === "msrp")
      .reduce((sum, { summary }) => sum + lengthOf(summary.byteRange), 0);
    expect(came).toBeLessThanOrEqual(BIG.length + 3 * 65_536);
  });
});

function lengthOf(range: string | undefined): number {
  const [, from, to] = /^(\d+)-(\d+)/.exec(range ?? "") ?? [];
  return from === undefined || to === undefined ? 0 : Number(to) - Number(from) + 1;
}

describe("the sender's file", () => {
  it("MUST not be sent on when it was changed, and both users hear why", async () => {
    await moving(0.3);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    cut();
    alice.files.put("/s/big.iso", octets(8_000_000, 10));
    await bothEnd();
    for (const device of [alice, bob]) {
      expect(device.last("file")).toMatchObject({ state: "failed", code: "source-changed" });
      expect(device.last("transfer").state).toBe("failed");
    }
    expect([...bob.received().keys()]).toEqual([]);
    expect(await bob.files.parts()).toEqual([]);
  });

  it("MUST not keep another file of the offer from going on when it was changed", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/big.iso", BIG).put("/s/plan.pdf", octets(8_000_000, 11));
    world.net.setLatency(50);
    await alice.send(["/s/big.iso", "/s/plan.pdf"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await world.until("octets move", () => octetsOf(bob) > 1_000_000);
    cut();
    alice.files.put("/s/plan.pdf", octets(8_000_000, 12));
    await bothEnd();
    for (const device of [alice, bob]) {
      const ends = device.all("file").map(({ index, state, code }) => ({ index, state, code }));
      expect(ends).toContainEqual({ index: 0, state: "complete", code: undefined });
      expect(ends).toContainEqual({ index: 1, state: "failed", code: "source-changed" });
      expect(device.last("transfer").state).toBe("partly");
    }
    expect(bob.received().get("big.iso")?.equals(BIG)).toBe(true);
  });

  it("MUST not be sent on by a program started anew when it was changed meanwhile", async () => {
    await moving(0.3);
    world.device("a1").files.put("/s/big.iso", octets(8_000_000, 10));
    await world.crash("a1");
    const bob = world.device("b1");
    await world.until("bob knows", () => bob.has("transfer"));
    expect(bob.last("file")).toMatchObject({ state: "failed", code: "source-changed" });
  });
});

describe("several devices of a user (docs/decisions/0008)", () => {
  it("MUST go on with the one that has the part, and let no other one ring", async () => {
    await moving(0.3, {}, ["a1", "b1", "b2"]);
    const [bob, other] = [world.device("b1"), world.device("b2")];
    await world.until("elsewhere", () => other.has("elsewhere"));
    const alice = world.device("a1");
    cut();
    await world.until("both wait", () => alice.has("reconnecting") && bob.has("reconnecting"));
    await alice.client.resume(alice.offerId);
    await bothEnd();
    expectWhole();
    expect(other.all("offer")).toHaveLength(1);
  });

  /** b1 is first; the BYE that tells b2 so never comes. */
  async function bothTake(): Promise<void> {
    world = await TwoNetworks.start(["a1", "b1", "b2"], { transport: "udp" });
    const [alice, bob, other] = [world.device("a1"), world.device("b1"), world.device("b2")];
    alice.files.put("/s/big.iso", BIG);
    await alice.send(["/s/big.iso"]);
    world.net.setLatency(50);
    await world.until("both ring", () => bob.has("ringing") && other.has("ringing"));
    world.net.lose({ to: ADDRESSES.b2 }, (bytes) => bytes.toString("latin1").startsWith("BYE "));
    bob.acceptAll();
    await world.pass(10);
    other.acceptAll();
    await world.until("both have answered", () => bob.has("answered") && other.has("answered"));
    await world.until("octets move", () => octetsOf(bob) > 0);
  }

  /** b2 takes itself for the one that is to go on. */
  async function loserAsks(): Promise<void> {
    const other = world.device("b2");
    other.client.pause(other.offerId);
    await world.until("it has left", () => other.has("paused"));
    await other.client.resume(other.offerId);
  }

  it("MUST go on with the one whose answer won, though the other one has not heard of that yet", async () => {
    await bothTake();
    const other = world.device("b2");
    cut();
    await loserAsks();
    await bothEnd();
    await world.until("the other one knows", () => other.has("elsewhere"));
    expectWhole();
    expect(other.last("elsewhere")).toMatchObject({ reason: "accepted", isLostRace: true });
    expect(other.received().size).toBe(0);
    expect(other.has("transfer")).toBe(false);
    expect(other.files.openParts).toBe(0);
  });

  it("MUST still know which one that was when the sender was started anew", async () => {
    await bothTake();
    const other = world.device("b2");
    world.kill("b1", "killed");
    await world.crash("a1");
    await loserAsks();
    await world.until("it knows", () => other.has("elsewhere") || other.has("transfer"));
    expect(other.last("elsewhere")).toMatchObject({ reason: "accepted", isLostRace: true });
    expect(other.received().size).toBe(0);
    await world.boot("b1");
    const bob = world.device("b1");
    await world.until("b1 is back", () => bob.has("registered"));
    const [waiting] = await bob.client.resumable();
    if (waiting === undefined) throw new Error("nothing to resume");
    await bob.client.resume(waiting.id);
    await bothEnd();
    expectBigWhole(world);
  });

  it("MUST refuse files to whoever was not offered them", async () => {
    await moving(0.3);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    bob.client.pause(bob.offerId);
    await world.until("paused", () => alice.has("paused"));
    // Bob's other device has heard of all of it, and has a part of its own making.
    const thief = await world.addDevice("b2");
    const { conversationId } = bob.last("offer");
    const entry = [...bob.store.entries.values()][0];
    if (entry === undefined) throw new Error("no entry");
    thief.store.save({ ...entry, conversationId: `${conversationId}x` });
    const part = await thief.files.createPart({
      ...{ folder: "/b2", suggestedName: "big.iso", sizeOctets: BIG.length },
      journal: {
        ...{ peer: entry.peer, conversationId: `${conversationId}x`, offeredName: "big.iso" },
        ...{ hashes: [{ algorithm: "sha-1", hex: entry.files[0]?.sha1 ?? "" }] },
        ...{ offerId: entry.id, index: 0 },
      },
    });
    if (part.ok) await part.value.keep();
    await thief.client.resume(bob.offerId);
    await world.until("refused", () => thief.has("transfer"));
    expect(thief.last("transfer").state).toBe("interrupted");
    expect(thief.received().size).toBe(0);
  });
});

describe("an end that somebody chose", () => {
  it("MUST reach the sender that waits when the receiver cancels", async () => {
    await moving(0.3);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    cut();
    await world.until("both wait", () => alice.has("reconnecting") && bob.has("reconnecting"));
    bob.client.cancel(bob.offerId);
    await bothEnd();
    expect(bob.last("transfer").state).toBe("cancelled");
    expect(bob.last("file")).toMatchObject({ state: "interrupted", code: "cancelled" });
    expect(alice.last("file")).toMatchObject({ state: "interrupted", code: "declined" });
    expect(await bob.files.parts()).toEqual([]);
  });

  it("MUST reach the receiver that tries again when the sender cancels", async () => {
    await moving(0.3);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    cut();
    await world.until("both wait", () => alice.has("reconnecting") && bob.has("reconnecting"));
    alice.client.cancel(alice.offerId);
    await bothEnd();
    expect(alice.last("transfer").state).toBe("cancelled");
    expect(alice.last("file")).toMatchObject({ state: "interrupted", code: "cancelled" });
    expect(bob.last("file")).toMatchObject({ state: "interrupted", code: "declined" });
    expect(await bob.files.parts()).toEqual([]);
  });
});

describe("an end that comes of itself", () => {
  it("MUST be known on both sides in bounded time when they do not find each other again", async () => {
    await moving(0.3);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    world.net.partition(ADDRESSES["core-a"], ADDRESSES["core-b"]);
    cut();
    await bothEnd();
    for (const device of [alice, bob]) {
      expect(device.last("transfer").state).toBe("interrupted");
      expect(device.last("file").resumable?.octets).toBeGreaterThan(0);
    }
    expect(await bob.files.parts()).toHaveLength(1);
  });

  it("MUST keep what is here when the receiver's program is quit, and go on in the next", async () => {
    await moving(0.3);
    const bob = world.device("b1");
    let isStopped = false;
    void bob.client.stop().then(() => {
      isStopped = true;
    });
    await world.until("stopped", () => isStopped);
    const alice = world.device("a1");
    await world.until("alice knows at once", () => alice.has("transfer"), 1000);
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      "interrupted",
      "interrupted",
    ]);
    expect(bob.last("file").resumable?.octets).toBeGreaterThan(0);
    const again = await world.crash("b1");
    const [waiting] = await again.client.resumable();
    if (waiting === undefined) throw new Error("nothing to resume");
    await again.client.resume(waiting.id);
    await world.until("both know the new end", () => alice.all("transfer").length === 2);
    await world.until("bob too", () => again.has("transfer"));
    expectWhole();
  });
});
