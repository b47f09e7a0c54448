import type { AppLocale } from "./locales.ts";

/** A catalogue: texts in any depth of groups. */
export interface Catalogue {
  readonly [key: string]: string | Catalogue;
}

const ACCENTED: Readonly<Record<string, string>> = {
  ...{ a: "á", b: "ƀ", c: "ç", d: "ð", e: "é", f: "ƒ", g: "ĝ", h: "ĥ", i: "î", j: "ĵ", k: "ķ" },
  ...{ l: "ļ", m: "ɱ", n: "ñ", o: "ö", p: "þ", q: "ǫ", r: "ŕ", s: "š", t: "ţ", u: "û", v: "ṽ" },
  ...{ w: "ŵ", x: "ẋ", y: "ý", z: "ž" },
  ...{ A: "Å", B: "Ɓ", C: "Ç", D: "Ð", E: "É", F: "Ƒ", G: "Ĝ", H: "Ĥ", I: "Î", J: "Ĵ", K: "Ķ" },
  ...{ L: "Ļ", M: "Ṁ", N: "Ñ", O: "Ö", P: "Þ", Q: "Ǫ", R: "Ŕ", S: "Š", T: "Ţ", U: "Û", V: "Ṽ" },
  ...{ W: "Ŵ", X: "Ẋ", Y: "Ý", Z: "Ž" },
};

/** Texts of most languages are longer than English ones. */
const PADDING = " ẋẋẋ";

/** The texts of a locale, under the very keys of the English ones. */
export function catalogueFor<Texts extends Catalogue>(english: Texts, locale: AppLocale): Texts {
  return locale === "en" ? english : (pseudoCatalogue(english) as Texts);
}

/** The catalogue with every text accented, a third longer and in brackets: what bypasses it, or is cut off, is seen. */
function pseudoCatalogue(catalogue: Catalogue): Catalogue {
  return Object.fromEntries(
    Object.entries(catalogue).map(([key, value]) => [
      key,
      typeof value === "string" ? pseudoText(value) : pseudoCatalogue(value),
    ]),
  );
}

/** One ICU message made strange; its arguments, plural forms and tags stay as they are. */
export function pseudoText(message: string): string {
  const letters = message.replace(/\{[^}]*\}/g, "").length;
  const padding = PADDING.repeat(Math.max(1, Math.round(letters / 12)));
  return `[${new Accenter(message).message()}${padding}]`;
}

class Accenter {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to the end or to the brace that closes this text. */
  message(): string {
    let out = "";
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      if (char === "}") break;
      if (char === "{") out += this.#argument();
      else if (char === "<") out += this.#upTo(">");
      else {
        out += ACCENTED[char] ?? char;
        this.#at += 1;
      }
    }
    return out;
  }

  #upTo(end: string): string {
    const close = this.#text.indexOf(end, this.#at) + 1;
    const part = this.#text.slice(this.#at, close);
    this.#at = close;
    return part;
  }

  /** `{name}`, `{name, number}` or `{count, plural, one {…} other {…}}`. */
  #argument(): string {
    let out = "";
    let isOpen = false;
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      this.#at += 1;
      out += char;
      if (char === "}") return out;
      if (char !== "{") continue;
      if (isOpen) {
        out += this.message();
        out += this.#text.charAt(this.#at);
        this.#at += 1;
      }
      isOpen = true;
    }
    return out;
  }
}
