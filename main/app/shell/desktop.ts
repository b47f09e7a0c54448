import { spawn } from "node:child_process";
import {
  app,
  type BrowserWindow,
  clipboard,
  dialog,
  type OpenDialogOptions,
  shell,
} from "electron";
import type { AppEvents } from "../../../shared/ipc/contract.ts";
import { VERSION } from "../../compose/version.ts";
import type { DesktopPort } from "../ports.ts";
import { type Said, said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { readClipboard } from "./clipboard-content.ts";
import { dragIcon } from "./icons.ts";
import { asker } from "./ipc-border.ts";
import { decryptSecret, encryptSecret } from "./secrets.ts";

/** What the desktop needs of the windows; they come after the engine that asks for it. */
export interface DesktopWindows {
  /** The window that asks, else the main one. */
  dialogParent(): BrowserWindow | undefined;
  fitPrompt(heightPx: number): void;
  showMain(what: AppEvents["window.show"]): void;
  answerQuit(how: "whenDone" | "now" | "stay"): void;
}

/** The engine's desktop, by Electron. */
export function electronDesktop(windows: DesktopWindows, words: CurrentWords): DesktopPort {
  const say = (phrase: Said): string => words().say(phrase);
  return {
    runtime: `Electron ${process.versions.electron}`,
    version: VERSION,
    platform: platformOf(process.platform),
    locale: app.getLocale(),
    downloadsFolder: app.getPath("downloads"),
    chooseFiles: (kind) =>
      choosePaths(windows, {
        title:
          kind === "files"
            ? say(said("shell.dialog.chooseFiles"))
            : say(said("shell.dialog.chooseFolderToSend")),
        properties:
          kind === "files"
            ? ["openFile", "multiSelections", "dontAddToRecent"]
            : ["openDirectory", "multiSelections", "dontAddToRecent"],
      }),
    chooseFolder: async (current) => {
      const [folder] = await choosePaths(windows, {
        title: say(said("shell.dialog.chooseFolder")),
        properties: ["openDirectory", "createDirectory", "dontAddToRecent"],
        ...(current === undefined ? {} : { defaultPath: current }),
      });
      return folder;
    },
    locateFile: async (name, folder) => {
      const [path] = await choosePaths(windows, {
        title: say(said("shell.dialog.findFile", { file: name })),
        properties: ["openFile", "dontAddToRecent"],
        defaultPath: folder,
      });
      return path;
    },
    chooseSavePath: (suggestedName) =>
      chooseSavePath(windows, suggestedName, say(said("shell.dialog.saveAs"))),
    openPath: async (path) => {
      const why = await shell.openPath(path);
      return why === "" ? undefined : why;
    },
    reveal: (path) => {
      shell.showItemInFolder(path);
    },
    trash: (path) => shell.trashItem(path),
    startDrag: (path) => {
      asker.getStore()?.startDrag({ file: path, icon: dragIcon() });
    },
    readClipboard,
    writeClipboard: (text) => clipboard.writeText(text),
    encrypt: encryptSecret,
    decrypt: decryptSecret,
    openInstance,
    fitPrompt: (heightPx) => {
      windows.fitPrompt(heightPx);
    },
    showMainWindow: (what) => {
      windows.showMain(what);
    },
    answerQuit: (how) => {
      windows.answerQuit(how);
    },
  };
}

function platformOf(platform: NodeJS.Platform): DesktopPort["platform"] {
  return platform === "darwin" || platform === "win32" ? platform : "linux";
}

async function choosePaths(
  windows: DesktopWindows,
  options: OpenDialogOptions,
): Promise<readonly string[]> {
  const parent = windows.dialogParent();
  const { filePaths } =
    parent === undefined
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(parent, options);
  return filePaths;
}

async function chooseSavePath(
  windows: DesktopWindows,
  suggestedName: string,
  title: string,
): Promise<string | undefined> {
  const parent = windows.dialogParent();
  const options = { title, defaultPath: suggestedName };
  const { canceled, filePath } =
    parent === undefined
      ? await dialog.showSaveDialog(options)
      : await dialog.showSaveDialog(parent, options);
  return canceled || filePath === "" ? undefined : filePath;
}

/** This program as a command: executable, and in a checkout the folder that it runs. */
export function ownCommand(): readonly [string, ...string[]] {
  const program = app.isPackaged ? [] : [app.getAppPath()];
  // Chromium's sandbox can not be had by root, and then not by the next instance either.
  const sandbox = app.commandLine.hasSwitch("no-sandbox") ? ["--no-sandbox"] : [];
  return [process.execPath, ...sandbox, ...program];
}

function openInstance(args: readonly string[]): void {
  const [executable, ...program] = ownCommand();
  const child = spawn(executable, [...program, ...args], { detached: true, stdio: "ignore" });
  child.unref();
}
