import { createTranslator } from "use-intl/core";
import { printable } from "../../../shared/format/safe-text.ts";
import { type Formats, formatsFor } from "../../../shared/i18n/format.ts";
import { type AppLocale, localeFor } from "../../../shared/i18n/locales.ts";
import { catalogueFor } from "../../../shared/i18n/pseudo.ts";
import { type Catalogue, english } from "./catalogue.ts";
import type { Phrase, PhraseValue } from "./phrase.ts";

type Form = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** Forms sentences in one language; numbers and sizes as the windows write them. */
export class Words {
  readonly locale: AppLocale;
  readonly #formats: Formats;
  readonly #form: Form;

  constructor(locale: AppLocale) {
    this.locale = locale;
    this.#formats = formatsFor(locale);
    // `said` has checked keys and values, and `readPhrase` the keys of those that were kept.
    this.#form = createTranslator({
      locale,
      messages: catalogueFor<Catalogue>(english, locale),
      // A value that a kept sentence misses is no reason to lose the card that shows it.
      onError: () => undefined,
    }) as Form;
  }

  say(phrase: Phrase): string {
    if (typeof phrase === "string") return phrase;
    const { key, values = {} } = phrase;
    const worded = Object.entries(values).map(([name, value]): [string, string | number] => [
      name,
      this.#word(value),
    ]);
    return this.#form(key, Object.fromEntries(worded));
  }

  #word(value: PhraseValue): string | number {
    if (typeof value === "number") return value;
    if (typeof value === "string") return printable(value);
    if ("octets" in value) return this.#formats.size(value.octets);
    if ("list" in value)
      return this.#formats.list(
        value.list.map((item) => (typeof item === "string" ? printable(item) : this.say(item))),
      );
    return this.say(value);
  }
}

/** What the language can be changed under: whoever words something asks for it anew. */
export type CurrentWords = () => Words;

/** @param setting BCP 47, or `system` for the locale of the system */
export function wordsFor(setting: string, systemLocale: string): Words {
  return new Words(localeFor(setting === "system" ? systemLocale : setting));
}
