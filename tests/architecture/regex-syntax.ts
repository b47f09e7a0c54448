/** A regular expression as a tree: only what matters for the ways a search may take. */
export type RegexNode =
  /** Takes one character; `atom` is its source. */
  | { readonly kind: "char"; readonly atom: string }
  | { readonly kind: "sequence"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly part: RegexNode;
      readonly min: number;
      readonly max: number;
    }
  /** `^`, `$`, `\b` and looks around: takes nothing and may fail. */
  | { readonly kind: "assertion"; readonly source: string };

/** Back references and what else this reader does not know. */
export class UnreadableRegex extends Error {
  override readonly name = "UnreadableRegex";
}

export function readRegex(source: string): RegexNode {
  return new Reader(source).whole();
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#source.length) throw new UnreadableRegex(`unexpected ${this.#rest()}`);
    return node;
  }

  #rest(): string {
    return this.#source.slice(this.#at);
  }

  #eat(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#eat("|")) options.push(this.#sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#source.length && !/^[|)]/.test(this.#rest())) {
      parts.push(this.#quantified(this.#one()));
    }
    return { kind: "sequence", parts };
  }

  #quantified(part: RegexNode): RegexNode {
    const written = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#rest());
    if (written === null) return part;
    const [text, least, comma, most] = written;
    this.#at += text.length;
    const range = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] }[text.charAt(0)];
    const min = range?.[0] ?? Number(least);
    const max = range?.[1] ?? (comma === "" ? min : most === "" ? Infinity : Number(most));
    return { kind: "repeat", part, min, max };
  }

  #one(): RegexNode {
    const assertion = /^(?:[$^]|\\[bB])/.exec(this.#rest())?.[0];
    if (assertion !== undefined && this.#eat(assertion))
      return { kind: "assertion", source: assertion };
    if (this.#eat("(")) return this.#group();
    const atom = this.#atom();
    if (atom === undefined) throw new UnreadableRegex(`unexpected ${this.#rest()}`);
    this.#at += atom.length;
    return { kind: "char", atom };
  }

  #atom(): string | undefined {
    const rest = this.#rest();
    if (/^\\(?:[1-9]|k<)/.test(rest)) throw new UnreadableRegex("a back reference");
    const escaped =
      /^\\(?:[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|.)/su;
    const set = /^\[\^?(?:\\.|[^\]\\])*\]/su;
    return (
      escaped.exec(rest)?.[0] ?? set.exec(rest)?.[0] ?? /^[^*+?{}()|[\]\\]|^[\]}]/su.exec(rest)?.[0]
    );
  }

  #group(): RegexNode {
    const look = /^\?(?:<?[=!])/.exec(this.#rest())?.[0];
    if (look !== undefined) this.#eat(look);
    else if (!this.#eat("?:")) this.#eat(/^\?<[A-Za-z_]\w*>/.exec(this.#rest())?.[0] ?? "");
    const inner = this.#choice();
    if (!this.#eat(")")) throw new UnreadableRegex("a group without end");
    return look === undefined ? inner : { kind: "assertion", source: look };
  }
}
