import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import type { AppStore } from "../base/app-store.ts";
import type { Result } from "../base/result.ts";
import type {
  HistoryEntry,
  HistoryFile,
  HistoryFilter,
  OfferState,
  StoreError,
} from "../base/transfer-store.ts";
import { openStore } from "./store.node.ts";

let folder: string;
const open: AppStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
});

afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

function value<T>(result: Result<T, StoreError>): T {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message}`);
  return result.value;
}

function opened(at = folder): AppStore {
  const store = value(openStore(at));
  open.push(store);
  return store;
}

const FILE: HistoryFile = {
  index: 0,
  name: "beach.jpg",
  type: "image/jpeg",
  sizeOctets: Number.MAX_SAFE_INTEGER,
  transferId: "vBnG916bdberum2fFEABR1FR3ExZMUrd",
  sha1: "aa",
  sha256: "bb",
  state: "complete",
  octets: 5,
  path: "/home/bob/beach.jpg",
  isVerified: true,
};

const FULL: HistoryEntry = {
  id: "offer-1",
  direction: "incoming",
  peer: "sip:alice@a.example",
  peerName: "Alice",
  conversationId: "c1",
  contributionId: "k1",
  startedMs: 1_700_000_000_000,
  endedMs: 1_700_000_001_000,
  state: "partly",
  status: 200,
  reason: "OK",
  takenBy: "urn:uuid:1",
  files: [FILE, { index: 2, name: "", sizeOctets: 0, state: "declined", octets: 0 }],
};

function entry(change: Partial<HistoryEntry>): HistoryEntry {
  return { ...FULL, files: [], ...change };
}

function ids(store: AppStore, filter?: HistoryFilter): readonly string[] {
  return value(store.list(filter)).map(({ id }) => id);
}

describe("the history of offers", () => {
  it("gives back what was saved, also after it was opened again", () => {
    const store = opened();
    const bare: HistoryEntry = {
      id: "offer-2",
      direction: "outgoing",
      peer: "tel:+1",
      conversationId: "",
      contributionId: "",
      startedMs: 0,
      state: "offered",
      files: [],
    };
    value(store.save(FULL));
    value(store.save(bare));
    store.close();
    const again = opened();
    expect(value(again.list())).toEqual([FULL, bare]);
    expect(value(again.get("offer-1"))).toEqual(FULL);
    expect(value(again.get("absent"))).toBeUndefined();
  });

  it("replaces an entry as a whole", () => {
    const store = opened();
    value(store.save(FULL));
    const later = entry({ state: "failed", files: [{ ...FILE, isVerified: false, octets: 9 }] });
    value(store.save(later));
    expect(value(store.list())).toEqual([later]);
  });

  it("follows a running offer file by file, whatever is added, changed or replaced", () => {
    const store = opened();
    const { endedMs, ...running } = FULL;
    const [first, second] = [
      { ...FILE, index: 0 },
      { ...FILE, index: 1 },
    ];
    const steps: readonly (readonly HistoryFile[])[] = [
      [first, second],
      [first, { ...second, state: "failed" }],
      [first, { ...second, state: "failed" }, { ...FILE, index: 100 }],
      [{ ...first, index: 7 }],
      [],
    ];
    for (const files of steps) {
      value(store.save({ ...running, files }));
      expect(value(store.get(FULL.id))?.files).toEqual(files);
    }
    value(store.save({ ...running, files: [first], endedMs: endedMs ?? 0 }));
    value(store.remove(FULL.id));
    value(store.save({ ...running, files: [first] }));
    expect(value(store.get(FULL.id))?.files).toEqual([first]);
  });

  it("keeps any text", () => {
    const store = opened();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (name, peer) => {
        const odd = entry({ peer, files: [{ ...FILE, name }] });
        value(store.save(odd));
        expect(value(store.get(odd.id))).toEqual(odd);
      }),
      { numRuns: 20 },
    );
  });

  it("saves nothing of an entry that can't be saved as a whole", () => {
    const store = opened();
    value(store.save(FULL));
    const twice = entry({ state: "failed", files: [FILE, FILE] });
    expect(store.save(twice)).toMatchObject({ ok: false, error: { kind: "store-error" } });
    expect(value(store.list())).toEqual([FULL]);
  });

  it("forgets an entry with its files", () => {
    const store = opened();
    value(store.save(FULL));
    value(store.remove(FULL.id));
    value(store.remove(FULL.id));
    expect(value(store.list())).toEqual([]);
    value(store.save(entry({ files: [] })));
    expect(value(store.get(FULL.id))?.files).toEqual([]);
  });

  it.each<[OfferState, readonly Partial<HistoryFile>[]]>([
    ["verified", [{ state: "complete" }, { state: "complete" }]],
    ["confirmed", [{ state: "complete" }, { state: "complete", isVerified: false }]],
    ["partly", [{ state: "complete" }, { state: "declined" }]],
    ["interrupted", [{ state: "declined" }]],
    ["interrupted", [{ state: "complete" }, { state: "failed" }]],
    ["interrupted", []],
  ])("says %s of an offer whose process ended after its files had", (state, changes) => {
    const store = opened();
    const files = changes.map((change, index) => ({ ...FILE, ...change, index }));
    value(store.save(entry({ id: "a", state: "transferring", files })));
    expect(value(store.interruptUnfinished(77))).toBe(1);
    expect(value(store.get("a"))?.state).toBe(state);
  });

  it("marks what an earlier process left running as interrupted, and nothing else", () => {
    const store = opened();
    const files: readonly HistoryFile[] = [
      { ...FILE, index: 0, state: "complete" },
      { ...FILE, index: 1, state: "transferring" },
      { ...FILE, index: 2, state: "offered" },
      { ...FILE, index: 3, state: "declined" },
    ];
    value(store.save(entry({ id: "a", state: "transferring", files })));
    value(store.save(entry({ id: "b", state: "ringing" })));
    value(store.save(entry({ id: "c", state: "verified", files })));
    expect(value(store.interruptUnfinished(77))).toBe(2);
    expect(value(store.interruptUnfinished(88))).toBe(0);
    const after = value(store.get("a"));
    expect([after?.state, after?.endedMs, after?.files.map(({ state }) => state)]).toEqual([
      "interrupted",
      77,
      ["complete", "interrupted", "interrupted", "declined"],
    ]);
    expect(value(store.get("c"))).toEqual(entry({ id: "c", state: "verified", files }));
  });
});

describe("the list of offers", () => {
  function filled(): AppStore {
    const store = opened();
    value(store.save(entry({ id: "a", startedMs: 1, direction: "outgoing" })));
    value(store.save(entry({ id: "b", startedMs: 3, peer: "sip:bob@b.example", state: "failed" })));
    value(
      store.save(entry({ id: "c", startedMs: 2, files: [{ ...FILE, name: "50%_\\ off.PDF" }] })),
    );
    value(store.save(entry({ id: "d", startedMs: 2, peerName: "Anna", state: "declined" })));
    return store;
  }

  it.each<[string, HistoryFilter, readonly string[]]>([
    ["newest first, later ones first at the same time", {}, ["b", "d", "c", "a"]],
    ["by direction", { direction: "outgoing" }, ["a"]],
    ["by peer", { peer: "sip:bob@b.example" }, ["b"]],
    ["by states", { states: ["failed", "declined"] }, ["b", "d"]],
    ["by no state", { states: [] }, []],
    ["before a time", { beforeMs: 2 }, ["a"]],
    ["by a file's name", { text: "off.pdf" }, ["c"]],
    ["by a name with signs of the pattern", { text: "%_\\" }, ["c"]],
    ["by the peer's name", { text: "anna" }, ["d"]],
    ["by the peer", { text: "B.EXAMPLE" }, ["b"]],
    ["by all of them", { text: "a.example", states: ["partly"], beforeMs: 2 }, ["a"]],
    ["at most so many", { limit: 2 }, ["b", "d"]],
    ["at least one", { limit: 0 }, ["b"]],
  ])("%s", (_what, filter, expected) => {
    expect(ids(filled(), filter)).toEqual(expected);
  });

  it("has at most a thousand entries", () => {
    const store = opened();
    const database = new DatabaseSync(join(folder, "history.db"));
    database.exec(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
      INSERT INTO offers SELECT 'o' || i, 'incoming', 'p', NULL, '', '', i, NULL, 'failed', NULL, NULL, NULL FROM n`);
    database.close();
    expect([ids(store).length, ids(store, { limit: 5000 }).length]).toEqual([100, 1000]);
  });
});

describe("devices and settings", () => {
  it("keeps the newest of each device, the last seen first", () => {
    const store = opened();
    const phone = { instanceId: "p", name: "Phone", aor: "sip:bob@b.example", lastSeenMs: 1 };
    value(store.saveDevice(phone));
    value(store.saveDevice({ ...phone, instanceId: "l", name: "Laptop", lastSeenMs: 2 }));
    value(store.saveDevice({ ...phone, name: "Bob's phone", lastSeenMs: 3 }));
    value(store.saveDevice({ ...phone, aor: "sip:carol@b.example" }));
    expect(value(store.devices(phone.aor)).map(({ name }) => name)).toEqual([
      "Bob's phone",
      "Laptop",
    ]);
  });

  it("keeps settings by name", () => {
    const store = opened();
    expect(value(store.setting("ring-time"))).toBeUndefined();
    value(store.putSetting("ring-time", "60"));
    value(store.putSetting("ring-time", "90"));
    store.close();
    expect(value(opened().setting("ring-time"))).toBe("90");
  });
});

describe("the database of a profile", () => {
  it("is private to the user", () => {
    const profile = join(folder, "new", "profile");
    value(opened(profile).putSetting("a", "b"));
    expect(statSync(profile).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(profile))
      expect(statSync(join(profile, name)).mode & 0o077).toBe(0);
  });

  it("is used by two at a time", () => {
    const one = opened();
    const two = opened();
    value(one.save(entry({ id: "a" })));
    value(two.save(entry({ id: "b" })));
    expect(ids(one).toSorted()).toEqual(["a", "b"]);
  });

  it("says so when another process does not let go of it", () => {
    const store = value(openStore(folder, { busyTimeoutMs: 1 }));
    open.push(store);
    const other = new DatabaseSync(join(folder, "history.db"));
    other.exec("BEGIN IMMEDIATE");
    expect(store.save(FULL)).toMatchObject({ ok: false, error: { kind: "store-locked" } });
    other.close();
    value(store.save(FULL));
  });

  it("is left alone when a newer version of the program wrote it", () => {
    opened().close();
    const database = new DatabaseSync(join(folder, "history.db"));
    database.exec("ALTER TABLE offers ADD COLUMN later TEXT; PRAGMA user_version = 99");
    database.close();
    expect(openStore(folder)).toMatchObject({ ok: false, error: { kind: "store-newer" } });
    expect(readdirSync(folder)).toContain("history.db");
  });

  it("is an error, not an exception, when it is closed or its folder is a file", () => {
    const store = opened();
    store.close();
    store.close();
    expect(store.list().ok).toBe(false);
    expect(store.save(FULL).ok).toBe(false);
    writeFileSync(join(folder, "file"), "");
    expect(openStore(join(folder, "file"))).toMatchObject({
      ok: false,
      error: { kind: "store-error" },
    });
  });

  it("does not take a row of another program for its own", () => {
    const store = opened();
    value(store.save(FULL));
    const database = new DatabaseSync(join(folder, "history.db"));
    database.exec("UPDATE offers SET state = 'unheard of'");
    database.close();
    expect(store.list()).toMatchObject({ ok: false, error: { kind: "store-error" } });
  });

  it("is moved aside when it is no database, each time under a new name", () => {
    const path = join(folder, "history.db");
    for (const aside of ["history.db.damaged-1", "history.db.damaged-2"]) {
      writeFileSync(path, "this is not a database, whatever its name says".repeat(100));
      const store = opened();
      expect(store.setAside).toBe(join(folder, aside));
      value(store.save(FULL));
      store.close();
    }
    expect(readFileSync(join(folder, "history.db.damaged-1"), "utf8")).toContain("not a database");
  });

  it("starts, and saves, whatever octets of it are damaged", () => {
    const store = opened();
    for (let index = 0; index < 25; index += 1)
      value(store.save(entry({ id: `o${index}`, files: [FILE] })));
    store.close();
    const path = join(folder, "history.db");
    const intact = readFileSync(path);
    fc.assert(
      fc.property(
        fc.nat({ max: intact.length - 1 }),
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        (at, octets) => {
          const damaged = Buffer.from(intact);
          damaged.set(octets.subarray(0, intact.length - at), at);
          for (const name of readdirSync(folder)) rmSync(join(folder, name));
          writeFileSync(path, damaged);
          const result = openStore(folder);
          // The version is one of the octets: a newer form is refused, and nothing is lost then.
          if (!result.ok) expect(result.error.kind).toBe("store-newer");
          else {
            const saved = result.value.save(entry({ id: "new" }));
            const listed = result.value.list();
            // Damage that the check at the start does not see is an error later, never an exception.
            if (!saved.ok || !listed.ok) expect(result.value.setAside).toBeUndefined();
            else expect(listed.value.some(({ id }) => id === "new")).toBe(true);
            result.value.close();
          }
        },
      ),
      // The second: a form of the schema (octets 44 to 47) that SQLite does not read.
      {
        numRuns: 40,
        examples: [
          [0, Uint8Array.of(0)],
          [41, Uint8Array.of(0, 0, 0, 0, 0, 0, 5)],
        ],
      },
    );
  });

  it("has everything that save confirmed, when the process is killed right after", async () => {
    const module = new URL("./store.node.ts", import.meta.url).href;
    const script = `
      import { openStore } from ${JSON.stringify(module)};
      const store = openStore(${JSON.stringify(folder)}).value;
      const base = ${JSON.stringify(entry({}))};
      for (let i = 0; ; i += 1) if (store.save({ ...base, id: String(i) }).ok) console.log(i);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let confirmed = "";
    for await (const chunk of child.stdout) {
      confirmed += String(chunk);
      if (confirmed.split("\n").length > 20) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    const lines = confirmed.split("\n").slice(0, -1);
    const saved = new Set(ids(opened(), { limit: 1000 }));
    expect(lines.length).toBeGreaterThan(19);
    expect(lines.filter((id) => !saved.has(id))).toEqual([]);
  });
});
