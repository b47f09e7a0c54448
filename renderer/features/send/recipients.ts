import { readAddress } from "../../../shared/format/address.ts";
import { formatAddress, formatPerson } from "../../../shared/format/person.ts";
import type { AppState, Person } from "../../../shared/model/app-state.ts";
import type { Recipient } from "./compose.ts";

export interface RecipientChoice extends Recipient {
  /** The address as people write it. */
  readonly address: string;
  /** `self`: the user's other devices. `typed`: nobody we know, but what was typed is an address. */
  readonly kind: "person" | "network" | "self" | "typed";
}

export interface KnownPeople extends Pick<AppState, "people" | "devices" | "suggestions"> {
  readonly account?: AppState["account"] | undefined;
}

/** The domain that stands in where only a name is typed. */
export function ownDomain(account: AppState["account"]): string | undefined {
  return account === undefined ? undefined : /@([^:;]+)/.exec(account.aor)?.[1];
}

/** Everybody who can be offered something without typing an address, the latest first. */
export function knownRecipients(known: KnownPeople, selfName: string): readonly RecipientChoice[] {
  const people = known.people
    .filter(({ isBlocked, aor }) => !isBlocked && aor !== known.account?.aor)
    .toSorted(byLatest)
    .map((person) => choice(person.aor, person.name, "person"));
  const taken = new Set(known.people.map(({ aor }) => aor));
  const network = known.suggestions
    .filter(({ aor }) => !taken.has(aor) && aor !== known.account?.aor)
    .map(({ aor, name }) => choice(aor, name, "network"));
  return [...people, ...network, ...ownDevices(known, selfName)];
}

function ownDevices(known: KnownPeople, selfName: string): readonly RecipientChoice[] {
  const hasOthers = known.devices.some(({ isThisDevice }) => !isThisDevice);
  if (known.account === undefined || !hasOthers) return [];
  return [choice(known.account.aor, selfName, "self")];
}

function choice(aor: string, name: string, kind: RecipientChoice["kind"]): RecipientChoice {
  return { aor, name: name === "" ? formatPerson(aor) : name, address: formatAddress(aor), kind };
}

function byLatest(a: Person, b: Person): number {
  return (b.lastMs ?? 0) - (a.lastMs ?? 0) || a.name.localeCompare(b.name);
}

/**
 * What the field offers for the text in it, best first; those chosen already are left out. What was typed is itself an
 * offer where it is an address, first when it is a whole one.
 */
export function suggestRecipients(
  text: string,
  known: readonly RecipientChoice[],
  options: { readonly chosen: readonly Recipient[]; readonly domain: string | undefined },
): readonly RecipientChoice[] {
  const chosen = new Set(options.chosen.map(({ aor }) => aor));
  const free = known.filter(({ aor }) => !chosen.has(aor));
  const query = text.trim().toLowerCase();
  if (query === "") return free;
  const matches = free
    .map((entry) => ({ entry, score: scoreOf(entry, query) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
  const typed = readAddress(text, options.domain);
  if (typed === undefined || chosen.has(typed) || matches.some(({ aor }) => aor === typed)) {
    return matches;
  }
  const own = known.find(({ aor }) => aor === typed) ?? choice(typed, "", "typed");
  return isWhole(text) ? [own, ...matches] : [...matches, own];
}

function scoreOf({ name, address }: RecipientChoice, query: string): number {
  const lower = name.toLowerCase();
  if (lower === query || address.toLowerCase() === query) return 4;
  if (lower.startsWith(query)) return 3;
  if (lower.split(/[\s-]+/).some((word) => word.startsWith(query))) return 2;
  if (address.toLowerCase().startsWith(query)) return 2;
  // Within an address only the user part: half a network shares the rest.
  const user = address.toLowerCase().split("@", 1)[0] ?? "";
  return lower.includes(query) || user.includes(query) ? 1 : 0;
}

/** Nobody types a whole address to find a name. */
function isWhole(text: string): boolean {
  return /^(?:sips?:|tel:|\+)|@./i.test(text.trim());
}

export type ReadRecipients = {
  readonly found: readonly RecipientChoice[];
  /** What is no address of anybody, as typed. */
  readonly rest: string;
};

/** Several at once, as pasted from a mail: separated by comma, semicolon or line. */
export function readRecipients(
  text: string,
  known: readonly RecipientChoice[],
  domain: string | undefined,
): ReadRecipients {
  const found: RecipientChoice[] = [];
  const rest: string[] = [];
  for (const part of text.split(/[,;\n]/).map((piece) => piece.trim())) {
    if (part === "") continue;
    const one = readOne(part, known, domain);
    if (one === undefined) rest.push(part);
    else if (!found.some(({ aor }) => aor === one.aor)) found.push(one);
  }
  return { found, rest: rest.join(", ") };
}

function readOne(
  text: string,
  known: readonly RecipientChoice[],
  domain: string | undefined,
): RecipientChoice | undefined {
  const lower = text.toLowerCase();
  const byName = known.filter(({ name }) => name.toLowerCase() === lower);
  if (byName.length === 1) return byName[0];
  const aor = readAddress(text, domain);
  if (aor === undefined) return undefined;
  return known.find((entry) => entry.aor === aor) ?? choice(aor, "", "typed");
}
