/**
 * Reads an unsigned decimal number from wire text. Digits only: no sign, blank, exponent, hexadecimal or empty text,
 * all of which `Number()` would accept.
 * @param maxDigits refuses longer text before any arithmetic; leading zeros count
 * @returns undefined when the text is not such a number or is above `Number.MAX_SAFE_INTEGER`
 */
export function parseDecimal(text: string, maxDigits = 16): number | undefined {
  if (text.length === 0 || text.length > maxDigits) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** As {@link parseDecimal}, with bounds, both inclusive. */
export function parseDecimalIn(text: string, min: number, max: number): number | undefined {
  const value = parseDecimal(text);
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

/** A TCP or UDP port, 1 to 65535. */
export function parsePort(text: string): number | undefined {
  return text.length > 5 ? undefined : parseDecimalIn(text, 1, 65_535);
}
