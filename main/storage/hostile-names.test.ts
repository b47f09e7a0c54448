import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  COLLIDING_NAMES,
  HOSTILE_NAMES,
  ORDINARY_NAMES,
} from "../../tests/support/hostile-names.ts";
import { NAME_RULES, type NameRules } from "../../tests/support/name-rules.ts";
import { collisionKey, numberedName, safeFileName } from "./file-name.ts";
import { systemFiles } from "./files.node.ts";

const HOSTILE = [...new Set(Object.values(HOSTILE_NAMES).flat())];
/** The longest that may be added to a name: the highest number, and the mark of a damaged file. */
const LONGEST_NUMBER = 9999;

const files = systemFiles();
afterAll(() => files.close());

/** A folder of such a system: gives names as publishing does, and keeps what lies under each. */
class ModelFolder {
  readonly #rules: NameRules;
  readonly #names: string[] = [];
  readonly #entries = new Set<string>();

  constructor(rules: NameRules) {
    this.#rules = rules;
  }

  /** @returns what the system made of it */
  put(suggested: string): "new" | "overwritten" | "outside" | "refused" {
    const taken = new Set(this.#names.map(collisionKey));
    let name = safeFileName(suggested);
    for (let count = 1; taken.has(collisionKey(name)); count += 1)
      name = numberedName(safeFileName(suggested), count);
    const entry = this.#rules.entry(name);
    if (typeof entry === "string") return entry;
    if (this.#entries.has(entry.key)) return "overwritten";
    this.#entries.add(entry.key);
    this.#names.push(name);
    return "new";
  }
}

describe("reliability §3: hostile names", () => {
  it("are at least 300", () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(300);
    expect(new Set(ORDINARY_NAMES).size).toBeGreaterThanOrEqual(20);
  });

  describe.each(Object.entries(NAME_RULES))("on %s", (_system, rules) => {
    it.each(Object.entries(HOSTILE_NAMES))("MUST stay within the folder: %s", (_what, names) => {
      for (const suggested of names) {
        const name = safeFileName(suggested);
        const longest = numberedName(name, LONGEST_NUMBER);
        for (const given of [name, longest, `${name}.damaged`])
          expect(rules.entry(given), JSON.stringify(suggested)).toHaveProperty("key");
      }
    });

    it("MUST NOT overwrite one another", () => {
      const folder = new ModelFolder(rules);
      for (const suggested of [...HOSTILE, ...HOSTILE])
        expect(folder.put(suggested), JSON.stringify(suggested)).toBe("new");
    });

    it.each(COLLIDING_NAMES.map((names) => [names]))("MUST keep apart %j", (names) => {
      const folder = new ModelFolder(rules);
      for (const suggested of names) expect(folder.put(suggested)).toBe("new");
    });

    it.each(ORDINARY_NAMES)("takes %j as it is", (name) => {
      expect(safeFileName(name)).toBe(name.normalize("NFC"));
      expect(rules.entry(name)).toHaveProperty("key");
    });
  });

  it("the rules would let them out, were they not made safe", () => {
    for (const rules of Object.values(NAME_RULES)) {
      const out = HOSTILE.filter((name) => rules.entry(name) === "outside");
      expect(out.length).toBeGreaterThan(20);
    }
  });
});

describe("reliability §3: hostile names on this system's own disk", () => {
  it("MUST each become one file of its own in the folder, and nothing else", async () => {
    const root = mkdtempSync(join(tmpdir(), "hostile-"));
    try {
      const folder = join(root, "a", "b", "in");
      mkdirSync(folder, { recursive: true });
      for (const place of [root, join(root, "a"), join(root, "a", "b")])
        writeFileSync(join(place, "escape"), "untouched");
      const before = listing(root, folder);
      const suggestions = [...HOSTILE, ...COLLIDING_NAMES.flat(), ...ORDINARY_NAMES];
      const paths = new Map<string, string>();
      for (const [index, suggested] of suggestions.entries()) {
        const path = await receive(folder, suggested, String(index));
        expect(relative(folder, path), JSON.stringify(suggested)).not.toMatch(/[/\\]/);
        paths.set(path, String(index));
      }
      expect(paths.size).toBe(suggestions.length);
      expect(readdirSync(folder)).toHaveLength(suggestions.length);
      for (const [path, content] of paths) expect(readFileSync(path, "utf8")).toBe(content);
      expect(listing(root, folder)).toEqual(before);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

async function receive(folder: string, suggestedName: string, content: string): Promise<string> {
  const bytes = Buffer.from(content);
  const part = await files.createPart({ folder, suggestedName, sizeOctets: bytes.length });
  if (!part.ok) throw new Error(part.error.message);
  await part.value.write(0, bytes);
  const file = await part.value.finish({ sizeOctets: bytes.length, hashes: [] });
  if (!file.ok) throw new Error(file.error.message);
  return file.value.path;
}

/** Everything below the root but what is in the folder, with its content. */
function listing(root: string, folder: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(({ parentPath }) => parentPath !== folder)
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? `${path} ${readFileSync(path, "utf8")}` : path;
    })
    .toSorted();
}
