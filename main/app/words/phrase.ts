import type { ICUArgs, MessageKeys, NestedKeyOf, NestedValueOf } from "use-intl/core";
import type { Catalogue } from "./catalogue.ts";

/** Names a text of the catalogue, for example `problems.noAnswer`. */
export type PhraseKey = MessageKeys<Catalogue, NestedKeyOf<Catalogue>>;

/** Something that a sentence is made of. Names of people and of files stand as they are. */
export type PhraseValue =
  | string
  | number
  | Said
  | { readonly octets: number }
  | { readonly list: readonly Phrase[] };

/** A sentence in no language yet: which one, and about whom and what. */
export interface Said {
  readonly key: PhraseKey;
  readonly values?: Readonly<Record<string, PhraseValue>>;
}

/** A sentence for people: one of ours, or, as a string, one that somebody else wrote. */
export type Phrase = string | Said;

type Values<Key extends PhraseKey> = Readonly<
  ICUArgs<
    NestedValueOf<Catalogue, Key>,
    { ICUArgument: PhraseValue; ICUNumberArgument: number; ICUDateArgument: never }
  >
>;

/** What the text of a key is filled in with, if with anything. */
type Given<Key extends PhraseKey> = [keyof Values<Key>] extends [never]
  ? []
  : [values: Values<Key>];

export function said<Key extends PhraseKey>(key: Key, ...given: Given<Key>): Said;
export function said(key: PhraseKey, values?: Readonly<Record<string, PhraseValue>>): Said {
  return { key, ...(values === undefined ? {} : { values }) };
}
