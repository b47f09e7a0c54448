import { strict, strictClass } from "./strict.ts";

type Content = string | Electron.ClipboardBookmark | Blob | Promise<Blob | string>;

export class HostClipboardItem {
  readonly types: string[];
  readonly #items: Record<string, Content>;

  constructor(items: Record<string, Content>) {
    this.#items = items;
    this.types = Object.keys(items);
  }

  async getType(type: string): Promise<Blob | Electron.ClipboardBookmark> {
    const item = await this.#items[type];
    if (item === undefined) {
      throw new Error(`The type '${type}' was not found`);
    }
    return typeof item === "string" ? new Blob([item], { type }) : item;
  }
}

strictClass("ClipboardItem", HostClipboardItem);

export interface HostClipboard {
  readText(): Promise<string>;
  writeText(text: string): Promise<void>;
  read(): Promise<HostClipboardItem[]>;
  write(items: HostClipboardItem[]): Promise<void>;
  has(mimetype: string): Promise<boolean>;
  clear(): void;
}

/** A clipboard of the application alone: Chromium gives the system's only to a page that the user has touched. */
export function createClipboard(path = "clipboard"): HostClipboard {
  let content: HostClipboardItem[] = [];
  return strict(path, {
    async readText() {
      const item = content.find(({ types }) => types.includes("text/plain"));
      const blob = await item?.getType("text/plain");
      return blob instanceof Blob ? blob.text() : "";
    },
    async writeText(text: string) {
      content = [new HostClipboardItem({ "text/plain": text })];
      await Promise.resolve();
    },
    read: () => Promise.resolve([...content]),
    async write(items: HostClipboardItem[]) {
      content = [...items];
      await Promise.resolve();
    },
    has: (mimetype: string) =>
      Promise.resolve(content.some(({ types }) => types.includes(mimetype))),
    clear() {
      content = [];
    },
  });
}
