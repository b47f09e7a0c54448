import { afterEach, describe, expect, it } from "vitest";
import type { FileError, FileSource } from "../../main/base/files.ts";
import { ok, type Result } from "../../main/base/result.ts";
import { BIG, expectBigWhole, octetsOf, takeBig } from "../support/big-transfer.ts";
import type { FlowDevice } from "../support/flow-device.ts";
import { octets } from "../support/octets.ts";
import { ADDRESSES, TwoNetworks, type WorldOptions } from "../support/two-networks.ts";
import { WatchedFiles } from "../support/watched-files.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

async function moving(options: WorldOptions = {}): Promise<void> {
  world = await TwoNetworks.start(["a1", "b1"], options);
  await takeBig(world);
  await world.until("octets move", () => octetsOf(world.device("b1")) >= 2_000_000);
}

function cut(): void {
  const { b1, "pf-b": pf } = ADDRESSES;
  const count =
    world.net.resetTcp({ from: pf, to: `${b1}:2855` }) +
    world.net.resetTcp({ from: b1, to: `${pf}:2855` });
  expect(count).toBeGreaterThan(0);
}

/** How often a device has said yes to an INVITE. */
function yesOf(who: "a1" | "b1"): number {
  return world.records.filter(
    ({ element, dir, proto, summary }) =>
      element === who &&
      dir === "out" &&
      proto === "sip" &&
      summary.status === 200 &&
      summary.cseq?.endsWith(" INVITE") === true,
  ).length;
}

/** How often a device was asked for a session. */
function askedOf(who: "a1" | "b1"): number {
  return world.records.filter(
    ({ element, dir, proto, summary }) =>
      element === who && dir === "in" && proto === "sip" && summary.method === "INVITE",
  ).length;
}

/** The device has answered the request to go on, and its ACK has not come yet. */
async function answering(who: "a1" | "b1"): Promise<void> {
  const before = yesOf(who);
  cut();
  await world.until("it answers", () => yesOf(who) > before);
}

async function bothEnd(): Promise<void> {
  await world.until(
    "both know the end",
    () => world.device("a1").has("transfer") && world.device("b1").has("transfer"),
    900_000,
  );
}

/** Bob never asks, so that Alice offers the rest. */
const ASKS_NEVER: WorldOptions = { devices: { b1: { resumeForS: 0 } } };
const ANSWERERS = [
  ["a1", {}],
  ["b1", ASKS_NEVER],
] as const;

/** One of the two has cancelled: nothing of it stays, and both were told who. */
async function expectNothingKept(): Promise<void> {
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  expect([...bob.received().keys()]).toEqual([]);
  expect(await bob.files.parts()).toEqual([]);
  expect([alice.last("file").code, bob.last("file").code].sort()).toEqual([
    "cancelled",
    "declined",
  ]);
}

describe("a decision between the 200 and the ACK of a session that goes on (RFC 3261 §13.3.1.4)", () => {
  it.each(ANSWERERS)("MUST hold when %s pauses", async (who, options) => {
    await moving(options);
    await answering(who);
    const device = world.device(who);
    device.client.pause(device.offerId);
    await world.pass(5000);
    const before = octetsOf(world.device("b1"));
    await world.pass(200_000);
    expect(octetsOf(world.device("b1"))).toBe(before);
    expect(device.last("paused").by).toBe("us");
    expect(
      device.seen
        .slice(device.seen.findIndex(({ name }) => name === "paused"))
        .some(({ name }) => name === "resumed" || name === "transfer"),
    ).toBe(false);
    await device.client.resume(device.offerId);
    await world.until(
      "it is whole",
      () =>
        world.device("b1").all("transfer").at(-1)?.state === "verified" &&
        world.device("a1").has("transfer"),
    );
    expectBigWhole(world);
  });

  it.each(ANSWERERS)("MUST hold when %s cancels", async (who, options) => {
    await moving(options);
    await answering(who);
    const device = world.device(who);
    device.client.cancel(device.offerId);
    await world.until(
      "both know",
      () =>
        device.all("transfer").at(-1)?.state === "cancelled" &&
        world.device("a1").has("transfer") &&
        world.device("b1").has("transfer"),
    );
    await world.pass(10_000);
    await expectNothingKept();
  });

  it.each(ANSWERERS)("MUST hold when %s cancels the file", async (who, options) => {
    await moving(options);
    await answering(who);
    const device = world.device(who);
    device.client.cancelFile(device.offerId, 0);
    await bothEnd();
    await expectNothingKept();
  });

  it.each(ANSWERERS)("MUST hold when the program of %s is quit", async (who, options) => {
    await moving(options);
    await answering(who);
    const device = world.device(who);
    let isStopped = false;
    void device.client.stop().then(() => {
      isStopped = true;
    });
    await world.until("stopped", () => isStopped, 60_000);
    expect(device.last("transfer").state).toBe("interrupted");
    const other = world.device(who === "a1" ? "b1" : "a1");
    await world.until("the other one knows", () => other.has("transfer"), 5000);
    expect(await world.device("b1").files.parts()).toHaveLength(1);
  });
});

/** A disk that takes its time to say whether a file was changed. */
class SlowSources extends WatchedFiles {
  override async openSource(
    path: string,
    version?: string,
  ): Promise<Result<FileSource, FileError>> {
    const source = await super.openSource(path, version);
    if (!source.ok) return source;
    return ok({ ...source.value, isUnchanged: () => this.late(() => source.value.isUnchanged()) });
  }
}

describe("a sender whose program is quit while the receiver asks for the rest", () => {
  it("MUST not be taken for one who cancels: what has arrived stays", async () => {
    let disk: SlowSources | undefined;
    await moving({
      filesOf: (name, files, clock) => {
        if (name !== "a1") return files;
        disk = new SlowSources(files, clock);
        return disk;
      },
    });
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    const before = askedOf("a1");
    cut();
    await world.until("alice waits", () => alice.has("reconnecting"));
    if (disk !== undefined) disk.delayMs = 200;
    await world.until("bob asks", () => askedOf("a1") > before);
    void alice.client.stop();
    await bothEnd();
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      "interrupted",
      "interrupted",
    ]);
    expect(bob.last("file").resumable?.octets).toBeGreaterThan(0);
    expect(await bob.files.parts()).toHaveLength(1);
  });
});

describe("a session whose ACK never comes (RFC 3261 §13.3.1.4)", () => {
  it("MUST not end the file that goes on in the next one", async () => {
    await moving();
    await answering("a1");
    const alice = world.device("a1");
    world.kill("pf-a", "killed");
    const bob = await world.crash("b1");
    await world.boot("pf-a");
    world.net.setLatency(500);
    const [waiting] = await bob.client.resumable();
    if (waiting === undefined) throw new Error("nothing to resume");
    await bob.client.resume(waiting.id);
    await world.until("it goes on", () => bob.has("resumed") && alice.has("resumed"));
    const from = alice.seen.length;
    await world.pass(40_000);
    expect(bob.has("transfer")).toBe(false);
    const told = alice.seen.slice(from).map(({ name }) => name);
    expect(told.filter((name) => name !== "progress" && name !== "registered")).toEqual([]);
    await bothEnd();
    expectBigWhole(world);
  });
});

describe("a decision between the 200 and the ACK of an offer", () => {
  it.each(["cancel", "pause"] as const)("MUST not be forgotten: %s", async (what) => {
    world = await TwoNetworks.start(["a1", "b1"]);
    await takeBig(world);
    await world.until("it answers", () => yesOf("b1") > 0);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    bob.client[what](bob.offerId);
    if (what === "pause") {
      await world.until("both know", () => alice.has("paused") && bob.has("paused"));
      await bob.client.resume(bob.offerId);
      await bothEnd();
      expectBigWhole(world);
    } else {
      await bothEnd();
      expect([bob.last("transfer").state, bob.received().size]).toEqual(["cancelled", 0]);
      expect(await bob.files.parts()).toEqual([]);
      expect(alice.last("file").code).toBe("declined");
    }
  });
});

describe("a decision while room is being made for what was taken", () => {
  async function preparing(): Promise<FlowDevice> {
    world = await TwoNetworks.start(["a1", "b1"], {
      filesOf: (name, files, clock) => {
        if (name !== "b1") return files;
        const disk = new WatchedFiles(files, clock);
        disk.delayMs = 1000;
        return disk;
      },
    });
    await takeBig(world);
    await world.pass(500);
    expect(yesOf("b1")).toBe(0);
    return world.device("b1");
  }

  it("MUST hold: pause", async () => {
    const bob = await preparing();
    bob.client.pause(bob.offerId);
    await world.until("both know", () => bob.has("paused") && world.device("a1").has("paused"));
    expect([bob.last("paused").by, world.device("a1").last("paused").by]).toEqual(["us", "peer"]);
    await bob.client.resume(bob.offerId);
    await bothEnd();
    expectBigWhole(world);
  });

  it("MUST be forgotten where the user takes it back", async () => {
    const bob = await preparing();
    bob.client.pause(bob.offerId);
    await bob.client.resume(bob.offerId);
    await bothEnd();
    expect(bob.has("paused")).toBe(false);
    expectBigWhole(world);
  });
});

describe("a cancel while something else is being told", () => {
  it.each(["a1", "b1"] as const)("MUST end what %s is pausing", async (who) => {
    await moving();
    const device = world.device(who);
    device.client.pause(device.offerId);
    device.client.cancel(device.offerId);
    await bothEnd();
    const bob = world.device("b1");
    expect(device.last("transfer").state).toBe("cancelled");
    expect(await bob.files.parts()).toEqual([]);
    expect(bob.received().size).toBe(0);
  });

  it.each(["cancel", "pause"] as const)(
    "MUST hold while a lost session is being left: %s",
    async (what) => {
      await moving();
      const [alice, bob] = [world.device("a1"), world.device("b1")];
      const heal = world.net.partition(ADDRESSES["core-b"], ADDRESSES.b1);
      cut();
      await world.pass(5000);
      expect(bob.has("reconnecting")).toBe(false);
      bob.client[what](bob.offerId);
      await world.pass(60_000);
      heal();
      if (what === "cancel") {
        await bothEnd();
        expect(bob.last("transfer").state).toBe("cancelled");
        expect(await bob.files.parts()).toEqual([]);
        expect(alice.last("file").code).toBe("declined");
      } else {
        await world.pass(300_000);
        expect([bob.last("paused").by, bob.has("resumed"), bob.has("transfer")]).toEqual([
          "us",
          false,
          false,
        ]);
      }
    },
  );
});

describe("a session that goes on for longer than a lost connection is waited for", () => {
  it("MUST go on by itself when it is lost, too", async () => {
    await moving({ devices: { b1: { resumeForS: 10 } } });
    const bob = world.device("b1");
    world.net.setLatency(300);
    cut();
    await world.until("it goes on", () => bob.has("resumed"));
    await world.pass(15_000);
    expect(bob.has("file")).toBe(false);
    const before = bob.all("resumed").length;
    cut();
    await world.until(
      "it goes on again",
      () => bob.all("resumed").length > before || bob.has("transfer"),
    );
    expect(bob.has("transfer")).toBe(false);
    await bothEnd();
    expectBigWhole(world);
  });
});

describe("an offer of two files", () => {
  async function bothMoving(options: WorldOptions = {}): Promise<void> {
    world = await TwoNetworks.start(["a1", "b1"], options);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/big.iso", BIG).put("/s/plan.pdf", octets(8_000_000, 11));
    world.net.setLatency(50);
    await alice.send(["/s/big.iso", "/s/plan.pdf"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await world.until("octets move", () => octetsOf(bob) > 1_000_000);
    cut();
  }

  it.each([1500, 1550, 1700, 2100])(
    "MUST not go on with the one that is cancelled %s ms after its connection was lost",
    async (afterMs) => {
      await bothMoving();
      const bob = world.device("b1");
      await world.pass(afterMs);
      bob.client.cancelFile(bob.offerId, 1);
      await bothEnd();
      expect(bob.last("transfer").state).toBe("partly");
      expect(bob.all("file").find(({ index }) => index === 1)?.code).toBe("cancelled");
      expect([...bob.received().keys()]).toEqual(["big.iso"]);
      expect(await bob.files.parts()).toEqual([]);
    },
  );

  it("MUST be opened once when both files are offered again at once", async () => {
    await bothMoving(ASKS_NEVER);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    await world.until("bob ends", () => bob.has("transfer"));
    await alice.client.resume(alice.offerId);
    await world.until("alice ends", () => alice.has("transfer"), 900_000);
    await world.until("bob ends, too", () => bob.last("transfer").state !== "interrupted");
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      "verified",
      "verified",
    ]);
    expect(bob.received().size).toBe(2);
  });

  it("MUST stay as it ended where the one is offered of which nothing is here any more", async () => {
    await bothMoving(ASKS_NEVER);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    await world.until("bob ends", () => bob.has("transfer"));
    const gone = (await bob.files.parts()).find(({ origin }) => origin.index === 0);
    await bob.files.forgetPart(gone?.key ?? "");
    alice.client.cancelFile(alice.offerId, 1);
    await world.until("alice ends", () => alice.has("transfer"), 900_000);
    expect([...bob.store.entries.values()][0]?.endedMs).toBeDefined();
    expect(await bob.client.resumable()).toHaveLength(1);
  });
});

describe("a user who pauses what was just asked for anew, and resumes at once", () => {
  it.each(["a1", "b1"] as const)("MUST see it go on: %s", async (who) => {
    await moving(ASKS_NEVER);
    cut();
    await world.until("bob ends", () => world.device("b1").has("transfer"));
    const device = await world.crash(who);
    const [waiting] = await device.client.resumable();
    if (waiting === undefined) throw new Error("nothing to resume");
    await device.client.resume(waiting.id);
    await world.pass(75);
    device.client.pause(waiting.id);
    await world.until("it is paused", () => device.has("paused"));
    await device.client.resume(waiting.id);
    await world.until("it has ended", () => device.has("transfer"));
    expect(device.last("transfer").state).toBe("verified");
  });
});

describe("docs/decisions/0007: a user who pauses between two offers of a series", () => {
  it("MUST get nothing of the next one before it is resumed", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    const paths = Array.from({ length: 130 }, (_, at) => `/s/f${String(at)}.txt`);
    for (const [at, path] of paths.entries()) alice.files.put(path, octets(10 + (at % 7), at));
    world.net.setLatency(50);
    await alice.send(paths);
    await world.until("bob rings", () => bob.has("ringing"));
    const { id, files } = bob.last("offer");
    const all = (given: typeof files): readonly number[] => given.map(({ index }) => index);
    bob.client.accept(id, all(files), { rest: all });
    await world.until("he has answered", () => bob.has("answered"));
    expect(bob.has("more")).toBe(false);
    bob.client.pause(id);
    await world.until("the next ones were offered", () => bob.has("more"));
    const before = bob.received().size;
    await world.pass(30_000);
    expect([bob.received().size, bob.last("paused").by]).toEqual([before, "us"]);
    await bob.client.resume(id);
    await world.until("both know the end", () => alice.has("transfer") && bob.has("transfer"));
    expect([bob.received().size, bob.last("transfer").state]).toEqual([130, "verified"]);
  });
});

describe("a device that stops while the ACK of its answer does not come (RFC 3261 §13.3.1.4)", () => {
  it.each([{ isPaused: false }, { isPaused: true }])(
    "MUST not wait for it, and say in its history what became of the offer (paused before: $isPaused)",
    async ({ isPaused }) => {
      world = await TwoNetworks.start(["a1", "b1"], { transport: "udp" });
      const [alice, bob] = [world.device("a1"), world.device("b1")];
      alice.files.put("/s/a.txt", octets(3000, 1));
      await alice.send(["/s/a.txt"]);
      await world.until("bob rings", () => bob.has("ringing"));
      const isAck = (bytes: Buffer): boolean => bytes.toString("latin1").startsWith("ACK ");
      world.net.lose({ to: ADDRESSES.b1 }, isAck);
      world.net.blackhole({ from: ADDRESSES["pf-b"], to: `${ADDRESSES.b1}:2855` });
      bob.acceptAll();
      await world.until("he has answered", () => yesOf("b1") > 0);
      if (isPaused) bob.client.pause(bob.offerId);
      const stopped = bob.client.stop();
      await world.pass(1000);
      expect([...bob.store.entries.values()][0]?.endedMs).toBeDefined();
      await world.pass(5000);
      await stopped;
    },
  );
});
