import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseLink } from "../../shared/link/cpm-link.ts";
import { formatJoinLink, type JoinLink } from "../../shared/link/join-link.ts";
import { writeOwnFile } from "../compose/own-file.node.ts";
import { type CommandError, usageError } from "./exit-code.ts";

const FILE_NAME = "joined.json";
const STDIN = 0;

/** Where a link stands, because secrets never stand on the command line. */
export interface JoinFlags {
  /** A file whose first line is the link; `-` is stdin. */
  readonly joinFile?: string;
}

/** The link of `--join-file` or CPM_JOIN; undefined when neither is given. */
export function givenLink({ joinFile }: JoinFlags): JoinLink | undefined {
  const text = joinFile === undefined ? process.env["CPM_JOIN"] : readLine(joinFile);
  if (text === undefined || text === "") return undefined;
  const link = parseLink(text.trim());
  if (link.kind === "join") return link.join;
  throw badLink(joinFile === undefined ? "CPM_JOIN" : joinFile);
}

/** The account that `cpm join` put into a profile; undefined where it did not. */
export function joinedAccount(profileFolder: string): JoinLink | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(profileFolder, FILE_NAME), "utf8"));
  } catch {
    return undefined;
  }
  const text = typeof value === "object" && value !== null && "link" in value ? value.link : "";
  const link = parseLink(typeof text === "string" ? text : "");
  return link.kind === "join" ? link.join : undefined;
}

/** Only the profile's owner may read it; a command line has no keyring. */
export function keepJoined(profileFolder: string, account: JoinLink): Promise<void> {
  const link = formatJoinLink(account);
  return writeOwnFile(join(profileFolder, FILE_NAME), `${JSON.stringify({ link })}\n`);
}

function readLine(file: string): string {
  try {
    const [line = ""] = readFileSync(file === "-" ? STDIN : file, "utf8").split(/\r?\n/, 1);
    return line;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`The link in ${file} cannot be read.`, why);
  }
}

function badLink(where: string): CommandError {
  return usageError(
    `What stands in ${where} is no link to join.`,
    "It begins with cpm:join? and is one line; ask for another one.",
  );
}
