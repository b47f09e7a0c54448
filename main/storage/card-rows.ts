import { isCardFileState, isCardState } from "../../shared/model/card.ts";
import type { CardDetails, CardFileDetails, StoredPerson } from "../base/app-store.ts";
import { integer, optional, optionalInteger, optionalText, type Row, text, wrong } from "./rows.ts";

/** Throws when the row is not as the schema says, like everything in `rows.ts`. */
export function cardOf(row: Row, files: readonly CardFileDetails[]): CardDetails {
  const state = text(row, "state");
  if (!isCardState(state)) throw wrong("state");
  const code = optionalText(row, "problem_code");
  return {
    id: text(row, "offer_id"),
    state,
    ...optional("text", optionalText(row, "text")),
    ...optional("folder", optionalText(row, "folder")),
    ...optional("device", optionalText(row, "device")),
    ...optional("seenMs", optionalInteger(row, "seen_ms")),
    ...claim("isLostRace", row, "is_lost_race"),
    ...claim("isSilenced", row, "is_silenced"),
    ...claim("isAutoAccepted", row, "is_auto_accepted"),
    ...claim("isDismissed", row, "is_dismissed"),
    ...optional("group", optionalText(row, "offer_group")),
    ...announced(row),
    ...(code === undefined
      ? {}
      : {
          problem: {
            code,
            message: text(row, "problem_message"),
            action: text(row, "problem_action"),
            ...optional("status", optionalInteger(row, "problem_status")),
          },
        }),
    files,
  };
}

export function cardFileOf(row: Row): CardFileDetails {
  const state = text(row, "state");
  if (!isCardFileState(state)) throw wrong("state");
  return {
    index: integer(row, "line"),
    state,
    octets: integer(row, "octets"),
    ...optional("path", optionalText(row, "path")),
    ...optional("hash", optionalText(row, "hash")),
    ...optional("offeredHash", optionalText(row, "offered_hash")),
    ...optional("reason", optionalText(row, "reason")),
  };
}

export function personOf(row: Row): StoredPerson {
  return {
    aor: text(row, "aor"),
    name: text(row, "name"),
    isMe: integer(row, "is_me") === 1,
    isBlocked: integer(row, "is_blocked") === 1,
    ...optional("autoAcceptOctets", optionalInteger(row, "auto_accept_octets")),
    ...optional("lastMs", optionalInteger(row, "last_ms")),
  };
}

function announced(row: Row): Pick<CardDetails, "series"> {
  const files = optionalInteger(row, "announced_files");
  const octets = optionalInteger(row, "announced_octets");
  return files === undefined || octets === undefined ? {} : { series: { files, octets } };
}

/** Present only where it is true, as cards have it. */
function claim<Name extends string>(
  name: Name,
  row: Row,
  column: string,
): { readonly [key in Name]?: boolean } {
  return optional(name, integer(row, column) === 1 ? true : undefined);
}
