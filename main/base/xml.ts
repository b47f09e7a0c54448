/** Text as it stands in XML content and in attribute values. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** An element with its content: enough for small documents that machines wrote. */
export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  /** Names without prefix; of two that differ only there the first counts. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data of this element alone, trimmed. */
  readonly text: string;
}

interface OpenElement {
  readonly tag: string;
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const MAX_DEPTH = 16;
const NAME = /^[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["amp", "&"],
]);

/**
 * Reads a document that comes from the wire. Prefixes are taken away, not resolved. A document type declaration is
 * refused, so that no entity can be defined, and nesting and size are bounded.
 * @returns undefined for anything that is not well-formed within these bounds
 */
export function parseXml(text: string, maxLength = 65_536): XmlElement | undefined {
  return text.length > maxLength ? undefined : new Reader(text).document();
}

class Reader {
  readonly #text: string;
  readonly #open: OpenElement[] = [];
  #at = 0;
  #root: XmlElement | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  document(): XmlElement | undefined {
    while (this.#at < this.#text.length) {
      const isRead = this.#text.charCodeAt(this.#at) === 0x3c ? this.#markup() : this.#characters();
      if (!isRead) return undefined;
    }
    return this.#open.length === 0 ? this.#root : undefined;
  }

  #markup(): boolean {
    if (this.#text.startsWith("<!--", this.#at)) return this.#skipBehind("-->");
    if (this.#text.startsWith("<?", this.#at)) return this.#skipBehind("?>");
    if (this.#text.startsWith("<!", this.#at)) return false;
    return this.#text.startsWith("</", this.#at) ? this.#endTag() : this.#startTag();
  }

  #skipBehind(end: string): boolean {
    const found = this.#text.indexOf(end, this.#at);
    this.#at = found + end.length;
    return found >= 0;
  }

  #characters(): boolean {
    const next = this.#text.indexOf("<", this.#at);
    const end = next < 0 ? this.#text.length : next;
    const raw = this.#text.slice(this.#at, end);
    this.#at = end;
    const parent = this.#open.at(-1);
    if (parent === undefined) return raw.trim() === "" || raw === "\uFEFF";
    const decoded = unescapeXml(raw);
    if (decoded === undefined) return false;
    parent.text += decoded;
    return true;
  }

  #endTag(): boolean {
    const end = this.#text.indexOf(">", this.#at);
    const open = this.#open.pop();
    if (end < 0 || open?.tag !== this.#text.slice(this.#at + 2, end).trim()) return false;
    this.#at = end + 1;
    this.#close(open);
    return true;
  }

  #startTag(): boolean {
    this.#at += 1;
    const tag = this.#name();
    if (tag === "" || this.#open.length >= MAX_DEPTH) return false;
    // One root only.
    if (this.#open.length === 0 && this.#root !== undefined) return false;
    const attributes = new Map<string, string>();
    this.#skipBlanks();
    while (this.#isNameNext()) {
      if (!this.#attribute(attributes)) return false;
      this.#skipBlanks();
    }
    const isEmpty = this.#eat("/");
    if (!this.#eat(">")) return false;
    const element: OpenElement = { tag, name: local(tag), attributes, children: [], text: "" };
    if (isEmpty) this.#close(element);
    else this.#open.push(element);
    return true;
  }

  #attribute(attributes: Map<string, string>): boolean {
    const name = local(this.#name());
    this.#skipBlanks();
    if (!this.#eat("=")) return false;
    this.#skipBlanks();
    const quote = this.#text.charAt(this.#at);
    const end = quote === '"' || quote === "'" ? this.#text.indexOf(quote, this.#at + 1) : -1;
    if (end < 0) return false;
    const raw = this.#text.slice(this.#at + 1, end);
    const value = raw.includes("<") ? undefined : unescapeXml(raw);
    if (value === undefined) return false;
    this.#at = end + 1;
    if (!attributes.has(name)) attributes.set(name, value);
    return true;
  }

  #close({ name, attributes, children, text }: OpenElement): void {
    const element = { name, attributes, children, text: text.trim() };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }

  #name(): string {
    const end = this.#text.slice(this.#at, this.#at + 256);
    const name = NAME.exec(end)?.[0] ?? "";
    this.#at += name.length;
    return name;
  }

  #isNameNext(): boolean {
    return /[A-Za-z_]/.test(this.#text.charAt(this.#at));
  }

  #skipBlanks(): void {
    while (" \t\r\n".includes(this.#text.charAt(this.#at) || "<")) this.#at += 1;
  }

  #eat(char: string): boolean {
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at += 1;
    return true;
  }
}

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** undefined: an entity that nobody defined, or an ampersand alone. */
function unescapeXml(text: string): string | undefined {
  let decoded = "";
  let at = 0;
  for (let start = text.indexOf("&"); start >= 0; start = text.indexOf("&", at)) {
    const end = text.indexOf(";", start);
    const char = end < 0 ? undefined : entity(text.slice(start + 1, end));
    if (char === undefined) return undefined;
    decoded += text.slice(at, start) + char;
    at = end + 1;
  }
  return decoded + text.slice(at);
}

function entity(name: string): string | undefined {
  const named = ENTITIES.get(name);
  if (named !== undefined) return named;
  const digits = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (digits === null) return undefined;
  const code = Number.parseInt(digits[1] ?? digits[2] ?? "", digits[1] === undefined ? 10 : 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
