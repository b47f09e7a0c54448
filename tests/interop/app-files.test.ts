import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Card } from "../../shared/model/card.ts";
import { AppBed, type TestApp, USERS } from "../support/app-bed.ts";

let bed: AppBed;
let alice: TestApp;
let bob: TestApp;

beforeAll(async () => {
  bed = new AppBed();
  alice = await bed.join("alice", USERS.alice);
  bob = await bed.join("bob", USERS.bob);
});

afterAll(async () => {
  await bed.stop();
});

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

describe("ux 3.4: problems are found before sending", () => {
  it("each file has its own, and spoils no other", async () => {
    const plain = bed.file("plain.txt", "x");
    const secret = bed.file("secret.txt", "x");
    chmodSync(secret, 0);
    const gone = join(bed.folder, "from", "gone.txt");
    const looked = await alice.ask("files.look", {
      paths: [
        plain,
        bed.file("empty.txt", ""),
        bed.file("what?.txt", "x"),
        plain,
        gone,
        "/dev/null",
        secret,
      ],
    });
    // Root may read everything.
    const isRoot = process.getuid?.() === 0;
    expect(looked.map(({ name, problem }) => [name, problem?.code, problem?.isBlocking])).toEqual([
      ["plain.txt", undefined, undefined],
      ["empty.txt", "empty", false],
      ["what?.txt", "nameChanges", false],
      ["plain.txt", "duplicate", true],
      ["gone.txt", "vanished", true],
      ["null", "notAFile", true],
      ["secret.txt", ...(isRoot ? [undefined, undefined] : ["unreadable", true])],
    ]);
  });

  it("folders are sent with all below them, links inside them are not followed", async () => {
    const folder = join(bed.folder, "from", "photos");
    mkdirSync(join(folder, "sub"), { recursive: true });
    for (const name of ["b.txt", "a.txt", "sub/c.txt", ".DS_Store"])
      writeFileSync(join(folder, name), name);
    symlinkSync("/etc", join(folder, "link"));
    symlinkSync("/etc/hostname", join(folder, "host"));
    const looked = await alice.ask("files.look", { paths: [folder] });
    expect(looked.map(({ shownAs }) => shownAs)).toEqual([
      ...["photos/a.txt", "photos/b.txt", "photos/sub/c.txt"],
    ]);
  });

  it("of a folder no more files are looked at than can be sent at once", async () => {
    const folder = join(bed.folder, "from", "many");
    mkdirSync(folder);
    for (let i = 0; i < 5002; i += 1) writeFileSync(join(folder, `${String(i)}.txt`), "x");
    const looked = await alice.ask("files.look", { paths: [folder] });
    expect(looked).toHaveLength(5000);
    expect(looked.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(await alice.fail("offer.send", { to: [USERS.bob], paths: ["x.txt"] })).toMatchObject({
      code: "badRequest",
    });
    const none = { to: [USERS.bob], paths: [join(bed.folder, "none")] };
    const [sent] = await alice.ask("offer.send", none);
    expect(sent).toMatchObject({ ok: false, error: { code: "source" } });
  });

  it("pictures get a preview on the window's own origin, and nothing else does", async () => {
    const [picture, text] = await alice.ask("files.look", {
      paths: [bed.file("dot.png", PNG), bed.file("words.txt", "x")],
    });
    expect(text?.source).toBeUndefined();
    expect(picture?.source).toMatch(/^\/picked\/[A-Za-z0-9]{20}$/);
    const path = join(bed.folder, "from", "dot.png");
    const resource = await alice.engine.resource(picture?.source ?? "");
    expect(resource).toEqual({ kind: "file", type: "image/png", path });
    for (const other of ["/picked/x", "/picked/../../etc/passwd", "/icon/x/0", "/icon/%/0", "/x"])
      expect(await alice.engine.resource(other)).toBeUndefined();
    rmSync(path);
    expect(await alice.engine.resource(picture?.source ?? "")).toBeUndefined();
  });

  it("what is pasted becomes a file", async () => {
    expect(await alice.ask("files.paste", {})).toEqual([]);
    alice.desktop.clipboard = { kind: "text", text: "Grüße" };
    const [text] = await alice.ask("files.paste", {});
    expect(text?.name).toMatch(/^pasted-\d\d-\d\d-\d\d\.txt$/);
    expect(readFileSync(text?.path ?? "", "utf8")).toBe("Grüße");
    expect(statSync(text?.path ?? "").mode & 0o777).toBe(0o600);
    alice.desktop.clipboard = { kind: "image", png: PNG };
    const [image] = await alice.ask("files.paste", {});
    expect(image).toMatchObject({ type: "image/png", sizeOctets: PNG.length });
    const file = bed.file("copied.txt", "x");
    alice.desktop.clipboard = { kind: "files", paths: [file] };
    expect((await alice.ask("files.paste", {})).map(({ path }) => path)).toEqual([file]);
    const [sample] = await alice.ask("files.sample", {});
    expect(readFileSync(sample?.path ?? "", "utf8")).toContain("A sample from Alice.");
  });

  it("files and links that are handed over fill the page, and send nothing", async () => {
    const before = alice.cards.length;
    await alice.engine.handOver({ paths: [bed.file("plain.txt", "x")], to: "bob@B.example" });
    expect(alice.told("compose.fill").at(-1)).toMatchObject({
      ...{ to: USERS.bob, files: [{ name: "plain.txt" }] },
    });
    await alice.engine.handOver({ paths: [], to: "no address at all" });
    expect(alice.told("compose.fill")).toHaveLength(1);
    expect(alice.cards.length).toBe(before);
  });
});

describe("ux 3.5: why a file of an offer is not ticked, or not stored as it is called", () => {
  async function offered(paths: readonly string[]): Promise<Card> {
    await alice.send(paths, USERS.bob);
    await bob.reaches("ringing");
    await bed.until("the folder was looked into", () => bob.card.freeOctets !== undefined);
    return bob.card;
  }

  async function declined(): Promise<void> {
    await bob.ask("offer.decline", { id: bob.card.id, where: "everywhere" });
    await alice.reaches("declined");
  }

  it("a file of its name, size and hash is in the folder already", async () => {
    mkdirSync(bob.receiveFolder, { recursive: true });
    writeFileSync(join(bob.receiveFolder, "Same.txt"), "the same");
    writeFileSync(join(bob.receiveFolder, "size.txt"), "this one");
    await offered([
      bed.file("same.txt", "the same"),
      bed.file("size.txt", "that one"),
      bed.file("other.txt", "the same"),
    ]);
    await bed.until("it is known", () => bob.card.files[0]?.isAlreadyHere === true);
    expect(bob.card.files.map((file) => [file.isNameTaken, file.isAlreadyHere])).toEqual([
      ...[
        [true, true],
        [true, undefined],
        [false, undefined],
      ],
    ]);
    rmSync(join(bob.receiveFolder, "Same.txt"));
    await bob.ask("offer.folder", { id: bob.card.id, folder: bob.receiveFolder });
    expect(bob.card.files[0]).toMatchObject({ isNameTaken: false });
    expect(bob.card.files[0]).not.toHaveProperty("isAlreadyHere");
    await declined();
    expect(bob.card.files[1]).not.toHaveProperty("isAlreadyHere");
    rmSync(join(bob.receiveFolder, "size.txt"));
  });

  it("a name that no disk takes is told with the one that it gets", async () => {
    const { files } = await offered([bed.file("what?.txt", "x"), bed.file("plain.txt", "x")]);
    expect(files.map(({ name, savedAs }) => [name, savedAs])).toEqual([
      ...[
        ["what?.txt", "what_.txt"],
        ["plain.txt", undefined],
      ],
    ]);
    await bob.accept([0]);
    await bob.reaches("verified", "partly");
    expect(bob.received).toContain("what_.txt");
    await alice.reaches("partly");
  });
});

describe("files that were received", () => {
  async function received(names: readonly string[]): Promise<string> {
    const icons = [{ index: 0, type: "image/png" as const, bytes: new Uint8Array(PNG) }];
    const paths = names.map((name) => bed.file(name, `content of ${name}`));
    await alice.ask("offer.send", { to: [USERS.bob], paths, icons });
    await bob.reaches("ringing");
    await bob.accept();
    await bob.reaches("verified");
    await alice.reaches("verified");
    return bob.card.id;
  }

  it("are opened, shown, dragged and named by card and index", async () => {
    const id = await received(["plan.txt"]);
    const path = join(bob.receiveFolder, "plan.txt");
    await bob.ask("file.open", { id, index: 0 });
    await bob.ask("file.reveal", { id, index: 0 });
    await bob.ask("file.drag", { id, index: 0 });
    await bob.ask("file.copyPath", { id, index: 0 });
    expect(bob.desktop.done.slice(-3).map(({ what }) => what)).toEqual(["open", "reveal", "drag"]);
    expect([bob.desktop.done.at(-1)?.path, bob.desktop.copied]).toEqual([path, path]);
    await bed.until("Alice hears of it", () => alice.card.seenMs !== undefined);
    bob.desktop.openRefusal = "no program for it";
    expect(await bob.fail("file.open", { id, index: 0 })).toMatchObject({
      code: "declinedBySystem",
    });
    bob.desktop.openRefusal = undefined;
    expect(await bob.fail("file.open", { id, index: 7 })).toMatchObject({ code: "gone" });
    expect(await bob.fail("file.settle", { id, index: 0, what: "delete" })).toMatchObject({
      code: "badRequest",
    });
  });

  it("are not opened when they can run programs, unless the user insists", async () => {
    const id = await received(["run.sh"]);
    const before = bob.desktop.done.length;
    expect(await bob.fail("file.open", { id, index: 0 })).toMatchObject({ code: "dangerous" });
    expect(bob.desktop.done.length).toBe(before);
    await bob.ask("file.open", { id, index: 0, isConfirmed: true });
    expect(bob.desktop.done.at(-1)?.what).toBe("open");
  });

  it("and moved away are told as gone", async () => {
    const id = await received(["moved.txt"]);
    rmSync(join(bob.receiveFolder, "moved.txt"));
    expect(await bob.fail("file.open", { id, index: 0 })).toMatchObject({ code: "fileGone" });
    expect(bob.card.files[0]?.isGone).toBe(true);
    const { cards } = await bob.ask("history.list", { text: "moved" });
    expect(cards[0]?.files[0]?.isGone).toBe(true);
  });

  it("and moved away are found again where the user points, if it is the very file", async () => {
    const id = await received(["lost.txt"]);
    const found = join(bed.folder, "found.txt");
    renameSync(join(bob.receiveFolder, "lost.txt"), found);
    await bob.fail("file.open", { id, index: 0 });
    expect(await bob.ask("file.locate", { id, index: 0 })).toBeNull();
    for (const other of ["content of lost.TXT", "longer content of lost.txt"]) {
      bob.desktop.located = bed.file("other.txt", other);
      expect(await bob.fail("file.locate", { id, index: 0 })).toMatchObject({ code: "notSame" });
    }
    bob.desktop.located = bed.file("lost.sh", "content of lost.txt");
    expect(await bob.fail("file.locate", { id, index: 0 })).toMatchObject({ code: "notSame" });
    bob.desktop.located = found;
    const card = await bob.ask("file.locate", { id, index: 0 });
    expect(card?.files[0]).toMatchObject({ path: found });
    expect(card?.files[0]).not.toHaveProperty("isGone");
    await bob.ask("file.open", { id, index: 0 });
    expect(bob.desktop.done.at(-1)).toEqual({ what: "open", path: found });
  });

  it("are found again in the history too, and nothing else comes back for it", async () => {
    const id = await received(["gone.txt"]);
    await bob.ask("card.dismiss", { ids: [id] });
    const found = join(bed.folder, "found-2.txt");
    renameSync(join(bob.receiveFolder, "gone.txt"), found);
    bob.desktop.located = found;
    await bob.ask("file.locate", { id, index: 0 });
    expect(bob.cards.map((card) => card.id)).not.toContain(id);
    const { cards } = await bob.ask("history.list", { text: "gone.txt" });
    expect(cards[0]?.files[0]).toMatchObject({ path: found });
    await bob.ask("history.forget", { ids: [id] });
  });

  it("have the sender's picture once the sender is known, if pictures are wanted", async () => {
    await received(["pictured.txt"]);
    const icon = bob.card.files[0]?.icon ?? "";
    expect(icon).toBe(`/icon/${bob.card.id}/0`);
    expect(await bob.engine.resource(icon)).toMatchObject({ kind: "octets", type: "image/png" });
    await bob.ask("settings.change", { arePreviewsOn: false });
    await received(["plain2.txt"]);
    expect(bob.card.files[0]?.icon).toBeUndefined();
  });
});

describe("ux 3.7 history", () => {
  it("is paged, filtered and searched", async () => {
    const first = await bob.ask("history.list", { limit: 2 });
    expect([first.cards.length, first.hasMore]).toEqual([2, true]);
    const last = first.cards[1];
    const before = { startedMs: last?.startedMs ?? 0, id: last?.id ?? "" };
    const second = await bob.ask("history.list", { limit: 200, before });
    expect(second.hasMore).toBe(false);
    const all = [...first.cards, ...second.cards].map(({ id }) => id);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(bob.cards.map(({ id }) => id));
    const hash = bob.cards.at(-1)?.files[0]?.hash ?? "";
    for (const text of ["plan.t", "alice@a.ex", hash.slice(0, 20)])
      expect((await bob.ask("history.list", { text })).cards.length).toBeGreaterThan(0);
    expect((await bob.ask("history.list", { direction: "outgoing" })).cards).toEqual([]);
    expect((await bob.ask("history.list", { states: ["missed"] })).cards).toEqual([]);
  });

  it("is exported, with nothing in it that a spreadsheet would run", async () => {
    expect(await bob.ask("history.export", { format: "csv" })).toBeNull();
    bob.desktop.savePath = join(bed.folder, "history.csv");
    await alice.send([bed.file("=1+1.txt", "x")], USERS.bob);
    await bob.reaches("ringing");
    await bob.accept();
    await bob.reaches("verified");
    await bob.ask("history.export", { format: "csv" });
    const csv = readFileSync(bob.desktop.savePath, "utf8");
    expect(csv.split("\r\n")[0]).toContain("started,ended,direction,person");
    expect(csv).toContain(",'=1+1.txt,");
    bob.desktop.savePath = join(bed.folder, "history.json");
    await bob.ask("history.export", { format: "json" });
    const cards: unknown = JSON.parse(readFileSync(bob.desktop.savePath, "utf8"));
    expect(cards).toHaveLength(bob.cards.length);
  });

  it("keeps what was put away, and shows it nowhere else", async () => {
    const { id } = bob.card;
    await bob.ask("card.dismiss", { ids: [id] });
    expect(bob.cards.map((card) => card.id)).not.toContain(id);
    const { cards } = await bob.ask("history.list", {});
    expect(cards[0]).toMatchObject({ id, isDismissed: true });
  });

  it("comes back after a restart, card by card as it was", async () => {
    const before = bob.cards;
    await bob.engine.stop();
    bob = bed.open("bob");
    await bed.until("bob is back", () => bob.state.registration.name === "online");
    // Pictures of offers live as long as the app, and the history has its own time of the end.
    expect(bob.cards.map(kept)).toEqual(before.map(kept));
  });

  it("is forgotten in part and as a whole; running offers stay", async () => {
    const { id } = bob.card;
    await bob.ask("history.forget", { ids: [id] });
    expect(bob.told("cards.removed").flat()).toContain(id);
    await alice.send([bed.file("rings.txt", "x")], USERS.bob);
    await bob.reaches("ringing");
    await bob.ask("history.forgetAll", {});
    expect(bob.cards.map(({ state }) => state)).toEqual(["ringing"]);
    expect((await bob.ask("history.list", {})).cards.map(({ state }) => state)).toEqual([
      "ringing",
    ]);
    await bob.ask("offer.decline", { id: bob.card.id, where: "everywhere" });
    await alice.reaches("declined");
  });
});

function kept({ files, endedMs, ...card }: Card): unknown {
  return {
    ...card,
    hasEnded: endedMs !== undefined,
    files: files.map((file) => ({ ...file, icon: undefined, isGone: undefined })),
  };
}

describe("requests that make no sense", () => {
  it("are refused in words and change nothing", async () => {
    const id = "nobody";
    const files = [{ index: 0 }];
    expect(await bob.fail("offer.accept", { id, files })).toMatchObject({ code: "gone" });
    expect(await bob.fail("offer.decline", { id, where: "here" })).toMatchObject({ code: "gone" });
    expect(await bob.fail("offer.silence", { id })).toMatchObject({ code: "gone" });
    expect(await bob.fail("offer.askAgain", { id })).toMatchObject({ code: "gone" });
    expect(await bob.fail("card.cancel", { id })).toMatchObject({ code: "gone" });
    expect(await bob.fail("card.cancelFile", { id, index: 0 })).toMatchObject({ code: "gone" });
    expect(await bob.fail("card.retry", { id })).toMatchObject({ code: "gone" });
    expect(await bob.fail("file.open", { id, index: 0 })).toMatchObject({ code: "gone" });
    expect(await bob.fail("notice.dismiss", { id })).toMatchObject({ code: "gone" });
    expect(await bob.fail("people.remove", { aor: "sip:x@y" })).toMatchObject({ code: "gone" });
    await bob.ask("card.dismiss", { ids: [id] });
  });

  it("an offer is answered once, with files that it has", async () => {
    await alice.send([bed.file("once.txt", "x")], USERS.bob);
    await bob.reaches("ringing");
    const { id } = bob.card;
    for (const files of [[{ index: 1 }], [{ index: 0 }, { index: 0 }]])
      expect(await bob.fail("offer.accept", { id, files })).toMatchObject({ code: "badRequest" });
    await bob.accept();
    // Pressed twice, or in another window: the first press counts.
    await bob.ask("offer.accept", { id, files: [{ index: 0 }] });
    await bob.reaches("verified");
    expect(bob.received.filter((name) => name.startsWith("once"))).toEqual(["once.txt"]);
    expect(await bob.fail("offer.accept", { id, files: [{ index: 0 }] })).toMatchObject({
      code: "gone",
    });
  });

  it("signed out, nothing is sent", async () => {
    const app = bed.open("nobody");
    const args = { to: [USERS.bob], paths: [bed.file("x.txt", "x")] };
    expect(await app.fail("offer.send", args)).toMatchObject({ code: "notSignedIn" });
    expect(await app.fail("account.refresh", {})).toMatchObject({ code: "notSignedIn" });
    const names = { displayName: "x", deviceName: "y" };
    expect(await app.fail("account.rename", names)).toMatchObject({ code: "notSignedIn" });
  });
});
