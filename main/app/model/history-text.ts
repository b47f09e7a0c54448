import type { Card } from "../../../shared/model/card.ts";

const COLUMNS = [
  "started",
  "ended",
  "direction",
  "person",
  "address",
  "result",
  "device",
  "file",
  "octets",
  "file result",
  "hash",
  "path",
  "message",
] as const;

/** One line for each file, with a line of names first (RFC 4180). */
export function cardsAsCsv(cards: readonly Card[]): string {
  const rows = cards.flatMap((card) =>
    card.files.map((file) => [
      time(card.startedMs),
      time(card.endedMs),
      card.direction,
      card.peerName,
      card.peer,
      card.state,
      card.device ?? "",
      file.name,
      String(file.sizeOctets),
      file.state,
      file.hash ?? "",
      file.path ?? "",
      card.text ?? "",
    ]),
  );
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

export function cardsAsJson(cards: readonly Card[]): string {
  return `${JSON.stringify(cards, undefined, 2)}\n`;
}

/** A peer's words begin no formula in a spreadsheet. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function time(ms: number | undefined): string {
  return ms === undefined ? "" : new Date(ms).toISOString();
}
