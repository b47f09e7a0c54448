import { formatAddress } from "../../../shared/format/person.ts";
import type { Card, CardFile } from "../../../shared/model/card.ts";

/** Whether it lies on this device, as far as anybody has looked. */
export function isThere({ path, isGone }: CardFile): boolean {
  return path !== undefined && isGone !== true;
}

export function goneCount(card: Card): number {
  return card.files.filter(({ isGone }) => isGone === true).length;
}

/** What "Copy details" puts on the clipboard: plain lines that a colleague or an issue can use. */
export function cardDetails(card: Card): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["id", card.id],
    ["direction", card.direction],
    ["peer", `${card.peerName} <${formatAddress(card.peer)}>`],
    ["state", card.state],
    ["device", card.device],
    ["started", new Date(card.startedMs).toISOString()],
    ["ended", card.endedMs === undefined ? undefined : new Date(card.endedMs).toISOString()],
    ["opened there", card.seenMs === undefined ? undefined : new Date(card.seenMs).toISOString()],
    ["message", card.text],
    ["problem", card.problem?.message],
    ["code", card.problem?.code],
    ["status", card.problem?.status?.toString()],
    ...card.files.map(
      (file) =>
        [
          `file ${file.index}`,
          [file.name, `${file.sizeOctets} bytes`, file.state, file.hash, file.path]
            .filter((part) => part !== undefined)
            .join(" · "),
        ] as const,
    ),
  ];
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value ?? ""}`)
    .join("\n");
}
