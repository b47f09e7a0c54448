import { renameSync } from "node:fs";
import { basename, join } from "node:path";
import type { ClipboardContent, DesktopPort } from "../../main/app/ports.ts";

/** A desktop without a screen: remembers what it was asked to do, and answers as the test says. */
export class FakeDesktop implements DesktopPort {
  readonly runtime = "test";
  readonly version = "0.0.0";
  readonly platform = "linux";
  readonly locale = "en";
  readonly downloadsFolder: string;
  /** Paths that were opened, shown, dragged or put into the bin, in order. */
  readonly done: { readonly what: string; readonly path: string }[] = [];
  readonly instances: (readonly string[])[] = [];
  readonly quits: string[] = [];
  copied = "";
  clipboard: ClipboardContent = { kind: "nothing" };
  chosen: readonly string[] = [];
  savePath: string | undefined;
  located: string | undefined;
  /** The system has nothing that opens files. */
  openRefusal: string | undefined;
  hasBin = true;
  isKeyringThere = true;
  readonly #bin: string;

  constructor(downloadsFolder: string, bin: string) {
    this.downloadsFolder = downloadsFolder;
    this.#bin = bin;
  }

  chooseFiles(): Promise<readonly string[]> {
    return Promise.resolve(this.chosen);
  }

  chooseFolder(): Promise<string | undefined> {
    return Promise.resolve(this.chosen[0]);
  }

  chooseSavePath(): Promise<string | undefined> {
    return Promise.resolve(this.savePath);
  }

  locateFile(): Promise<string | undefined> {
    return Promise.resolve(this.located);
  }

  openPath(path: string): Promise<string | undefined> {
    this.done.push({ what: "open", path });
    return Promise.resolve(this.openRefusal);
  }

  reveal(path: string): void {
    this.done.push({ what: "reveal", path });
  }

  trash(path: string): Promise<void> {
    if (!this.hasBin) return Promise.reject(new Error("no bin here"));
    this.done.push({ what: "trash", path });
    renameSync(path, join(this.#bin, `${String(this.done.length)}-${basename(path)}`));
    return Promise.resolve();
  }

  startDrag(path: string): void {
    this.done.push({ what: "drag", path });
  }

  readClipboard(): Promise<ClipboardContent> {
    return Promise.resolve(this.clipboard);
  }

  writeClipboard(text: string): Promise<void> {
    this.copied = text;
    return Promise.resolve();
  }

  encrypt(secret: string): Promise<{ readonly bytes: Uint8Array; readonly isWeak: boolean }> {
    return Promise.resolve({ bytes: Buffer.from(secret).map(flip), isWeak: !this.isKeyringThere });
  }

  decrypt(bytes: Uint8Array): Promise<string | undefined> {
    return Promise.resolve(
      this.isKeyringThere ? Buffer.from(bytes.map(flip)).toString("utf8") : undefined,
    );
  }

  openInstance(args: readonly string[]): void {
    this.instances.push(args);
  }

  fitPrompt(): void {
    // There is no prompt.
  }

  showMainWindow(what: { readonly page?: string }): void {
    this.done.push({ what: "show", path: what.page ?? "" });
  }

  answerQuit(how: string): void {
    this.quits.push(how);
  }
}

function flip(octet: number): number {
  return octet ^ 0x55;
}
