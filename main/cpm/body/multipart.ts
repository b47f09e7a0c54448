import { err, ok, type Result } from "../../base/result.ts";
import { parseContentType } from "./content-type.ts";
import {
  type BodyError,
  bodyError,
  type MimeEntity,
  mimeField,
  parseEntity,
} from "./mime-entity.ts";

const MAX_DEPTH = 8;
const MAX_PARTS = 128;
const MAX_BOUNDARY = 70;

/** A leaf of a body with its own type; a body without multipart is one leaf. */
export interface BodyLeaf extends MimeEntity {
  /** `type/subtype` in lower case. */
  readonly type: string;
}

/**
 * Takes a message body apart, depth first, in order (RFC 2046 §5.1). multipart/mixed, /related, /alternative and any
 * other multipart alike: who reads them picks leaves by type and Content-ID. At most 8 levels and 128 parts.
 */
export function leavesOf(
  contentType: string,
  content: Buffer,
): Result<readonly BodyLeaf[], BodyError> {
  const leaves: BodyLeaf[] = [];
  const root: MimeEntity = {
    fields: [{ name: "content-type", value: contentType }],
    content,
  };
  const failure = collect(root, 0, leaves);
  return failure === undefined ? ok(leaves) : err(failure);
}

function collect(entity: MimeEntity, depth: number, leaves: BodyLeaf[]): BodyError | undefined {
  if (depth > MAX_DEPTH) return bodyError("a body is nested too deeply", 413);
  // RFC 2045 §5.2: a part without Content-Type is text/plain.
  const contentType = parseContentType(mimeField(entity, "content-type") ?? "text/plain");
  if (contentType === undefined) return bodyError("a Content-Type cannot be read", 415);
  if (!contentType.type.startsWith("multipart/")) {
    leaves.push({ ...entity, type: contentType.type });
    return leaves.length > MAX_PARTS ? bodyError("a body has too many parts", 413) : undefined;
  }
  const boundary = contentType.parameters.get("boundary") ?? "";
  if (boundary === "" || boundary.length > MAX_BOUNDARY)
    return bodyError("a multipart body has no usable boundary");
  return collectParts(splitAtBoundary(entity.content, boundary), depth, leaves);
}

function collectParts(
  parts: readonly Buffer[] | undefined,
  depth: number,
  leaves: BodyLeaf[],
): BodyError | undefined {
  if (parts === undefined) return bodyError("a multipart body has no part, or too many");
  for (const bytes of parts) {
    const part = parseEntity(bytes);
    if (!part.ok) return part.error;
    const failure = collect(part.value, depth + 1, leaves);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/**
 * The octets between the delimiter lines. The line break before a delimiter belongs to the delimiter, the one after it
 * too; preamble and epilogue are dropped. A missing close-delimiter ends the last part at the end of the body.
 */
function splitAtBoundary(content: Buffer, boundary: string): readonly Buffer[] | undefined {
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  const parts: Buffer[] = [];
  let found = nextDelimiter(content, delimiter, 0);
  while (found >= 0) {
    const end = found + delimiter.length;
    if (isDash(content, end)) break;
    if (parts.length > MAX_PARTS) return undefined;
    const lf = content.indexOf(10, end);
    const start = lf < 0 ? content.length : lf + 1;
    // The line break that ends this delimiter may be the one before the next: an empty part.
    found = nextDelimiter(content, delimiter, Math.max(end, start - 1));
    const stop = found < 0 ? content.length : beforeBreak(content, found);
    parts.push(content.subarray(start, Math.max(start, stop)));
  }
  return parts.length === 0 ? undefined : parts;
}

function nextDelimiter(content: Buffer, delimiter: Buffer, from: number): number {
  let found = content.indexOf(delimiter, from);
  while (found >= 0 && !isDelimiterLine(content, found, found + delimiter.length))
    found = content.indexOf(delimiter, found + delimiter.length);
  return found;
}

/** `--`: a close-delimiter. */
function isDash(content: Buffer, at: number): boolean {
  return content[at] === 45 && content[at + 1] === 45;
}

/** At the start of a line, and nothing but `--` or white space up to the end of that line. */
function isDelimiterLine(content: Buffer, start: number, end: number): boolean {
  if (start > 0 && content[start - 1] !== 10) return false;
  let at = end;
  if (isDash(content, at)) return true;
  while (content[at] === 32 || content[at] === 9 || content[at] === 13) at += 1;
  return at >= content.length || content[at] === 10;
}

function beforeBreak(content: Buffer, delimiterStart: number): number {
  const lf = delimiterStart - 1;
  return content[lf - 1] === 13 ? lf - 1 : lf;
}

/** A part to write: header fields as they shall appear, then binary content. */
export interface OutgoingPart {
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly content: Buffer;
}

/**
 * Writes a multipart body. The caller's boundary is random and long enough (RFC 2046 §5.1.1) not to occur in binary
 * content; `parameters` are further Content-Type parameters, already quoted.
 */
export function buildMultipart(
  subtype: "related" | "mixed",
  boundary: string,
  parts: readonly OutgoingPart[],
  parameters = "",
): { readonly contentType: string; readonly content: Buffer } {
  const pieces: Buffer[] = [];
  for (const part of parts) {
    const head = part.fields.map(({ name, value }) => `${name}: ${value}\r\n`).join("");
    pieces.push(
      Buffer.from(`--${boundary}\r\n${head}\r\n`, "utf8"),
      part.content,
      Buffer.from("\r\n", "latin1"),
    );
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`, "latin1"));
  return {
    contentType: `multipart/${subtype}${parameters};boundary="${boundary}"`,
    content: Buffer.concat(pieces),
  };
}
