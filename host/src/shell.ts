import { spawn } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Records } from "./records.ts";
import { strict } from "./strict.ts";

type Shell = Pick<
  Electron.Shell,
  "beep" | "openExternal" | "openPath" | "showItemInFolder" | "trashItem"
>;

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
  linux: ["xdg-open"],
};

function openWithDesktop(target: string): Promise<void> {
  const [command = "xdg-open", ...args] = OPENERS[process.platform] ?? [];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, target], { stdio: "ignore", detached: true });
    child.once("error", reject);
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
  });
}

/** The wastebasket of freedesktop.org: the file, and a note of where it was. */
function moveToTrash(path: string): void {
  const data = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  const trash = join(data, "Trash");
  mkdirSync(join(trash, "files"), { recursive: true, mode: 0o700 });
  mkdirSync(join(trash, "info"), { recursive: true, mode: 0o700 });
  const name = `${basename(path)}.${Date.now()}`;
  const info = `[Trash Info]\nPath=${encodeURI(path)}\nDeletionDate=${new Date().toISOString().slice(0, 19)}\n`;
  writeFileSync(join(trash, "info", `${name}.trashinfo`), info, { flag: "wx" });
  renameSync(path, join(trash, "files", name));
}

/** `shell`: on a display the desktop opens it, without one it is recorded only. */
export function createShell(records: Records, isHeadless: boolean): Shell {
  return strict("shell", {
    beep() {
      records.beeps += 1;
    },
    async openExternal(url: string) {
      records.opened.push(url);
      if (!isHeadless) {
        await openWithDesktop(url);
      }
    },
    async openPath(path: string) {
      records.opened.push(path);
      if (isHeadless) {
        return "";
      }
      return openWithDesktop(path).then(
        () => "",
        (error: unknown) => String(error),
      );
    },
    showItemInFolder(path: string) {
      records.shown.push(path);
      if (!isHeadless) {
        openWithDesktop(dirname(path)).catch(() => undefined);
      }
    },
    async trashItem(path: string) {
      await Promise.resolve();
      moveToTrash(path);
      records.trashed.push(path);
    },
  });
}
