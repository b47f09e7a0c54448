import type { Messages } from "../i18n/messages.ts";

export type CommandScope = "anywhere" | "offer" | "card";

/** What keys, menus, tooltips, the palette and the sheet of shortcuts know of a command. */
export interface CommandSpec {
  readonly id: CommandId;
  readonly label: `commands.${Exclude<keyof Messages["commands"], "groups">}`;
  /** As `features/keyboard/shortcut.ts` reads them; the first is the one that is shown. */
  readonly keys: readonly string[];
  readonly scope: CommandScope;
  /** Not offered by the palette: it needs something that has the focus. */
  readonly isLocal?: boolean;
}

export type CommandId = keyof typeof TABLE;

type Row = Omit<CommandSpec, "id">;

const TABLE = {
  newOffer: row("commands.newOffer", ["Mod+N"]),
  chooseFiles: row("commands.chooseFiles", ["Mod+O"]),
  paste: row("commands.paste", ["Mod+V"]),
  palette: row("commands.palette", ["Mod+K"]),
  search: row("commands.search", ["Mod+F"]),
  focusOffer: row("commands.focusOffer", ["Mod+I"]),
  pageSend: row("commands.pageSend", ["Mod+1"]),
  pageTransfers: row("commands.pageTransfers", ["Mod+2"]),
  pageHistory: row("commands.pageHistory", ["Mod+3"]),
  pagePeople: row("commands.pagePeople", ["Mod+4"]),
  pageDevices: row("commands.pageDevices", ["Mod+5"]),
  settings: row("commands.settings", ["Mod+,", "Mod+6"]),
  shortcuts: row("commands.shortcuts", ["?"]),
  nextRegion: row("commands.nextRegion", ["F6"]),
  previousRegion: row("commands.previousRegion", ["Shift+F6"]),
  reconnect: row("commands.reconnect", []),
  joinNearby: row("commands.joinNearby", []),
  shareNearby: row("commands.shareNearby", []),
  doNotDisturb: row("commands.doNotDisturb", []),
  pauseAll: row("commands.pauseAll", []),
  resumeAll: row("commands.resumeAll", []),
  offerTick: local("commands.offerTick", ["Space"], "offer"),
  offerAll: local("commands.offerAll", ["A"], "offer"),
  offerNone: local("commands.offerNone", ["0"], "offer"),
  offerAccept: local("commands.offerAccept", ["Mod+Enter"], "offer"),
  offerDecline: local("commands.offerDecline", ["Mod+Backspace"], "offer"),
  offerLeave: local("commands.offerLeave", ["Escape"], "offer"),
  cardPause: local("commands.cardPause", ["Space"], "card"),
  cardRemove: local("commands.cardRemove", ["Delete"], "card"),
  cardRetry: local("commands.cardRetry", ["R"], "card"),
  cardOpen: local("commands.cardOpen", ["Enter"], "card"),
  cardReveal: local("commands.cardReveal", ["Shift+Enter"], "card"),
} as const satisfies Record<string, Row>;

function row(label: Row["label"], keys: readonly string[]): Row {
  return { label, keys, scope: "anywhere" };
}

function local(label: Row["label"], keys: readonly string[], scope: CommandScope): Row {
  return { label, keys, scope, isLocal: true };
}

export const COMMANDS: readonly CommandSpec[] = Object.entries(TABLE).map(([id, spec]) => ({
  ...spec,
  // The keys of the table are the ids.
  id: id as CommandId,
}));

export function commandOf(id: CommandId): CommandSpec {
  return { ...TABLE[id], id };
}
