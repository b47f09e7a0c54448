import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SeededRandom } from "../../tests/support/fake-random.ts";
import type { AppStore } from "../base/app-store.ts";
import type { HistoryEntry } from "../base/transfer-store.ts";
import { systemFiles } from "./files.node.ts";
import { history } from "./migrations/0001-history.ts";
import { salvage } from "./salvage.node.ts";
import { openStore } from "./store.node.ts";

const FILES = 30;
const PEER = "sip:alice@a.example";
const PAGE = 4096;

let root: string;
let profile: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rebuild-"));
  profile = join(root, "profile");
  folder = join(root, "in");
  mkdirSync(profile);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function opened(): AppStore {
  const store = openStore(profile);
  if (!store.ok) throw new Error(`${store.error.kind}: ${store.error.message}`);
  return store.value;
}

function entry(index: number, path?: string): HistoryEntry {
  const file = { index: 0, name: `f${String(index)}`, sizeOctets: 3, octets: 3 };
  const end = path === undefined ? { state: "transferring" } : { state: "complete", path };
  return {
    ...{ id: `o${String(index)}`, direction: "incoming", peer: PEER, startedMs: index + 1 },
    ...{ conversationId: "c", contributionId: "t", files: [{ ...file, ...end }] },
    ...(path === undefined ? { state: "transferring" } : { state: "verified", endedMs: index + 2 }),
  } as HistoryEntry;
}

/** Receives a file of an offer, as a client does, and tells where it lies. */
async function receive(index: number): Promise<string> {
  const files = systemFiles({ profileFolder: profile, nowMs: () => index + 2 });
  const origin = {
    ...{ peer: PEER, conversationId: "c", offeredName: `f${String(index)}`, hashes: [] },
    ...{ offerId: `o${String(index)}`, index: 0 },
  };
  const part = await files.createPart({
    ...{ folder, suggestedName: origin.offeredName, sizeOctets: 3, journal: origin },
  });
  if (!part.ok) throw new Error(part.error.message);
  await part.value.write(0, Buffer.from("abc"));
  const done = await part.value.finish({ sizeOctets: 3, hashes: [] });
  await files.close();
  if (!done.ok) throw new Error(done.error.message);
  return done.value.path;
}

/** Paths of finished files that the history knows. */
function known(store: AppStore): readonly string[] {
  const listed = store.list({ limit: 1000 });
  if (!listed.ok) throw new Error(`${listed.error.kind}: ${listed.error.message}`);
  const files = listed.value.flatMap((one) => one.files);
  return files.flatMap(({ state, path }) =>
    state === "complete" && path !== undefined ? [path] : [],
  );
}

describe("a history that lags behind the files", () => {
  it("learns of a file whose end it did not hear of", async () => {
    const store = opened();
    store.save(entry(1));
    store.close();
    const path = await receive(1);
    const next = opened();
    expect(known(next)).toEqual([path]);
    next.close();
  });

  it("learns at the next start of a file that got its name and was not reported any more", async () => {
    const path = await receive(1);
    const journal = join(profile, "parts.journal");
    const lines = readFileSync(journal, "utf8").split("\n");
    const left = lines.filter((line) => !line.includes('"done"'));
    expect(left.length).toBeLessThan(lines.length);
    writeFileSync(journal, left.join("\n"));
    const store = opened();
    store.save(entry(1));
    store.interruptUnfinished(5);
    expect(store.get("o1")).toMatchObject({ value: { state: "interrupted" } });
    const files = systemFiles({ profileFolder: profile, history: store });
    await files.open();
    expect(known(store)).toEqual([path]);
    expect(store.get("o1")).toMatchObject({ value: { state: "confirmed" } });
    await files.close();
    store.close();
  });

  it.each(["gone", "unsaid"] as const)(
    "MUST not take a damaged file for a received one that was set aside before the end: %s",
    async (moment) => {
      const before = opened();
      before.save(entry(1));
      before.close();
      const files = systemFiles({ profileFolder: profile });
      const hashes = [{ algorithm: "sha-1", hex: "0".repeat(40) }];
      const part = await files.createPart({
        ...{ folder, suggestedName: "f1.txt", sizeOctets: 3 },
        journal: {
          ...{ peer: PEER, conversationId: "c", offeredName: "f1.txt", offerId: "o1" },
          index: 0,
          hashes,
        },
      });
      if (!part.ok) throw new Error(part.error.message);
      await part.value.write(0, Buffer.from("abc"));
      expect(await part.value.finish({ sizeOctets: 3, hashes })).toMatchObject({ ok: false });
      await files.close();
      expect(readdirSync(folder)).toEqual(["f1.txt.damaged"]);
      if (moment === "unsaid") {
        // The program ended before the journal heard of it.
        const journal = join(profile, "parts.journal");
        const lines = readFileSync(journal, "utf8").split("\n");
        writeFileSync(journal, lines.filter((line) => !line.includes('"gone"')).join("\n"));
      }
      const store = opened();
      const next = systemFiles({ profileFolder: profile, history: store });
      await next.open();
      store.interruptUnfinished(5);
      expect(store.get("o1")).toMatchObject({ value: { state: "interrupted" } });
      expect(known(store)).toEqual([]);
      await next.close();
      store.close();
    },
  );

  it.each(["done", "named"] as const)(
    "says received, not interrupted, where the program ended right after its last file was %s",
    async (moment) => {
      const before = opened();
      before.save(entry(1));
      const path = await receive(1);
      before.close();
      if (moment === "named") {
        // The file had its name, and the journal had not heard of it.
        const journal = join(profile, "parts.journal");
        const lines = readFileSync(journal, "utf8").split("\n");
        writeFileSync(journal, lines.filter((line) => !line.includes('"done"')).join("\n"));
      }
      const store = opened();
      const files = systemFiles({ profileFolder: profile, history: store });
      // The other order has its own test, above.
      await files.open();
      store.interruptUnfinished(5);
      expect(store.get("o1")).toMatchObject({
        value: { state: "confirmed", files: [{ state: "complete", path, octets: 3 }] },
      });
      expect(await files.parts()).toEqual([]);
      await files.close();
      store.close();
    },
  );

  it("learns of an offer that it lost", async () => {
    const path = await receive(1);
    const store = opened();
    expect(store.get("o1")).toMatchObject({
      value: { id: "o1", peer: PEER, direction: "incoming", files: [{ name: "f1", path }] },
    });
    store.close();
  });

  it("does not bring back what the user removed", async () => {
    const path = await receive(1);
    const store = opened();
    store.save(entry(1, path));
    store.save(entry(0, path));
    store.remove("o1");
    store.close();
    const next = opened();
    expect(next.get("o1")).toEqual({ ok: true, value: undefined });
    next.close();
  });
});

describe("reliability §5.3: a damaged database", () => {
  /** By what can go wrong with the file; `wal` is what SQLite had not yet moved into it. */
  const DAMAGES: readonly ((path: string, random: SeededRandom) => void)[] = [
    // The header.
    (path, random) => {
      damage(path, 0, random.bytes(1 + Math.floor(random.unit() * 100)));
    },
    // A page.
    (path, random) => {
      const pages = readFileSync(path).length / PAGE;
      damage(path, Math.floor(random.unit() * pages) * PAGE, random.bytes(PAGE));
    },
    // A few octets anywhere.
    (path, random) => {
      const { length } = readFileSync(path);
      damage(
        path,
        Math.floor(random.unit() * length),
        random.bytes(1 + Math.floor(random.unit() * 40)),
      );
    },
    // Cut off.
    (path, random) => {
      truncateSync(path, Math.floor(random.unit() * readFileSync(path).length));
    },
    // Empty.
    (path) => {
      truncateSync(path, 0);
    },
    // The write-ahead log, cut off or damaged.
    (path, random) => {
      const wal = `${path}-wal`;
      const { length } = readFileSync(wal);
      if (random.unit() < 0.5) truncateSync(wal, Math.floor(random.unit() * length));
      else damage(wal, Math.floor(random.unit() * length), random.bytes(64));
    },
  ];

  it("MUST start in 200 of 200 cases, with every finished file known", {
    timeout: 120_000,
  }, async () => {
    const paths: string[] = [];
    const store = opened();
    for (let index = 0; index < FILES; index += 1) {
      store.save(entry(index));
      paths.push(await receive(index));
      store.save(entry(index, paths.at(-1)));
      // So that some of it lies in the database and some in its log.
      if (index === FILES / 2) opened().close();
    }
    const intact = copyOf(profile);
    store.close();
    for (let seed = 1; seed <= 200; seed += 1) {
      restore(profile, intact);
      const random = new SeededRandom(seed);
      const kind = seed % DAMAGES.length;
      DAMAGES[kind]?.(join(profile, "history.db"), random);
      const started = openStore(profile);
      expect(started.ok, `seed ${String(seed)}: start`).toBe(true);
      if (!started.ok) continue;
      expect([...known(started.value)].sort(), `seed ${String(seed)}`).toEqual([...paths].sort());
      expect(started.value.save(entry(FILES)).ok).toBe(true);
      started.value.close();
    }
    for (const path of paths) expect(readFileSync(path, "utf8")).toBe("abc");
  });

  it("is moved aside, and what can be read of it brought over", () => {
    const store = opened();
    store.putSetting("instanceId", "urn:uuid:1");
    store.people.save({ aor: PEER, name: "Alice", isMe: false, isBlocked: true });
    store.save({ ...entry(1, "/x"), direction: "outgoing" });
    store.close();
    const path = join(profile, "history.db");
    // The version: SQLite does not mind, and nothing else is lost.
    damage(path, 60, Buffer.from([0, 0, 0, 77]));
    const next = opened();
    expect(next.setAside).toBe(`${path}.damaged-1`);
    expect(existsSync(`${path}.damaged-1`)).toBe(true);
    expect(next.setting("instanceId")).toEqual({ ok: true, value: "urn:uuid:1" });
    expect(next.people.list()).toMatchObject({ value: [{ name: "Alice", isBlocked: true }] });
    expect(known(next)).toEqual(["/x"]);
    next.close();
  });
});

describe("a damaged database of an earlier form", () => {
  it("is brought over, too: columns that came later are empty", () => {
    const store = opened();
    const path = join(root, "old.db");
    const old = new DatabaseSync(path);
    old.exec(history.sql);
    old.exec(
      "INSERT INTO offers (id, direction, peer, conversation_id, contribution_id, started_ms, state) VALUES ('a', 'incoming', 'sip:x@y', 'c', 'k', 1, 'missed')",
    );
    old.close();
    const into = new DatabaseSync(join(profile, "history.db"));
    salvage(path, into);
    into.close();
    expect(store.get("a")).toMatchObject({ ok: true, value: { id: "a", state: "missed" } });
    store.close();
  });
});

function damage(path: string, at: number, octets: Buffer): void {
  const bytes = readFileSync(path);
  octets.copy(bytes, Math.min(at, bytes.length));
  writeFileSync(path, bytes);
}

function copyOf(path: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(path).filter((name) => !name.endsWith("-shm"));
  return new Map(names.map((name) => [name, readFileSync(join(path, name))]));
}

function restore(path: string, content: ReadonlyMap<string, Buffer>): void {
  for (const name of readdirSync(path)) rmSync(join(path, name));
  for (const [name, bytes] of content) writeFileSync(join(path, name), bytes);
}
