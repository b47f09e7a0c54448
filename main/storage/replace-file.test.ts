import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceFile, takeFreeName } from "./replace-file.node.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replace-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const bin = (path: string): Promise<void> => {
  unlinkSync(path);
  return Promise.resolve();
};

describe("ux 2 #3: a user's own file is never replaced by surprise", () => {
  it("the old one goes to the bin, the new one gets its name", async () => {
    put("plan.pdf", "old");
    const path = put("plan (1).pdf", "new");
    const wanted = join(folder, "plan.pdf");
    expect(await replaceFile(path, "plan.pdf", bin)).toEqual({ kind: "done", path: wanted });
    expect(readdirSync(folder)).toEqual(["plan.pdf"]);
    expect(readFileSync(wanted, "utf8")).toBe("new");
  });

  it("also one whose name only some systems take for the same", async () => {
    put("PLAN.pdf", "old");
    const path = put("plan (1).pdf", "new");
    expect((await replaceFile(path, "plan.pdf", bin)).kind).toBe("done");
    expect(readdirSync(folder)).toEqual(["plan.pdf"]);
  });

  it("nothing happens when the name was free", async () => {
    const path = put("plan.pdf", "new");
    expect(await replaceFile(path, "plan.pdf", bin)).toEqual({ kind: "done", path });
  });

  it("what cannot go to the bin stays, and the new one beside it", async () => {
    put("plan.pdf", "old");
    const path = put("plan (1).pdf", "new");
    const replaced = await replaceFile(path, "plan.pdf", () => Promise.reject(new Error("no bin")));
    expect(replaced).toEqual({
      ...{ kind: "beside", why: "notBinned", name: "plan.pdf" },
    });
    expect(readdirSync(folder).sort()).toEqual(["plan (1).pdf", "plan.pdf"]);
  });

  it("a folder of that name is left alone", async () => {
    mkdirSync(join(folder, "plan.pdf"));
    const path = put("plan (1).pdf", "new");
    expect((await replaceFile(path, "plan.pdf", bin)).kind).toBe("beside");
  });

  it("who takes the name meanwhile keeps it", async () => {
    put("plan.pdf", "old");
    const path = put("plan (1).pdf", "new");
    const snatched = async (old: string): Promise<void> => {
      await bin(old);
      put("plan.pdf", "somebody else's");
    };
    expect((await replaceFile(path, "plan.pdf", snatched)).kind).toBe("beside");
    expect(readFileSync(join(folder, "plan.pdf"), "utf8")).toBe("somebody else's");
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it("a file that has quite another name does not take part", async () => {
    put("plan.pdf", "old");
    const path = put("other (1).pdf", "new");
    expect((await replaceFile(path, "plan.pdf", bin)).kind).toBe("beside");
    expect(readFileSync(join(folder, "plan.pdf"), "utf8")).toBe("old");
  });
});

describe("ux 3.5 H: keep a damaged file anyway", () => {
  it("it gets its name, or the next free number of it", async () => {
    put("plan.pdf", "mine");
    const path = put("plan.pdf.damaged", "damaged");
    expect(await takeFreeName(path, "plan.pdf")).toBe(join(folder, "plan (1).pdf"));
    expect(readdirSync(folder).sort()).toEqual(["plan (1).pdf", "plan.pdf"]);
  });

  it("a file that is not there gets none", async () => {
    expect(await takeFreeName(join(folder, "gone"), "plan.pdf")).toBeUndefined();
  });
});
