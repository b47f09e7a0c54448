const QUOTE = 0x22;
const COMMA = 0x2c;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;

/**
 * Index of the first comma at or after `from` that separates two header values: one that stands neither inside a
 * quoted string nor inside angle brackets (RFC 3261 §7.3.1). The text's length when there is none.
 */
export function endOfValue(text: string, from: number): number {
  let inQuotes = false;
  let inBrackets = false;
  for (let i = from; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inQuotes) {
      if (code === BACKSLASH) i += 1;
      else if (code === QUOTE) inQuotes = false;
    } else if (inBrackets) {
      inBrackets = code !== GREATER;
    } else if (code === COMMA) {
      return i;
    } else {
      inQuotes = code === QUOTE;
      inBrackets = code === LESS;
    }
  }
  return text.length;
}

/**
 * Splits a comma-separated header value. Values are trimmed; empty ones are kept, so that the header's own grammar can
 * object to them.
 */
export function splitValues(text: string): readonly string[] {
  // Most fields hold one value: no scan of its quotes is needed to know it.
  if (!text.includes(",")) return [trimLws(text)];
  const values: string[] = [];
  let start = 0;
  for (;;) {
    const end = endOfValue(text, start);
    values.push(trimLws(text.slice(start, end)));
    if (end >= text.length) return values;
    start = end + 1;
  }
}

/** Removes blanks and tabs at both ends, and nothing else (`trim` would also take line separators and other spaces). */
export function trimLws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isLws(text.charCodeAt(start))) start += 1;
  while (end > start && isLws(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** A blank or a tab. */
export function isLws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
