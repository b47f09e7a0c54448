import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../main/compose/user-error.ts";
import { AppBed, type TestApp, USERS } from "../support/app-bed.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startLoopbackNetwork } from "../support/loopback-network.ts";

let bed: AppBed;

beforeEach(() => {
  bed = new AppBed();
});

afterEach(async () => {
  await bed.stop();
});

async function online(app: TestApp): Promise<void> {
  await bed.until(`${app.name} is online`, () => app.state.registration.name === "online");
}

describe("ux 3.3: the instance strip", () => {
  it("comes when a second profile is opened on the machine", async () => {
    const app = bed.open("first", { isAlone: true });
    expect(app.state.instance).toMatchObject({ code: "FI", isOneOfSeveral: false });
    app.engine.becomeOneOfSeveral();
    app.engine.becomeOneOfSeveral();
    await bed.until("it is told", () => app.told("app.changed").length > 0);
    expect(app.told("app.changed").map(({ instance }) => instance)).toEqual([
      { ...app.state.instance, isOneOfSeveral: true },
    ]);
  });
});

describe("ux 3.2 first run: try it on this computer", () => {
  it("starts the network, signs in, and suggests whom to send to", async () => {
    const app = bed.open("me");
    expect(app.state).toMatchObject({
      registration: { name: "signedOut" },
      people: [],
      devices: [],
    });
    expect(app.state.account).toBeUndefined();
    await app.ask("account.tryHere", {
      ...{ displayName: "Bob", deviceName: "", colour: "teal" },
      receiveFolder: join(bed.folder, "here"),
    });
    expect(app.state).toMatchObject({
      account: {
        aor: USERS.bob,
        displayName: "Bob",
        deviceName: "Bob's computer",
        isBuiltIn: true,
      },
      registration: { name: "online", transport: "udp" },
      settings: { colour: "teal", receiveFolder: join(bed.folder, "here") },
      devices: [{ name: "Bob's computer", isThisDevice: true, isOnline: true }],
      people: [{ aor: USERS.bob, name: "Another device of mine", isMe: true }],
    });
    expect(app.state.suggestions.map(({ name }) => name)).toEqual(["Alice", "Anna", "Carol"]);
    expect(app.state.freeOctets).toBeGreaterThan(0);
  });

  it("is done by a start that names the account, and again by the next start without a word", async () => {
    const tryHere = { aor: USERS.carol, deviceName: "Carol's tablet", colour: "ochre" };
    const app = bed.open("carol", { start: { tryHere } });
    await online(app);
    expect(app.state.settings.colour).toBe("ochre");
    await app.ask("account.rename", { displayName: "Caro", deviceName: "Tablet" });
    await app.engine.stop();
    const again = bed.open("carol", { start: { tryHere } });
    await online(again);
    expect(again.state.account).toMatchObject({ displayName: "Caro", deviceName: "Tablet" });
    await again.engine.stop();
    const plain = bed.open("carol");
    await online(plain);
    expect(plain.state.account?.aor).toBe(USERS.carol);
  });

  it("until that account has come it is on its way, and no first steps are asked for", async () => {
    const tryHere = { aor: USERS.carol, deviceName: "Carol's tablet" };
    const app = bed.open("carol", { start: { tryHere } });
    expect(app.state.arrival).toEqual({});
    await bed.until("the account", () => app.state.account !== undefined);
    expect(app.state.arrival).toBeUndefined();
  });

  it("and where it does not come, the first steps say why", async () => {
    const tryHere = { aor: "sip:mallory@a.example", deviceName: "Here" };
    const app = bed.open("me", { start: { tryHere } });
    await bed.until("it is told", () => app.state.arrival?.failure !== undefined);
    expect(app.state.arrival?.failure?.code).toBe("unknownUser");
    await app.ask("account.tryHere", { aor: USERS.alice, displayName: "", deviceName: "" });
    expect(app.state.arrival).toBeUndefined();
  });

  it("an account that the network does not have is refused, and nothing is kept", async () => {
    const app = bed.open("me");
    const args = { aor: "sip:mallory@a.example", displayName: "", deviceName: "" };
    expect(await app.fail("account.tryHere", args)).toMatchObject({ code: "unknownUser" });
    expect(app.state.registration).toEqual({ name: "signedOut" });
    expect(app.state.account).toBeUndefined();
  });

  it("a network that does not start is told, with what to do", async () => {
    const startNetwork = (): Promise<never> =>
      Promise.reject(new UserError("network", "Port 1 is taken.", "Choose another port."));
    const app = bed.open("me", { startNetwork });
    const args = { displayName: "", deviceName: "" };
    expect(await app.fail("account.tryHere", args)).toEqual({
      code: "networkNotStarted",
      message:
        "The built-in network did not start. Another program may be starting it, or hold its ports.",
      action: "Close the other windows of this program and try again.",
    });
    expect(app.errors).toHaveLength(1);
  });

  it("what was to be tried again is not, once its user has signed in", async () => {
    const before = await bed.join("me", USERS.alice);
    await before.engine.stop();
    const clock = new FakeClock();
    let isBroken = true;
    const startNetwork = (): ReturnType<AppBed["startNetwork"]> =>
      isBroken ? Promise.reject(new UserError("network", "", "")) : bed.startNetwork();
    const app = bed.open("me", { startNetwork, clock });
    await bed.until("it is offline", () => app.state.registration.name === "offline");
    isBroken = false;
    await app.ask("account.tryHere", { aor: USERS.bob, displayName: "", deviceName: "" });
    await online(app);
    clock.advance(60_000);
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    expect(app.state.registration.name).toBe("online");
  });

  it("a profile that another program has open is told", async () => {
    await bed.join("me", USERS.alice);
    const second = bed.open("me");
    await bed.until("it is told", () => second.state.registration.name === "offline");
    expect(second.state.registration).toMatchObject({ code: "profileInUse" });
  });
});

describe("several instances on one machine", () => {
  it("share one network, also when they start at once", async () => {
    const [alice, bob] = await Promise.all([
      bed.join("alice", USERS.alice),
      bed.join("bob", USERS.bob),
    ]);
    expect(bed.startedNetworks).toBe(1);
    await alice.send([bed.file("a.txt", "a")], USERS.bob);
    await bob.reaches("ringing");
  });

  it("another one takes the network over when its owner ends, and transfers work again", async () => {
    const first = await bed.join("first", USERS.anna);
    const alice = await bed.join("alice", USERS.alice);
    const bob = await bed.join("bob", USERS.bob);
    const [coreBefore, startMs] = [alice.state.account?.core, performance.now()];
    await first.engine.stop();
    await bed.until("both are back", () =>
      [alice, bob].every(
        ({ state }) => state.registration.name === "online" && state.account?.core !== coreBefore,
      ),
    );
    expect(performance.now() - startMs).toBeLessThan(15_000);
    const told = alice.told("app.changed").flatMap(({ registration }) => registration ?? []);
    expect(told.filter(({ name }) => name === "offline")).toMatchObject([
      { reason: "The network inside the app has ended, and is started again." },
    ]);
    expect(bed.startedNetworks).toBe(2);
    await alice.send([bed.file("a.txt", "a")], USERS.bob);
    await bob.reaches("ringing");
    await bob.accept();
    await alice.reaches("verified");
  });

  it("devices of a user know each other, and remember those that are gone", async () => {
    const b1 = await bed.join("b1", USERS.bob, "Bob's laptop");
    const b2 = await bed.join("b2", USERS.bob, "Bob's phone");
    await b1.ask("account.refresh", {});
    const shown = (): readonly unknown[] =>
      b1.state.devices.map(({ name, isThisDevice, isOnline }) => [name, isThisDevice, isOnline]);
    expect(shown()).toEqual([
      ["Bob's laptop", true, true],
      ["Bob's phone", false, true],
    ]);
    await b2.engine.stop();
    await b1.ask("account.refresh", {});
    expect(shown()).toEqual([
      ["Bob's laptop", true, true],
      ["Bob's phone", false, false],
    ]);
    expect(b1.state.devices[1]?.lastSeenMs).toBeGreaterThan(0);
  });

  it("one opens another: with its own profile, code and colour", async () => {
    const bob = await bed.join("b1", USERS.bob);
    await bob.ask("device.open", { aor: USERS.bob, deviceName: "Bob's phone" });
    await bob.ask("device.open", { aor: USERS.alice, deviceName: "" });
    expect(bob.desktop.instances).toEqual([
      [
        ...["--profile", "bob-bobs-phone", "--try", "--as", USERS.bob],
        ...["--device", "Bob's phone", "--code", "B2", "--colour", "magenta"],
      ],
      [
        ...["--profile", "alice-alices-device", "--try", "--as", USERS.alice],
        ...["--device", "Alice's device", "--code", "A1", "--colour", "blue"],
      ],
    ]);
    const refused = await bob.fail("device.open", { aor: "sip:x@y.example", deviceName: "" });
    expect(refused.code).toBe("refused");
  });
});

describe("ux 3.2: connect to a SIP core", () => {
  const account = {
    aor: "alice@a.example",
    displayName: "Alice",
    deviceName: "",
    transport: "udp",
  } as const;

  it("signs in, keeps the password encrypted, and signs in again by itself", async () => {
    const network = await startLoopbackNetwork();
    const server = network.networks[0]?.core.udp ?? "";
    const app = bed.open("me");
    app.desktop.isKeyringThere = false;
    await app.ask("account.connect", { ...account, server, password: "demo" });
    expect(app.state.account).toMatchObject({
      ...{ aor: USERS.alice, core: server, isBuiltIn: false, isPasswordWeaklyKept: true },
    });
    expect(app.state.account).not.toHaveProperty("password");
    expect(app.state.suggestions).toEqual([]);
    await app.engine.stop();
    const again = bed.open("me");
    await online(again);
    await again.ask("account.signOut", {});
    expect(again.state).toMatchObject({ registration: { name: "signedOut" }, devices: [] });
    expect(again.state.account).toBeUndefined();
    await again.engine.stop();
    const after = bed.open("me");
    expect(after.state.account).toBeUndefined();
    await after.engine.stop();
    await network.stop();
  });

  it.each([
    ["wrongPassword", { password: "wrong" }],
    // Which users there are is nobody's business, so the core does not tell the two apart.
    ["wrongPassword", { aor: "sip:nobody@a.example" }],
    ["badAddress", { aor: "not an address" }],
    ["badServer", { server: "no server" }],
    ["badServer", { server: "unknown.invalid" }],
  ])("says %s, and nothing is kept", async (code, change) => {
    const network = await startLoopbackNetwork();
    const server = network.networks[0]?.core.udp ?? "";
    const app = bed.open("me");
    const failed = await app.fail("account.connect", {
      ...{ ...account, server, password: "demo", ...change },
    });
    expect(failed.code).toBe(code);
    expect(app.state.registration).toEqual({ name: "signedOut" });
    // A window that is told of an account leaves the form that it was typed into.
    expect(app.told("app.changed").filter(({ account }) => account != null)).toEqual([]);
    await network.stop();
  });

  it("says within seconds that nobody answers, and the account before comes back", async () => {
    const silent = createSocket("udp4").bind(0, "127.0.0.1");
    await once(silent, "listening");
    const app = await bed.join("me", USERS.alice);
    const server = `127.0.0.1:${String(silent.address().port)}`;
    const failed = await app.fail("account.connect", { ...account, server, password: "x" });
    expect(failed).toEqual({
      code: "noAnswer",
      message: `The network does not answer at ${server}.`,
      action: "Check the server, and that the network runs.",
    });
    await online(app);
    expect(app.state.account?.isBuiltIn).toBe(true);
    silent.close();
  });

  it("a password that cannot be read any more is asked for again", async () => {
    const network = await startLoopbackNetwork();
    const server = network.networks[0]?.core.udp ?? "";
    const app = bed.open("me");
    await app.ask("account.connect", { ...account, server, password: "demo" });
    await app.engine.stop();
    const again = bed.open("me");
    again.desktop.isKeyringThere = false;
    await bed.until("it is told", () => again.state.registration.name === "offline");
    expect(again.state.registration).toMatchObject({ code: "wrongPassword" });
    await network.stop();
  });
});

describe("the end", () => {
  it("takes at most five seconds and tells both sides of a running transfer", async () => {
    const alice = await bed.join("alice", USERS.alice);
    const bob = await bed.join("bob", USERS.bob);
    const big = bed.file("big.bin", "");
    // Long enough to be running still on a machine that is busy with other things: told four times a second.
    truncateSync(big, 1_000_000_000);
    await alice.send([big], USERS.bob);
    await bob.reaches("ringing");
    await bob.accept();
    await bed.until("octets move", () => (bob.card.files[0]?.octets ?? 0) > 0);
    const startMs = performance.now();
    await bob.engine.stop();
    expect(performance.now() - startMs).toBeLessThan(5500);
    await alice.reaches("interrupted", "failed", "cancelled");
    expect(await bob.fail("app.snapshot", {})).toMatchObject({ code: "gone" });
    // What has come waits to go on.
    const parts = readdirSync(bob.receiveFolder);
    expect(parts.every((name) => name.endsWith(".part"))).toBe(true);
  });

  it("waking up registers anew", async () => {
    const app = await bed.join("me", USERS.alice);
    const before = app.told("app.changed").length;
    await app.engine.suspend();
    await app.engine.resume();
    await bed.until("it registered", () => app.told("app.changed").length > before);
    expect(app.state.registration.name).toBe("online");
  });
});

describe("settings", () => {
  it("come back, and what is broken falls back to what is usual", async () => {
    const app = bed.open("me");
    await app.ask("settings.change", { theme: "dark", historyDays: 7 });
    const file = join(bed.folder, "a-file");
    writeFileSync(file, "");
    const bad = await app.fail("settings.change", { receiveFolder: file });
    expect(bad.code).toBe("folder");
    await app.engine.stop();
    const again = bed.open("me");
    expect(again.state.settings).toMatchObject({
      ...{ theme: "dark", historyDays: 7, receiveFolder: again.receiveFolder },
    });
  });
});
