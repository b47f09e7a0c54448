import type { Notice } from "../../../shared/model/app-state.ts";
import { isSamePerson } from "./people.ts";

/** Notices of one person that may wait at a time; what is said beyond them is not kept. */
const MAX_OF_PERSON = 5;
const MAX_NOTICES = 50;

/** The very same list when there is no place for one more. */
export function withNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  const ofPerson = notices.filter(({ from }) => isSamePerson(from, notice.from));
  if (ofPerson.length >= MAX_OF_PERSON || notices.length >= MAX_NOTICES) return notices;
  return [...notices, notice];
}

/** Notices as they were kept; anything else is none. */
export function readNotices(value: unknown): readonly Notice[] {
  return Array.isArray(value) ? value.filter(isNotice).slice(0, MAX_NOTICES) : [];
}

function isNotice(value: unknown): value is Notice {
  if (typeof value !== "object" || value === null) return false;
  const { id, from, fromName, text, atMs } = value as Readonly<Record<string, unknown>>;
  return (
    [id, from, fromName, text].every((one) => typeof one === "string") && typeof atMs === "number"
  );
}
