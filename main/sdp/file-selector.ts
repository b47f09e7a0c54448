import { parseDecimal } from "../base/decimal.ts";
import type { FileHash } from "../base/files.ts";
import { err, ok, type Result } from "../base/result.ts";
import { escapeFileName, unescapeFileName } from "./file-name-text.ts";
import { type SdpError, sdpError } from "./session-description.ts";

/** What describes a file (RFC 5547 §6, `file-selector`). Absent parts were not offered. */
export interface FileSelector {
  /** Decoded, but otherwise as the peer wrote it: never a path to use. */
  readonly name?: string;
  /** MIME type with its parameters as Content-Type writes them. */
  readonly type?: string;
  /** Octets of the file itself, not of a CPIM wrapper. */
  readonly sizeOctets?: number;
  /** Hexadecimal in lower case; several algorithms are possible. */
  readonly hashes: readonly FileHash[];
}

const MAX_HASHES = 8;

/**
 * Reads the value of `a=file-selector`. The first of a repeated selector counts, unknown ones are ignored; a name that
 * is not UTF-8 and a type that is none count as absent. A broken quote, size or known hash is an error: guessing there
 * would transfer something else than was offered.
 */
export function parseFileSelector(text: string): Result<FileSelector, SdpError> {
  const parts = splitOutsideQuotes(text, " ");
  if (parts === undefined) return err(sdpError("unbalanced quote in file-selector", 400, text));
  const draft: { name?: string; type?: string; sizeOctets?: number; hashes: FileHash[] } = {
    hashes: [],
  };
  for (const part of parts) {
    const colon = part.indexOf(":");
    const key = part.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = part.slice(colon + 1);
    const problem = takeSelector(draft, key, value);
    if (problem !== undefined) return err(problem);
  }
  return ok(draft);
}

function takeSelector(
  draft: { name?: string; type?: string; sizeOctets?: number; hashes: FileHash[] },
  key: string,
  value: string,
): SdpError | undefined {
  if (key === "name" && draft.name === undefined) {
    const name = unescapeFileName(unquote(value));
    if (name !== undefined) draft.name = name;
  } else if (key === "type" && draft.type === undefined) {
    const type = parseTypeSelector(value);
    if (type !== undefined) draft.type = type;
  } else if (key === "size" && draft.sizeOctets === undefined) {
    const size = parseDecimal(value, 20);
    if (size === undefined)
      return sdpError("size in file-selector is no usable number", 400, value);
    draft.sizeOctets = size;
  } else if (key === "hash") {
    return takeHash(draft.hashes, value);
  }
  return undefined;
}

/** Writes the value of `a=file-selector`: name, type, size, hashes, in the order of RFC 5547's examples. */
export function formatFileSelector(selector: FileSelector): string {
  const parts: string[] = [];
  if (selector.name !== undefined) parts.push(`name:"${escapeFileName(selector.name)}"`);
  if (selector.type !== undefined) parts.push(`type:${formatTypeSelector(selector.type)}`);
  if (selector.sizeOctets !== undefined) parts.push(`size:${String(selector.sizeOctets)}`);
  for (const hash of selector.hashes)
    parts.push(`hash:${hash.algorithm}:${colonPairs(hash.hex.toUpperCase())}`);
  return parts.join(" ");
}

/** No part of one contradicts the other (RFC 5547 §8.1: is it the same file?). */
export function sameFile(a: FileSelector, b: FileSelector): boolean {
  return (
    agree(a.name, b.name) &&
    agree(a.type?.toLowerCase(), b.type?.toLowerCase()) &&
    agree(a.sizeOctets, b.sizeOctets) &&
    a.hashes.every((hash) => agree(hash.hex, hashOf(b, hash.algorithm)))
  );
}

function agree<T>(a: T | undefined, b: T | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** Hexadecimal hash of that algorithm (`sha-1`, `sha-256`), if one was offered. */
export function hashOf(selector: FileSelector, algorithm: string): string | undefined {
  return selector.hashes.find((hash) => hash.algorithm === algorithm)?.hex;
}

/**
 * Splits at a separator outside double quotes; empty parts are left out. RFC 5547 knows no escaped quote inside quotes.
 * @returns undefined when a quote stays open
 */
function splitOutsideQuotes(text: string, separator: string): readonly string[] | undefined {
  const parts: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const character = text.charAt(i);
    if (character === '"') isQuoted = !isQuoted;
    if (i < text.length && (isQuoted || character !== separator)) continue;
    if (i > start) parts.push(text.slice(start, i));
    start = i + 1;
  }
  return isQuoted ? undefined : parts;
}

function unquote(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** `t/s;p="v"` with percent escapes becomes `t/s;p="v"` as Content-Type writes it (backslash escapes). */
function parseTypeSelector(text: string): string | undefined {
  const [mediaType, ...parameters] = splitOutsideQuotes(text, ";") ?? [];
  if (mediaType === undefined || !isMediaType(mediaType)) return undefined;
  let type = mediaType;
  for (const parameter of parameters) {
    const equals = parameter.indexOf("=");
    const name = parameter.slice(0, Math.max(equals, 0));
    const value = unescapeFileName(unquote(parameter.slice(equals + 1)));
    if (!isToken(name) || value === undefined || hasControl(value)) return undefined;
    type += `;${name}=${isToken(value) ? value : quotedString(value)}`;
  }
  return type;
}

function formatTypeSelector(type: string): string {
  const [mediaType = "", ...parameters] = splitContentType(type);
  const written = parameters.map((parameter) => {
    const equals = parameter.indexOf("=");
    const name = parameter.slice(0, Math.max(equals, 0)).trim();
    const value = parameter.slice(equals + 1).trim();
    const plain = value.startsWith('"') ? unquote(value).replaceAll(/\\(.)/g, "$1") : value;
    return `;${name}="${escapeFileName(plain)}"`;
  });
  return mediaType.trim() + written.join("");
}

/** Content-Type split at semicolons outside quoted strings, which may hold `\"`. */
function splitContentType(type: string): readonly string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let i = 0; i < type.length; i += 1) {
    const character = type.charAt(i);
    if (isQuoted && character === "\\") i += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ";" && !isQuoted) {
      parts.push(type.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, type.slice(start)].filter((part) => part.trim() !== "");
}

function quotedString(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

function isMediaType(text: string): boolean {
  const slash = text.indexOf("/");
  return slash > 0 && isToken(text.slice(0, slash)) && isToken(text.slice(slash + 1));
}

function isToken(text: string): boolean {
  return /^[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+$/.test(text);
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["sha-1", 40],
  ["sha-224", 56],
  ["sha-256", 64],
  ["sha-384", 96],
  ["sha-512", 128],
]);

/** Some peers write `sha1`, lower-case octets or no colons between them: all are read. */
function takeHash(hashes: FileHash[], value: string): SdpError | undefined {
  const colon = value.indexOf(":");
  if (colon <= 0) return sdpError("malformed hash in file-selector", 400, value);
  const written = value.slice(0, colon).toLowerCase();
  const algorithm = /^sha\d/.test(written) ? `sha-${written.slice(3)}` : written;
  const hex = value
    .slice(colon + 1)
    .replaceAll(":", "")
    .toLowerCase();
  const length = HEX_LENGTHS.get(algorithm);
  if (length === undefined) return undefined;
  if (hex.length !== length || !/^[0-9a-f]+$/.test(hex))
    return sdpError(`malformed ${algorithm} in file-selector`, 400, value);
  const isKnown = hashes.some((hash) => hash.algorithm === algorithm);
  if (!isKnown && hashes.length < MAX_HASHES) hashes.push({ algorithm, hex });
  return undefined;
}

function colonPairs(hex: string): string {
  const pairs: string[] = [];
  for (let i = 0; i < hex.length; i += 2) pairs.push(hex.slice(i, i + 2));
  return pairs.join(":");
}
