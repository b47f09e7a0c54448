import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { PageLink } from "./page-link.ts";
import type { Records } from "./records.ts";
import { strict } from "./strict.ts";

interface DialogWindow {
  readonly webContents: { withPage<T>(task: (link: PageLink) => Promise<T>): Promise<T> };
}

export interface DialogPorts {
  readonly records: Records;
  downloads(): string;
  focusedWindow(): DialogWindow | undefined;
  /** Throws before `ready`. */
  assertReady(): void;
}

export interface HostDialog {
  showOpenDialog(...args: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }>;
  showSaveDialog(...args: unknown[]): Promise<{ canceled: boolean; filePath: string }>;
  showMessageBox(...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }>;
  showErrorBox(title: string, content: string): void;
}

/** A file field of its own, which never is in the page, opens Chromium's chooser. */
const CHOOSE = `new Promise((resolve) => {
  const field = Object.assign(document.createElement("input"), OPTIONS);
  field.addEventListener("change", () => resolve([...field.files]));
  field.addEventListener("cancel", () => resolve([]));
  field.click();
})`;

/** Electron's dialogs take their window, or leave it out. */
function split(args: unknown[]): {
  readonly window: DialogWindow | undefined;
  readonly options: unknown;
} {
  const [first, second] = args;
  return second === undefined
    ? { window: undefined, options: first ?? {} }
    : { window: first as DialogWindow, options: second };
}

async function choose(link: PageLink, options: Electron.OpenDialogOptions): Promise<string[]> {
  const properties = options.properties ?? ["openFile"];
  const isFolder = properties.includes("openDirectory") && !properties.includes("openFile");
  const extensions = (options.filters ?? []).flatMap((filter) => filter.extensions);
  const accept = extensions.includes("*") ? "" : extensions.map((one) => `.${one}`).join(",");
  const multiple = properties.includes("multiSelections");
  const field = { type: "file", multiple, webkitdirectory: isFolder, accept };
  const expression = CHOOSE.replace("OPTIONS", JSON.stringify(field));
  const { objectId = "" } = await link.evaluateIsolated(expression, true);
  const { result } = await link.session.send("Runtime.getProperties", {
    objectId,
    ownProperties: true,
  });
  const files = result.filter(({ name }) => /^\d+$/.test(name));
  const paths = await Promise.all(
    files.map(async ({ value }) => {
      const id = value?.objectId ?? "";
      const path = await link.pathOf(id);
      return isFolder ? folderOf(link, id, path) : path;
    }),
  );
  return [...new Set(paths)];
}

/** Chromium names the files of a chosen folder; the folder is what is above their common part. */
async function folderOf(link: PageLink, objectId: string, path: string): Promise<string> {
  const { result } = await link.session.send("Runtime.callFunctionOn", {
    objectId,
    functionDeclaration: "function () { return this.webkitRelativePath; }",
    returnByValue: true,
  });
  const depth = String(result.value).split("/").length - 1;
  return Array.from({ length: depth }).reduce<string>((above) => dirname(above), path);
}

function unusedPath(folder: string, name: string): string {
  const extension = extname(name);
  const stem = basename(name, extension);
  let path = join(folder, name);
  for (let i = 1; existsSync(path); i++) {
    path = join(folder, `${stem} (${i})${extension}`);
  }
  return path;
}

/** `dialog`. Only the choice of files is a real one; tests replace the functions, as they do on Electron. */
export function createDialog(ports: DialogPorts): HostDialog {
  const { records } = ports;
  return strict("dialog", {
    async showOpenDialog(...args: unknown[]) {
      ports.assertReady();
      const { window, options } = split(args);
      const parent = window ?? ports.focusedWindow();
      const filePaths =
        parent === undefined
          ? []
          : await parent.webContents.withPage((link) =>
              choose(link, options as Electron.OpenDialogOptions),
            );
      return { canceled: filePaths.length === 0, filePaths };
    },
    /** There is no chooser for a new file: the proposed name, in the folder for downloads, never over a file. */
    async showSaveDialog(...args: unknown[]) {
      ports.assertReady();
      await Promise.resolve();
      const options = split(args).options as Electron.SaveDialogOptions;
      const name = basename(options.defaultPath ?? "file");
      return { canceled: false, filePath: unusedPath(ports.downloads(), name) };
    },
    /** Answered with the button that changes nothing. */
    async showMessageBox(...args: unknown[]) {
      ports.assertReady();
      await Promise.resolve();
      const options = split(args).options as Electron.MessageBoxOptions;
      records.messageBoxes.push(options);
      const { cancelId, defaultId, checkboxChecked = false } = options;
      const response = cancelId ?? defaultId ?? 0;
      return { response, checkboxChecked };
    },
    showErrorBox(title: string, content: string) {
      records.errorBoxes.push({ title, content });
      process.stderr.write(`${title}: ${content}\n`);
    },
  });
}
