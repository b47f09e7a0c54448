import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PAGE_POLICY, PageFiles, resourceHeaders } from "./page-files.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cpm-pages-"));
  mkdirSync(join(folder, "renderer", "assets"), { recursive: true });
  writeFileSync(join(folder, "renderer", "index.html"), "<!doctype html>");
  writeFileSync(join(folder, "renderer", "assets", "a.js"), "");
  writeFileSync(join(folder, "secret"), "no");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("Electron security 18: files of the windows' pages", () => {
  it("are found by the path of their URL, with their type", () => {
    const files = new PageFiles(join(folder, "renderer"));
    expect(files.find("/assets/a.js")?.headers["Content-Type"]).toMatch(/^text\/javascript/);
    expect(files.find("/")).toBe(files.find("/index.html"));
  });

  it.each([
    "/../secret",
    "/assets/../../secret",
    "/%2e%2e/secret",
    "/..%2fsecret",
    "/assets/..\\..\\secret",
    "//etc/passwd",
    "/assets",
    "/assets/",
    "",
    "index.html",
    "/__proto__",
  ])("are none at %s", (path) => {
    expect(new PageFiles(join(folder, "renderer")).find(path)).toBeUndefined();
  });

  it("are read anew after a build", () => {
    const files = new PageFiles(join(folder, "renderer"));
    writeFileSync(join(folder, "renderer", "assets", "b.css"), "");
    expect(files.find("/assets/b.css")).toBeUndefined();
    files.refresh();
    expect(files.find("/assets/b.css")?.headers["Content-Type"]).toMatch(/^text\/css/);
  });

  it("carry the policy, and may not be read by another origin", () => {
    const headers = new PageFiles(join(folder, "renderer")).find("/index.html")?.headers;
    expect(headers).toMatchObject({
      "Content-Security-Policy": PAGE_POLICY,
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
    });
  });
});

describe("Electron security 7: the policy", () => {
  it("allows no inline code, no eval and no other server", () => {
    expect(PAGE_POLICY).toMatch(/^default-src 'none'/);
    expect(PAGE_POLICY).not.toMatch(/unsafe|https?:|\*/);
  });
});

describe("pictures that are no file of the bundle", () => {
  it("keep a picture's type and lose every other one", () => {
    expect(resourceHeaders("image/png")["Content-Type"]).toBe("image/png");
    for (const type of ["text/html", "image/svg+xml", "text/javascript", "image/png, text/html"])
      expect(resourceHeaders(type)["Content-Type"]).toBe("application/octet-stream");
  });

  it("can do nothing when they are opened as a page", () => {
    expect(resourceHeaders("image/png")["Content-Security-Policy"]).toMatch(/'none'; sandbox/);
  });
});
