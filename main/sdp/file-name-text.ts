/**
 * How RFC 5547 §6 writes a file name inside double quotes: UTF-8, with `%HH` for what may not stand there. The same
 * escaping serves the parameters of a MIME type.
 */

const MUST_ESCAPE: ReadonlySet<string> = new Set(['"', "%", "/", "\\", ":"]);

/**
 * Escapes a name for `name:"…"`. Besides the octets that the grammar forbids (NUL, CR, LF, `"`, `%`), directory
 * syntax of any system and control characters leave as `%HH`.
 */
export function escapeFileName(name: string): string {
  let text = "";
  for (const character of name) {
    const code = character.charCodeAt(0);
    const isControl = code < 0x20 || code === 0x7f;
    text += isControl || MUST_ESCAPE.has(character) ? percentOctet(code) : character;
  }
  return text;
}

function percentOctet(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
}

/**
 * Undoes {@link escapeFileName} once. A percent sign that starts no escape stands for itself (peers that don't escape).
 * @returns undefined when the octets are not UTF-8: no guess is made about a name
 */
export function unescapeFileName(text: string): string | undefined {
  if (!text.includes("%")) return text;
  const bytes = Buffer.from(text, "utf8");
  const out = Buffer.alloc(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const octet = bytes[i] ?? 0;
    const escaped = octet === 0x25 ? hexPair(bytes[i + 1], bytes[i + 2]) : undefined;
    out[length] = escaped ?? octet;
    length += 1;
    if (escaped !== undefined) i += 2;
  }
  return decodeUtf8(out.subarray(0, length));
}

function hexPair(high: number | undefined, low: number | undefined): number | undefined {
  const first = hexDigit(high);
  const second = hexDigit(low);
  return first === undefined || second === undefined ? undefined : first * 16 + second;
}

function hexDigit(code: number | undefined): number | undefined {
  if (code === undefined) return undefined;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    // TextDecoder has no other way to say "not UTF-8".
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}
