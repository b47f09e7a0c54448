import { formatAddress, formatPerson } from "../../../shared/format/person.ts";
import { printable } from "../../../shared/format/safe-text.ts";
import type { Person } from "../../../shared/model/app-state.ts";
import type { StoredPerson } from "../../base/app-store.ts";

const MAX_NAME = 100;

/**
 * One key for one person, whatever parameters their address carries. Domains have no case; users have one, so that
 * nobody becomes somebody else by writing a name differently (RFC 3261 §19.1.4).
 */
export function personKey(uri: string): string {
  const address = formatAddress(uri);
  const at = address.lastIndexOf("@");
  return at < 0
    ? address.replace(/[ ().-]/g, "")
    : address.slice(0, at) + address.slice(at).toLowerCase();
}

export function isSamePerson(a: string, b: string): boolean {
  return personKey(a) === personKey(b);
}

export function findPerson<P extends { readonly aor: string }>(
  people: readonly P[],
  uri: string,
): P | undefined {
  const key = personKey(uri);
  return people.find(({ aor }) => personKey(aor) === key);
}

/** Name to show: the user's own for the person, else what the network says, else the user part. */
export function nameOf(
  people: readonly Person[],
  uri: string,
  displayName: string | undefined,
): string {
  const known = findPerson(people, uri)?.name;
  if (known !== undefined && known !== "") return known;
  const told = displayName === undefined ? "" : safeName(displayName);
  return told === "" ? printable(formatPerson(uri)) : told;
}

export function safeName(name: string): string {
  return printable(Array.from(name).slice(0, MAX_NAME).join("")).trim();
}

/**
 * A person as an offer in either direction leaves them. Names once learned stay: a sender who calls himself by another
 * name does not become somebody whom the user trusts.
 */
export function afterOffer(
  known: StoredPerson | undefined,
  offer: { readonly uri: string; readonly displayName?: string; readonly atMs: number },
): StoredPerson {
  if (known !== undefined) return { ...known, lastMs: offer.atMs };
  const name = offer.displayName === undefined ? "" : safeName(offer.displayName);
  return {
    aor: plainAddress(offer.uri),
    name: name === "" ? printable(formatPerson(offer.uri)) : name,
    ...{ isMe: false, isBlocked: false, lastMs: offer.atMs },
  };
}

/** An address as people are kept: with its scheme, without parameters. */
export function plainAddress(uri: string): string {
  const scheme = /^(sips?|tel):/i.exec(uri)?.[1]?.toLowerCase() ?? "sip";
  return `${scheme}:${personKey(uri)}`;
}

export function shownPerson(stored: StoredPerson): Person {
  const { autoAcceptOctets, ...person } = stored;
  return {
    ...person,
    ...(autoAcceptOctets === undefined ? {} : { autoAccept: { maxSizeOctets: autoAcceptOctets } }),
  };
}

export function storedPerson(person: Person): StoredPerson {
  const { autoAccept, ...rest } = person;
  return {
    ...rest,
    ...(autoAccept === undefined ? {} : { autoAcceptOctets: autoAccept.maxSizeOctets }),
  };
}

/**
 * Everybody who is shown: the user's own address leads, it stands for the other devices.
 * @param ownName what these are called
 */
export function peopleOf(
  stored: readonly StoredPerson[],
  ownAor: string | undefined,
  ownName: string,
): readonly Person[] {
  const others = stored.filter(({ aor }) => ownAor === undefined || !isSamePerson(aor, ownAor));
  const shown = others.map(shownPerson);
  if (ownAor === undefined) return shown;
  const me: Person = { aor: ownAor, name: ownName, isMe: true, isBlocked: false };
  return [me, ...shown];
}
