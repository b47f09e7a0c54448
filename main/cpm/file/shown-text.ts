import { printable } from "../../../shared/format/safe-text.ts";

/** Characters of what goes with an offer in words. */
export const MAX_OFFER_TEXT = 500;
/** Characters of a message. */
export const MAX_MESSAGE_TEXT = 1000;

/** Words of a peer, safe to show and cut to length; undefined where there are none. */
export function shownText(text: string | undefined, maxCharacters: number): string | undefined {
  if (text === undefined) return undefined;
  // Cut first: what is longer than anybody reads is not worth looking at.
  const cut = Array.from(text.slice(0, maxCharacters * 4)).slice(0, maxCharacters);
  const shown = printable(cut.join("").replaceAll(/[\r\n\t]+/g, " ")).trim();
  return shown === "" ? undefined : shown;
}

/** The user's words as one header line: control characters have no place in it. */
export function lineText(text: string, maxCharacters: number): string | undefined {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return line === "" ? undefined : Array.from(line).slice(0, maxCharacters).join("");
}
