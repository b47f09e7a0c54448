import type { Card } from "../../../shared/model/card.ts";

/** A card as lines to paste into a question to somebody else; not for the screen, so in no language. */
export function detailsText(card: Card): string {
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ["id", card.id],
    ["direction", card.direction],
    ["peer", card.peer],
    ["state", card.state],
    ["started", iso(card.startedMs)],
    ["ended", iso(card.endedMs)],
    ["seen", iso(card.seenMs)],
    ["device", card.device],
    ["encrypted", card.isEncrypted === true ? "this device's connection" : undefined],
    ["problem", card.problem?.code],
    ["status", card.problem?.status],
    ["message", card.problem?.message],
  ];
  const files = card.files.map((file) =>
    [
      `file ${file.index}`,
      file.name,
      file.type,
      `${file.octets}/${file.sizeOctets}`,
      file.state,
      file.hash ?? "",
      file.reason ?? "",
    ]
      .join("\t")
      .trimEnd(),
  );
  return [
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}\t${String(value)}`])),
    ...files,
  ].join("\n");
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
