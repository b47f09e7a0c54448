import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AppBed, type TestApp, USERS } from "../support/app-bed.ts";
import { octets } from "../support/octets.ts";

let bed: AppBed;
let alice: TestApp;
let b1: TestApp;
let b2: TestApp;

beforeAll(async () => {
  bed = new AppBed();
  alice = await bed.join("alice", USERS.alice, "Alice's laptop");
  b1 = await bed.join("b1", USERS.bob, "Bob's laptop");
  b2 = await bed.join("b2", USERS.bob, "Bob's phone");
});

afterEach(() => {
  expect([...alice.errors, ...b1.errors, ...b2.errors]).toEqual([]);
});

afterAll(async () => {
  await bed.stop();
});

async function ring(names: readonly string[], text?: string): Promise<string> {
  const paths = names.map((name) => bed.file(name, `content of ${name}`));
  return ringPaths(paths, text);
}

async function ringPaths(paths: readonly string[], text?: string): Promise<string> {
  const before = b1.cards[0]?.id;
  const id = await alice.send(paths, USERS.bob, text);
  await bed.until("both of Bob's devices ring", () =>
    [b1, b2].every((app) => app.cards[0]?.state === "ringing" && b1.cards[0]?.id !== before),
  );
  return id;
}

async function cleared(): Promise<void> {
  await alice.ask("card.cancel", { id: alice.card.id });
  await Promise.all([alice, b1, b2].map((app) => app.reaches("cancelled")));
}

describe("ux 3.5 A: ringing", () => {
  it("shows everything needed to decide, on both devices", async () => {
    const id = await ring(["plan.pdf", "setup.exe"], "The plan from Tuesday");
    expect(b1.card).toMatchObject({
      ...{ direction: "incoming", peer: USERS.alice, peerName: "Alice" },
      ...{ text: "The plan from Tuesday", folder: b1.receiveFolder },
    });
    expect(b1.card.files.map(({ name, isDangerous }) => [name, isDangerous])).toEqual([
      ["plan.pdf", false],
      ["setup.exe", true],
    ]);
    const ringsMs = (b1.card.expiresMs ?? 0) - b1.card.startedMs;
    expect(ringsMs).toBeGreaterThanOrEqual(180_000);
    expect(ringsMs).toBeLessThan(182_000);
    await bed.until("the folder was looked into", () => b1.card.freeOctets !== undefined);
    await alice.reaches("waiting");
    expect(alice.card).toMatchObject({ id, direction: "outgoing", peerName: "Bob" });
  });

  it("silence only quiets this device", async () => {
    await b1.ask("offer.silence", { id: b1.card.id });
    expect([b1.card.isSilenced, b1.card.state, b2.card.isSilenced]).toEqual([
      ...[true, "ringing", undefined],
    ]);
  });

  it("F: the sender withdraws it, and can be asked to send again", async () => {
    await cleared();
    expect(b1.card.problem).toMatchObject({
      ...{ code: "cancelled-by-peer", message: "Alice cancelled the offer." },
      action: "Ask Alice to send again.",
    });
    await b1.ask("offer.askAgain", { id: b1.card.id });
    await bed.until("Alice is asked", () => alice.state.notices.length === 1);
    expect(alice.state.notices[0]).toMatchObject({
      ...{ from: USERS.bob, fromName: "Bob" },
      text: "Bob did not get all of your offer of 2 files and asks for it again.",
    });
    await alice.ask("notice.dismiss", { id: alice.state.notices[0]?.id ?? "" });
    expect(alice.state.notices).toEqual([]);
  });
});

describe("ux 3.5 D, E: accepted", () => {
  it("one device takes some of the files, the other says where they went", async () => {
    await ring(["one.txt", "two.txt", "three.txt"]);
    await b1.accept([0, 2]);
    await Promise.all([b1.reaches("partly"), alice.reaches("partly"), b2.reaches("elsewhere")]);
    expect(b1.received).toEqual(["one.txt", "three.txt"]);
    expect(b1.content("one.txt")).toBe("content of one.txt");
    expect(b1.card.files.map(({ state }) => state)).toEqual(["verified", "declined", "verified"]);
    expect(alice.card.files.map(({ state }) => state)).toEqual([
      ...["verified", "declined", "verified"],
    ]);
    expect(alice.card.problem?.message).toBe("Bob took 2 of 3 files; two.txt was not wanted.");
    expect(b2.card).toMatchObject({ state: "elsewhere", device: "Bob's laptop" });
    expect(
      b2
        .told("cards.changed")
        .flat()
        .map(({ state }) => state),
    ).not.toContain("missed");
  });

  it("an answer that comes a moment after another device's is no failure", async () => {
    const id = await ring(["late.txt"]);
    await b1.accept();
    await b2.reaches("elsewhere");
    await b2.ask("offer.accept", { id: b2.card.id, files: [{ index: 0 }] });
    await b2.ask("offer.decline", { id: b2.card.id, where: "everywhere" });
    await b2.ask("offer.silence", { id: b2.card.id });
    expect(b2.card).toMatchObject({ state: "elsewhere", device: "Bob's laptop" });
    await Promise.all([b1.reaches("verified"), alice.reaches("verified")]);
    expect(alice.card.id).toBe(id);
  });

  it("progress is told apart from cards, at most four times a second, and every octet arrives", async () => {
    const content = octets(40_000_000, 5);
    const startMs = performance.now();
    await ringPaths([bed.file("big.bin", content)]);
    const { id } = b1.card;
    await b1.accept();
    await Promise.all([b1.reaches("verified"), alice.reaches("verified")]);
    const seconds = (performance.now() - startMs) / 1000;
    for (const app of [b1, alice]) {
      const told = app.told("card.progress").filter((one) => one.id === app.card.id);
      expect(told.length).toBeLessThanOrEqual(seconds * 4 + 1);
      const counts = told.map((one) => one.octets);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(app.card.files[0]?.octets).toBe(content.length);
    }
    expect(b1.card.id).toBe(id);
    expect(b1.card.files[0]?.hash).toBe(alice.card.files[0]?.hash);
  });

  it("cancelling a running transfer ends it on both sides in words", async () => {
    // Sparse, and so large that it runs still when it is cancelled.
    const long = bed.file("long.bin", "");
    truncateSync(long, 1_000_000_000);
    await ringPaths([long]);
    await b1.accept();
    await bed.until("octets move", () =>
      b1.told("card.progress").some(({ id }) => id === b1.card.id),
    );
    await alice.ask("card.cancel", { id: alice.card.id });
    const [sent, got] = await Promise.all([
      alice.reaches("cancelled"),
      b1.reaches("interrupted", "cancelled"),
    ]);
    expect(sent.problem).toMatchObject({ code: "cancelled-by-us" });
    expect(got.problem).toMatchObject({ code: "cancelled-by-peer" });
    expect(b1.received.filter((name) => name.startsWith("long"))).toEqual([]);
  });
});

describe("ux 3.5 I: declined", () => {
  it("everywhere: the other device says so, and the sender", async () => {
    await ring(["plan.pdf"]);
    await b1.ask("offer.decline", { id: b1.card.id, where: "everywhere" });
    await Promise.all([
      ...[b1.reaches("declined"), b2.reaches("declinedElsewhere"), alice.reaches("declined")],
    ]);
    expect(alice.card.problem?.message).toBe("Bob declined. No file was sent.");
  });

  it("here: the other device rings on and may accept", async () => {
    await ring(["here.txt"]);
    await b1.ask("offer.decline", { id: b1.card.id, where: "here" });
    await b1.reaches("declined");
    expect(b2.card.state).toBe("ringing");
    await b2.accept();
    await Promise.all([b2.reaches("verified"), alice.reaches("verified")]);
    expect(b2.received).toEqual(["here.txt"]);
  });

  it("what was declined can be offered again, under a new card", async () => {
    await ring(["again.txt"]);
    await b1.ask("offer.decline", { id: b1.card.id, where: "everywhere" });
    const declined = await alice.reaches("declined");
    const id = await alice.ask("card.retry", { id: declined.id });
    expect(id).not.toBe(declined.id);
    await bed.until("it rings again", () => b1.card.state === "ringing");
    expect(b1.card.files.map(({ name }) => name)).toEqual(["again.txt"]);
    await cleared();
  });
});

describe("ux 3.5: names that are taken", () => {
  it("are told before anything is accepted; both are kept unless the user says otherwise", async () => {
    writeFileSync(join(b1.receiveFolder, "plan.pdf"), "mine");
    await ring(["plan.pdf", "fresh.txt"]);
    await bed.until("it is told", () => b1.card.files[0]?.isNameTaken === true);
    expect(b1.card.files[1]?.isNameTaken).toBe(false);
    await b1.accept();
    await b1.reaches("verified");
    expect(b1.content("plan.pdf")).toBe("mine");
    expect(b1.content("plan (1).pdf")).toBe("content of plan.pdf");
    await alice.reaches("verified");
  });

  it("replace: the old file goes to the bin, the new one gets its name", async () => {
    writeFileSync(join(b1.receiveFolder, "swap.txt"), "old");
    await ring(["swap.txt"]);
    await b1.ask("offer.accept", { id: b1.card.id, files: [{ index: 0, conflict: "replace" }] });
    const path = join(b1.receiveFolder, "swap.txt");
    await bed.until("it has its name", () => b1.card.files[0]?.path === path);
    expect(b1.content("swap.txt")).toBe("content of swap.txt");
    expect(b1.received).not.toContain("swap (1).txt");
    expect(b1.desktop.done.at(-1)).toEqual({ what: "trash", path });
    await alice.reaches("verified");
  });

  it("replace without a bin: the new file stays beside the old one, and says so", async () => {
    b1.desktop.hasBin = false;
    await ring(["swap.txt"]);
    await b1.ask("offer.accept", { id: b1.card.id, files: [{ index: 0, conflict: "replace" }] });
    await bed.until("it is said", () => b1.card.files[0]?.reason !== undefined);
    expect(b1.card.files[0]?.reason).toContain("could not be put into the bin");
    expect(b1.received).toContain("swap (1).txt");
    b1.desktop.hasBin = true;
    await alice.reaches("verified");
  });

  it("skip: the file is not taken", async () => {
    await ring(["swap.txt", "new.txt"]);
    const files = [0, 1].map((index) => ({ index, conflict: "skip" as const }));
    await b1.ask("offer.accept", { id: b1.card.id, files });
    await b1.reaches("partly");
    expect(b1.card.files.map(({ state }) => state)).toEqual(["declined", "verified"]);
    await alice.reaches("partly");
  });
});

describe("ux 3.5 K: no room", () => {
  it("cannot be accepted, and another folder may do", async () => {
    b1.room = 0;
    await ring(["plan.pdf"]);
    await bed.until("it is told", () => b1.card.freeOctets === 0);
    const files = [{ index: 0 }];
    expect(await b1.fail("offer.accept", { id: b1.card.id, files })).toMatchObject({
      ...{ code: "noSpace", action: "Choose another folder." },
    });
    b1.room = undefined;
    const folder = join(bed.folder, "from");
    await b1.ask("offer.folder", { id: b1.card.id, folder });
    expect(b1.card).toMatchObject({ folder, state: "ringing" });
    expect(b1.card.files[0]?.isNameTaken).toBe(true);
    await b1.ask("offer.accept", { id: b1.card.id, files });
    await b1.reaches("verified");
    expect(b1.card.files[0]?.path).toBe(join(folder, "plan (1).pdf"));
    expect(b1.state.recentFolders[0]).toBe(folder);
    await alice.reaches("verified");
  });

  it.each(["relative", "/nowhere/at/all", "/etc/hostname"])("%s is no folder", async (folder) => {
    await ring(["plan.pdf"]);
    expect(await b1.fail("offer.folder", { id: b1.card.id, folder })).toMatchObject({
      code: "folder",
    });
    await cleared();
  });
});

describe("people", () => {
  it("are learned from offers, and named by the user", async () => {
    expect(b1.state.people.map(({ aor, isMe }) => [aor, isMe])).toEqual([
      [USERS.bob, true],
      [USERS.alice, false],
    ]);
    const person = { aor: USERS.alice, name: "Al", isMe: false, isBlocked: false };
    await b1.ask("people.save", { person });
    expect(b1.card.peerName).toBe("Al");
    expect(
      await b1.fail("people.save", { person: { ...person, aor: "no address" } }),
    ).toMatchObject({
      code: "badAddress",
    });
  });

  it("whom the user trusts: safe files are taken without asking, and say so", async () => {
    const person = { aor: USERS.alice, name: "Al", isMe: false, isBlocked: false };
    await b2.ask("people.save", { person: { ...person, autoAccept: { maxSizeOctets: 1000 } } });
    await alice.send([bed.file("auto.txt", "auto")], USERS.bob);
    await Promise.all([b2.reaches("verified"), b1.reaches("elsewhere")]);
    expect(b2.card).toMatchObject({ isAutoAccepted: true, peerName: "Al" });
    const states = b2
      .told("cards.changed")
      .flat()
      .filter(({ id }) => id === b2.card.id);
    expect(states.map(({ state }) => state)).not.toContain("ringing");
    await alice.reaches("verified");
  });

  it.each([
    ["keepBoth", ["verified", "verified"], "auto"],
    ["replace", ["verified", "verified"], "newer"],
    ["skip", ["declined", "verified"], "auto"],
  ] as const)("a name that is there: %s, as the settings say", async (conflict, states, there) => {
    writeFileSync(join(b2.receiveFolder, "auto.txt"), "auto");
    await b2.ask("settings.change", { conflict });
    const before = b2.cards.length;
    const paths = [bed.file("auto.txt", "newer"), bed.file(`${conflict}.txt`, "free")];
    await alice.send(paths, USERS.bob);
    await bed.until("b2 is told", () => b2.cards.length > before);
    await Promise.all([b2.reaches("verified", "partly"), b1.reaches("elsewhere")]);
    await alice.reaches("verified", "partly");
    expect(b2.card.files.map(({ state }) => state)).toEqual(states);
    expect(b2.content("auto.txt")).toBe(there);
    await b2.ask("settings.change", { conflict: "ask" });
  });

  it("a name that is there, and nothing else said of it: its user is asked", async () => {
    await ringPaths([bed.file("auto.txt", "newer")]);
    expect(b2.card.isAutoAccepted).toBeUndefined();
    await cleared();
  });

  it("nothing but names to be skipped: its user is asked", async () => {
    await b2.ask("settings.change", { conflict: "skip" });
    await ringPaths([bed.file("auto.txt", "newer")]);
    expect(b2.card.isAutoAccepted).toBeUndefined();
    await cleared();
    await b2.ask("settings.change", { conflict: "ask" });
  });

  it.each(["danger.exe", "large.txt"])("not %s", async (name) => {
    const content = name === "large.txt" ? octets(2000, 1) : "x";
    await ringPaths([bed.file(name, content)]);
    expect(b2.card.isAutoAccepted).toBeUndefined();
    await cleared();
  });

  it("whom the user blocks: declined everywhere without ringing", async () => {
    const person = { aor: USERS.alice, name: "Al", isMe: false, isBlocked: false };
    await b2.ask("people.save", { person });
    await ring(["plan.pdf"]);
    await b2.ask("offer.decline", { id: b2.card.id, where: "everywhere", isBlocking: true });
    await alice.reaches("declined");
    const before = b2.cards.length;
    await alice.send([bed.file("plan.pdf", "x")], USERS.bob);
    await alice.reaches("declined");
    await b1.reaches("declinedElsewhere");
    expect(b2.cards.length).toBe(before);
    await b2.ask("people.remove", { aor: USERS.alice });
    expect(b2.state.people.map(({ aor }) => aor)).toEqual([USERS.bob]);
  });
});

describe("people whom the user does not know", () => {
  it("are declined everywhere without ringing where the user says so, and others ring", async () => {
    const others = b2.state.people.filter(({ isMe }) => !isMe);
    for (const { aor } of others) await b2.ask("people.remove", { aor });
    await b2.ask("settings.change", { strangers: "decline" });
    const before = b2.cards.length;
    await alice.send([bed.file("plan.pdf", "x")], USERS.bob);
    await alice.reaches("declined");
    expect(b2.cards.length).toBe(before);
    const person = { aor: USERS.alice, name: "Al", isMe: false, isBlocked: false };
    await b2.ask("people.save", { person });
    await ring(["plan.pdf"]);
    await cleared();
    await b2.ask("settings.change", { strangers: "ask" });
  });
});

describe("do not disturb", () => {
  it("offers are answered with busy, until it is over", async () => {
    for (const app of [b1, b2]) await app.ask("settings.change", { isDoNotDisturb: true });
    await alice.send([bed.file("plan.pdf", "x")], USERS.bob);
    await alice.reaches("noanswer");
    expect(alice.card.problem).toMatchObject({
      ...{ code: "busy", message: "Bob is not taking offers right now. No file was sent." },
    });
    for (const app of [b1, b2]) await app.ask("settings.change", { isDoNotDisturb: false });
    await ring(["plan.pdf"]);
    await cleared();
  });
});

describe("ux 3.1 Missed", () => {
  it("when nobody answers in time", async () => {
    for (const app of [b1, b2]) await app.ask("settings.change", { ringTimeS: 10 });
    await ring(["plan.pdf"]);
    await Promise.all([b1.reaches("missed"), b2.reaches("missed"), alice.reaches("noanswer")]);
    expect(alice.card.problem?.message).toBe("Bob did not answer. No file was sent.");
  });
});

describe("several people at once", () => {
  it("get one offer each, in one group; a bad address spoils only its own", async () => {
    const to = [USERS.bob, "no one", "nobody@b.example"];
    const results = await alice.ask("offer.send", { to, paths: [bed.file("plan.pdf", "x")] });
    expect(results.map((one) => (one.ok ? "ok" : one.error.code))).toEqual([
      ...["ok", "badRecipient", "ok"],
    ]);
    await bed.until("one is unknown", () => alice.cards.some(({ state }) => state === "failed"));
    const group = new Set(alice.cards.slice(0, 2).map((card) => card.group));
    expect(group.size).toBe(1);
    const failed = alice.cards.find(({ state }) => state === "failed");
    expect(failed?.problem?.message).toBe(
      "No one is registered as nobody@b.example. No file was sent.",
    );
    const bobs = alice.cards.find(({ peer, state }) => peer === USERS.bob && state !== "noanswer");
    await alice.ask("card.cancel", { id: bobs?.id ?? "" });
    await bed.until("it is over", () =>
      alice.cards.slice(0, 2).every(({ endedMs }) => endedMs !== undefined),
    );
  });
});
