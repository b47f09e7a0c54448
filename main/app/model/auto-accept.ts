import type { Person } from "../../../shared/model/app-state.ts";
import { offeredOctets } from "../../../shared/model/card.ts";
import type { RestRule } from "../../cpm/client.ts";
import type { BookCard } from "./card-entry.ts";
import { isDangerousFile } from "./dangerous-file.ts";

/**
 * Whether the rule of its person takes the offer as a whole: every file safe, small enough together with those that are
 * not listed yet. What only a user can
 * decide, no room or a name that is taken where the settings say no more of it, is asked.
 */
export function isTakenByRule(card: BookCard, person: Person | undefined): boolean {
  if (person?.autoAccept === undefined || person.isBlocked) return false;
  const isSafe = person.isMe || card.files.every(({ isDangerous }) => !isDangerous);
  return isSafe && offeredOctets(card) <= person.autoAccept.maxSizeOctets;
}

/** What the rule takes of the files that follow: they are no safer than the first ones because they come later. */
export function restByRule(person: Person | undefined): RestRule {
  return (files) =>
    files
      .filter(({ name, type }) => person?.isMe === true || !isDangerousFile(name, type))
      .map(({ index }) => index);
}
