import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPackage } from "@electron/asar";
import { FuseState, FuseV1Options, getCurrentFuseWire } from "@electron/fuses";

/** Where Electron's binary keeps its fuses: this text, the version 1, their count, and an ASCII digit for each. */
const SENTINEL = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
const FUSES = 9;
const ON = "1".charCodeAt(0);
const OFF = "0".charCodeAt(0);

/** An unpacked Electron with all that packaging looks at, and nothing that runs. Fuses stand as Electron ships them. */
export async function fakeElectron(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cpm-fake-electron-"));
  const shipped = [ON, OFF, ON, ON, OFF, OFF, OFF, ON, ON];
  const wire = Buffer.from([1, FUSES, ...shipped]);
  await writeFile(
    join(folder, "electron"),
    Buffer.concat([Buffer.from(`no program ${SENTINEL}`), wire, Buffer.from(" more of it")]),
  );
  await chmod(join(folder, "electron"), 0o755);
  await writeFile(join(folder, "chrome-sandbox"), "no sandbox");
  await writeFile(join(folder, "version"), version);
  await writeFile(join(folder, "LICENSE"), "a licence");
  await writeFile(join(folder, "LICENSES.chromium.html"), "licences");
  await mkdir(join(folder, "locales"));
  await writeFile(join(folder, "locales", "en-US.pak"), "");
  const app = join(folder, "default-app");
  await mkdir(app);
  await writeFile(join(app, "main.js"), "");
  await mkdir(join(folder, "resources"));
  await createPackage(app, join(folder, "resources", "default_app.asar"));
  return folder;
}

/** Fuses of the executable that are on, by their names. */
export async function fusesThatAreOn(executable: string): Promise<readonly string[]> {
  const wire = await getCurrentFuseWire(executable);
  const options = Object.entries(FuseV1Options).filter(([, index]) => typeof index === "number");
  const on = options.filter(([, index]) => wire[index as FuseV1Options] === FuseState.ENABLE); // numbers only, see above
  return on.map(([name]) => name).sort();
}
