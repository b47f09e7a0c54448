/**
 * The one place that decides under which name a received file may lie. A peer's name is a suggestion: whatever it says,
 * the result is a single, visible, portable name. The rules are those of the strictest system everywhere, because
 * files travel on.
 */

/** Octets of UTF-8; leaves room in the usual 255 for ` (9999)` and `.damaged`. */
export const MAX_NAME_OCTETS = 230;
const MAX_EXTENSION_OCTETS = 32;
/** Longer suggestions are cut before anything else looks at them. */
const MAX_SUGGESTION_LENGTH = 8192;
const UNNAMED = "untitled";

/** `/` and `\`, and characters that look like them: a name that shows a path is read as one. */
const SEPARATORS = /[/\\\u2044\u2215\u29F5\u29F8\u29F9\uFE68\uFF0F\uFF3C]/u;
const DRIVE = /^[A-Za-z]:/;
/** Invisible or steering: controls, line and paragraph separators, bidirectional and zero-width characters, fillers. */
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\uFFF9-\uFFFB]/u;
const ILLEGAL = /[<>:"|?*]/gu;
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u;
const JOINER = "\u200D";
const EMOJI_STYLE = "\uFE0F";
const BLANK = String.raw`\p{Zs}\u2800`;
const LEADING_BLANKS = new RegExp(`^[${BLANK}]+`, "u");
const DOT_OR_BLANK = new RegExp(`[.${BLANK}]`, "u");

/** Names that Windows takes for devices, with any extension, and names that some program acts upon. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)$/iu;
const ACTED_UPON: ReadonlySet<string> = new Set([
  "desktop.ini",
  "autorun.inf",
  "thumbs.db",
  "git~1",
]);

/**
 * Makes a safe name of a peer's suggestion. Never empty, never a path, at most {@link MAX_NAME_OCTETS}; applying it
 * twice changes nothing more. Ordinary names in any script pass unchanged.
 * @param suggested decoded once (RFC 5547 §6), otherwise as received
 */
export function safeFileName(suggested: string): string {
  const wellFormed = Buffer.from(suggested.slice(0, MAX_SUGGESTION_LENGTH), "utf8").toString(
    "utf8",
  );
  const last = wellFormed.normalize("NFC").split(SEPARATORS).at(-1) ?? "";
  const seen = withoutUnseen(last).replace(DRIVE, "").replace(ILLEGAL, "_").normalize("NFC");
  const trimmed = trimEnd(seen.replace(LEADING_BLANKS, ""));
  // Twice: what is cut away may be all that kept a name from being a device's.
  return trimEnd(defuse(shorten(defuse(trimmed)))) || UNNAMED;
}

/** Keeps the zero-width joiner and the emoji style only between and after the parts of an emoji. */
function withoutUnseen(name: string): string {
  if (!UNSEEN.test(name)) return name;
  const characters = Array.from(name);
  let kept = "";
  let last = "";
  for (const [index, character] of characters.entries()) {
    const isShown =
      !UNSEEN.test(character) || isPartOfEmoji(character, last, characters[index + 1]);
    if (!isShown) continue;
    kept += character;
    last = character;
  }
  return kept;
}

function isPartOfEmoji(character: string, before: string, after: string | undefined): boolean {
  if (character === EMOJI_STYLE) return PICTURE.test(before);
  const isJoined = PICTURE.test(before) || before === EMOJI_STYLE;
  return character === JOINER && isJoined && after !== undefined && PICTURE.test(after);
}

/** Windows removes dots and blanks at the end by itself: `a.exe. ` would become `a.exe`. */
function trimEnd(name: string): string {
  let end = name.length;
  while (end > 0 && DOT_OR_BLANK.test(name.charAt(end - 1))) end -= 1;
  return name.slice(0, end);
}

/** Hidden names, names that look like options, devices, and names that programs act upon. */
function defuse(name: string): string {
  if (name.startsWith(".") || name.startsWith("-")) return `_${name.slice(1)}`;
  const dot = name.indexOf(".");
  const stem = trimEnd(dot < 0 ? name : name.slice(0, dot));
  const isActedUpon = DEVICE.test(stem) || ACTED_UPON.has(name.toLowerCase());
  return isActedUpon ? `_${name}` : name;
}

/** Cuts between graphemes and keeps the extension, by which people and systems judge a file. */
function shorten(name: string): string {
  if (octets(name) <= MAX_NAME_OCTETS) return name;
  const { stem, extension } = splitExtension(name);
  const room = MAX_NAME_OCTETS - octets(extension);
  return trimEnd(cut(stem, room)) + extension;
}

function cut(text: string, room: number): string {
  let kept = "";
  let left = room;
  // Room is spent per grapheme, so that no accent or emoji is torn; one that alone is too long ends the name.
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= octets(segment);
    if (left < 0) break;
    kept += segment;
  }
  return kept === "" ? UNNAMED : kept;
}

/** The extension has its dot, `.tar.gz` and the like count as one; "" when there is none or it is unreasonably long. */
export function splitExtension(name: string): {
  readonly stem: string;
  readonly extension: string;
} {
  const dot = name.lastIndexOf(".");
  const before = name.slice(0, Math.max(dot, 0));
  const isArchive = before.toLowerCase().endsWith(".tar") && before.length > 4;
  const start = isArchive ? dot - 4 : dot;
  const extension = start <= 0 ? "" : name.slice(start);
  return octets(extension) > MAX_EXTENSION_OCTETS || extension === ""
    ? { stem: name, extension: "" }
    : { stem: name.slice(0, start), extension };
}

const NUMBER = /^(?:\d{1,4}|[0-9a-f]{16})$/;

/** `photo (2).jpg`; the name itself for 0. */
export function numberedName(name: string, count: number | string): string {
  if (count === 0) return name;
  const { stem, extension } = splitExtension(name);
  return `${stem} (${count})${extension}`;
}

/**
 * The wanted name, or one that a file may have got because that was taken.
 * @param wanted safe already
 */
export function isNumberedFrom(name: string, wanted: string): boolean {
  const own = name.normalize("NFC");
  const { stem, extension } = splitExtension(wanted);
  if (own === wanted) return true;
  if (!own.startsWith(`${stem} (`) || !own.endsWith(`)${extension}`)) return false;
  return NUMBER.test(own.slice(stem.length + 2, own.length - extension.length - 1));
}

/** Printable ones: their key needs no look into the tables of Unicode. */
const ASCII_ONLY = /^[ -~]*$/;

/** Equal for names that some file system takes for one: normalisation and case do not count. */
export function collisionKey(name: string): string {
  if (ASCII_ONLY.test(name)) return name.toLowerCase();
  // Upper case first: it unfolds what one lower-case letter stands for (ß, ligatures), as case folding does.
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

function octets(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
