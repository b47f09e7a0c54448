import type {
  DeviceRecord,
  FileState,
  HistoryEntry,
  HistoryFile,
  OfferState,
} from "../base/transfer-store.ts";

/** A row as the database gives it; nothing is known of its values. */
export type Row = Readonly<Record<string, unknown>>;

export const OFFER_STATES: Readonly<Record<OfferState, true>> = {
  offered: true,
  ringing: true,
  transferring: true,
  verified: true,
  confirmed: true,
  partly: true,
  failed: true,
  interrupted: true,
  declined: true,
  noanswer: true,
  cancelled: true,
  missed: true,
  elsewhere: true,
};

export const FILE_STATES: Readonly<Record<FileState, true>> = {
  offered: true,
  declined: true,
  transferring: true,
  complete: true,
  failed: true,
  interrupted: true,
  cancelled: true,
};

/** Offers and files in these states have not come to an end. */
export const RUNNING_STATES: readonly OfferState[] = ["offered", "ringing", "transferring"];
export const RUNNING_FILE_STATES: readonly FileState[] = ["offered", "transferring"];

/** Throws when the row is not as the schema says: the database is another program's then, or damaged. */
export function entryOf(row: Row, files: readonly HistoryFile[]): HistoryEntry {
  const direction = text(row, "direction");
  if (direction !== "outgoing" && direction !== "incoming") throw wrong("direction");
  return {
    id: text(row, "id"),
    direction,
    peer: text(row, "peer"),
    ...optional("peerName", optionalText(row, "peer_name")),
    conversationId: text(row, "conversation_id"),
    contributionId: text(row, "contribution_id"),
    startedMs: integer(row, "started_ms"),
    ...optional("endedMs", optionalInteger(row, "ended_ms")),
    state: member(OFFER_STATES, row),
    ...optional("status", optionalInteger(row, "status")),
    ...optional("reason", optionalText(row, "reason")),
    ...optional("takenBy", optionalText(row, "taken_by")),
    files,
  };
}

export function fileOf(row: Row): HistoryFile {
  const isVerified = optionalInteger(row, "is_verified");
  return {
    index: integer(row, "line"),
    name: text(row, "name"),
    ...optional("type", optionalText(row, "type")),
    sizeOctets: integer(row, "size_octets"),
    ...optional("transferId", optionalText(row, "transfer_id")),
    ...optional("sha1", optionalText(row, "sha1")),
    ...optional("sha256", optionalText(row, "sha256")),
    state: member(FILE_STATES, row),
    octets: integer(row, "octets"),
    ...optional("path", optionalText(row, "path")),
    ...optional("isVerified", isVerified === undefined ? undefined : isVerified === 1),
  };
}

export function deviceOf(row: Row): DeviceRecord {
  return {
    instanceId: text(row, "instance_id"),
    name: text(row, "name"),
    aor: text(row, "aor"),
    lastSeenMs: integer(row, "last_seen_ms"),
  };
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw wrong(column);
  return value;
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw wrong(column);
  return value;
}

export function optionalInteger(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

function member<Name extends string>(names: Readonly<Record<Name, true>>, row: Row): Name {
  const value = text(row, "state");
  // A checked border: `hasOwn` has just said that it is one of the names.
  if (Object.hasOwn(names, value)) return value as Name;
  throw wrong("state");
}

/** A property only where there is a value: `undefined` and absent are different things to the type checker. */
export function optional<Name extends string, T>(
  name: Name,
  value: T | undefined,
): { readonly [key in Name]?: T } {
  // The computed key widens to string; Name is what it is.
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]: T });
}

export function wrong(column: string): Error {
  return Object.assign(new Error(`unexpected value in column ${column}`), { code: "ERR_ROW" });
}
