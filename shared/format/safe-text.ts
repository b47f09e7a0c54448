/**
 * Text from a peer made safe to print: control characters, bidirectional overrides and line separators, which could
 * rewrite what the reader sees of the line, become `\uFFFD`.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(
    /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    "\uFFFD",
  );
}
