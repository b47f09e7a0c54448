const MAX_CHARACTERS = 255;
const MAX_ENDING = 32;

/**
 * A suggested file name as it may be shown before the file is taken: the last path part, without characters that
 * steer the text around them. Storage makes its own, stricter name.
 */
export function displayName(suggested: string | undefined): string {
  if (suggested === undefined) return "file";
  const part = suggested.split(/[/\\]/).at(-1) ?? "";
  const shown = shortened(Array.from(part))
    .map((char) => (isSteering(char.codePointAt(0) ?? 0) ? "\ufffd" : char))
    .join("")
    .trim();
  return shown === "" || shown === "." || shown === ".." ? "file" : shown;
}

/** The ending stays, by which people and systems judge a file. */
function shortened(name: readonly string[]): readonly string[] {
  if (name.length <= MAX_CHARACTERS) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot < name.length - MAX_ENDING ? [] : name.slice(dot);
  return [...name.slice(0, MAX_CHARACTERS - ending.length), ...ending];
}

/** Controls, line and paragraph separators, and the marks that turn writing direction (Unicode UAX #9). */
const STEERING: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff],
];

function isSteering(code: number): boolean {
  return STEERING.some(([from, to]) => code >= from && code <= to);
}
