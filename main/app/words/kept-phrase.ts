import { english } from "./catalogue.ts";
import type { Phrase, PhraseKey, PhraseValue, Said } from "./phrase.ts";
import { said } from "./phrase.ts";

/** A sentence as the history keeps it, so that it is shown in the language of its reader. */
export function keptPhrase(phrase: Phrase): string {
  return typeof phrase === "string" ? phrase : JSON.stringify(phrase);
}

/** What `keptPhrase` has written; any other text is a sentence as it stands, of an earlier version. */
export function readPhrase(text: string): Phrase {
  if (!text.startsWith('{"key":')) return text;
  const read = parsed(text);
  return isSaid(read) ? read : said("problems.otherVersion");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isSaid(value: unknown): value is Said {
  if (!isRecord(value)) return false;
  const { key, values = {} } = value;
  return isKey(key) && isRecord(values) && Object.values(values).every(isValue);
}

function isKey(key: unknown): key is PhraseKey {
  if (typeof key !== "string") return false;
  let at: unknown = english;
  for (const part of key.split(".")) {
    if (!isRecord(at) || !Object.hasOwn(at, part)) return false;
    at = at[part];
  }
  return typeof at === "string";
}

function isValue(value: unknown): value is PhraseValue {
  if (typeof value === "string" || typeof value === "number") return true;
  if (!isRecord(value)) return false;
  const { octets, list } = value;
  if (typeof octets === "number") return true;
  if (Array.isArray(list)) return list.every((item) => typeof item === "string" || isSaid(item));
  return isSaid(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
