import { existsSync } from "node:fs";
import { formatAddress } from "../../shared/format/person.ts";
import { countOf } from "../../shared/format/plural.ts";
import { printable } from "../../shared/format/safe-text.ts";
import { formatSize } from "../../shared/format/size.ts";
import type { HistoryEntry } from "../base/transfer-store.ts";
import { profileName } from "../compose/profile.node.ts";
import { openStore } from "../storage/store.node.ts";
import { CommandError, EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";

export interface HistoryFlags {
  readonly profile: string;
  readonly json?: boolean;
}

/** `cpm history`: the offers of a profile, newest first. */
export function runHistoryCommand(flags: HistoryFlags): ExitCode {
  const output = new Output({ isJson: flags.json === true, profile: profileName(flags.profile) });
  if (!existsSync(flags.profile)) {
    throw usageError(`There is no profile ${flags.profile}.`, "Check --profile.");
  }
  const store = openStore(flags.profile);
  if (!store.ok) throw storeError(store.error.message);
  const entries = store.value.list({ limit: 1000 });
  store.value.close();
  if (!entries.ok) throw storeError(entries.error.message);
  for (const entry of entries.value) {
    output.event("history", { ...entry });
    output.say(entryText(entry));
  }
  if (entries.value.length === 0) output.hint("No offers yet.");
  return EXIT.done;
}

function storeError(message: string): CommandError {
  return new CommandError(EXIT.internal, message, { code: "storage", action: "" });
}

function entryText(entry: HistoryEntry): string {
  const { direction, peer, startedMs, state, files } = entry;
  const when = new Date(startedMs).toISOString().replace("T", " ").slice(0, 19);
  const way = direction === "outgoing" ? "to" : "from";
  const names = files.map(
    (file) => `\n    ${printable(file.name)} (${formatSize(file.sizeOctets)}): ${file.state}`,
  );
  const who = printable(formatAddress(peer));
  return `${when}  ${countOf(files.length, "file")} ${way} ${who}: ${state}${names.join("")}`;
}
