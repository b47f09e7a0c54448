import { isLws } from "./split.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A set of ASCII characters: 1 at each one's code. */
export function tableOf(...parts: readonly string[]): Uint8Array {
  const table = new Uint8Array(128);
  for (const char of parts.join("")) table[char.charCodeAt(0)] = 1;
  return table;
}

export const ALPHANUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const TOKEN = tableOf(ALPHANUM, "-.!%*_+`'~");
/** A parameter's value without quotes: a token or a host (IPv6 reference included), RFC 3261 §25.1 gen-value. */
const PARAMETER_VALUE = tableOf(ALPHANUM, "-.!%*_+`'~", "[]:/@&$#?{}|^");

const AUTH_VALUE = tableOf(ALPHANUM, "-.!%*_+`'~/=:");

/** True when every character belongs to the set; an empty text does not pass. */
export function consistsOf(text: string, table: Uint8Array): boolean {
  for (let i = 0; i < text.length; i += 1) if (table[text.charCodeAt(i)] !== 1) return false;
  return text !== "";
}

/** RFC 3261 §25.1 token. */
export function isToken(text: string): boolean {
  return consistsOf(text, TOKEN);
}

/** May stand after `=` in a header parameter without quotes. */
export function isParameterValue(text: string): boolean {
  return consistsOf(text, PARAMETER_VALUE);
}

/** Reads header text from left to right, each character once. Every reader stops at the first one that is not its own. */
export class Cursor {
  readonly text: string;
  index: number;

  constructor(text: string, index = 0) {
    this.text = text;
    this.index = index;
  }

  get atEnd(): boolean {
    return this.index >= this.text.length;
  }

  get rest(): string {
    return this.text.slice(this.index);
  }

  peek(): string {
    return this.text.charAt(this.index);
  }

  skipLws(): void {
    while (isLws(this.text.charCodeAt(this.index))) this.index += 1;
  }

  /** Takes `char` when it comes next. */
  eat(char: string): boolean {
    if (this.text.charAt(this.index) !== char) return false;
    this.index += 1;
    return true;
  }

  /** As {@link eat}, with linear white space allowed on both sides (SEMI, EQUAL, SLASH, COLON of RFC 3261 §25.1). */
  eatPadded(char: string): boolean {
    const start = this.index;
    this.skipLws();
    if (!this.eat(char)) {
      this.index = start;
      return false;
    }
    this.skipLws();
    return true;
  }

  /** The longest run of characters of the set; `""` when there is none. */
  run(table: Uint8Array): string {
    const start = this.index;
    while (table[this.text.charCodeAt(this.index)] === 1) this.index += 1;
    return this.text.slice(start, this.index);
  }

  token(): string {
    return this.run(TOKEN);
  }

  parameterValue(): string {
    return this.run(PARAMETER_VALUE);
  }

  /** An unquoted value in credentials: a token, or base64 as other schemes than Digest use it. */
  authValue(): string {
    return this.run(AUTH_VALUE);
  }

  /** A quoted string's content without quotes and escapes; undefined when none starts here or it does not end. */
  quotedString(): string | undefined {
    if (this.text.charCodeAt(this.index) !== QUOTE) return undefined;
    const parts: string[] = [];
    let start = this.index + 1;
    for (let i = start; i < this.text.length; i += 1) {
      const code = this.text.charCodeAt(i);
      if (code === QUOTE) {
        parts.push(this.text.slice(start, i));
        this.index = i + 1;
        return parts.join("");
      }
      if (code === BACKSLASH) {
        parts.push(this.text.slice(start, i));
        // The escaped character begins the next part, whatever it is.
        start = i + 1;
        i += 1;
      }
    }
    return undefined;
  }
}

/** A quoted string with what needs an escape escaped. */
export function quote(text: string): string {
  const escaped = text.includes("\\") || text.includes('"') ? text.replace(/[\\"]/g, "\\$&") : text;
  return `"${escaped}"`;
}
