import { type ClipboardItem, clipboard } from "electron";
import type { ClipboardContent } from "../ports.ts";
import { filePaths } from "./uri-list.ts";

type Item = Pick<ClipboardItem, "types" | "getType">;

const MAX_TEXT = 10_000_000;

/** Files, else an image as PNG, else text: what the user most likely means by "paste". */
export async function readClipboard(): Promise<ClipboardContent> {
  for (const item of await clipboard.read()) {
    const content = (await filesOf(item)) ?? (await imageOf(item)) ?? (await plainTextOf(item));
    if (content !== undefined) return content;
  }
  return { kind: "nothing" };
}

async function filesOf(item: Item): Promise<ClipboardContent | undefined> {
  const paths = filePaths(await textOf(item, "text/uri-list"));
  return paths.length === 0 ? undefined : { kind: "files", paths };
}

async function imageOf(item: Item): Promise<ClipboardContent | undefined> {
  if (!item.types.includes("image/png")) return undefined;
  const blob = await item.getType("image/png");
  const png = new Uint8Array(await blob.arrayBuffer());
  return png.length === 0 ? undefined : { kind: "image", png };
}

async function plainTextOf(item: Item): Promise<ClipboardContent | undefined> {
  const text = await textOf(item, "text/plain");
  return text === "" ? undefined : { kind: "text", text };
}

async function textOf(item: Item, type: "text/uri-list" | "text/plain"): Promise<string> {
  if (!item.types.includes(type)) return "";
  const blob = await item.getType(type);
  return blob.size <= MAX_TEXT ? await blob.text() : "";
}
