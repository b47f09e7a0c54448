import { err, ok, type Result } from "../../base/result.ts";

/** A body part: header fields with lower-case names, in order, and its octets after transfer decoding. */
export interface MimeEntity {
  readonly fields: readonly MimeField[];
  readonly content: Buffer;
}

export interface MimeField {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

/** The peer's body breaks a rule; `statusHint` is the SIP status to answer with. */
export interface BodyError {
  readonly kind: "body-error";
  readonly what: string;
  readonly statusHint: 400 | 413 | 415;
}

const MAX_FIELDS = 64;
const MAX_HEADER_OCTETS = 8192;

export function bodyError(what: string, statusHint: BodyError["statusHint"] = 400): BodyError {
  return { kind: "body-error", what, statusHint };
}

export function mimeField(entity: MimeEntity, name: string): string | undefined {
  return entity.fields.find((field) => field.name === name)?.value;
}

/** Where a header section ends: content starts at `contentStart`. */
export interface HeaderSection {
  readonly fields: readonly MimeField[];
  readonly contentStart: number;
}

/**
 * Reads header lines up to the blank line (RFC 5322 §2.2), or to the end when there is none. CRLF and bare LF both end
 * a line; folded lines are joined by one space.
 */
export function parseHeaderSection(bytes: Buffer): Result<HeaderSection, BodyError> {
  const lines: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at > MAX_HEADER_OCTETS || lines.length > MAX_FIELDS)
      return err(bodyError("header section of a body part is too large", 413));
    const lf = bytes.indexOf(10, at);
    const end = lf < 0 ? bytes.length : lf;
    const line = bytes.toString("utf8", at, end > at && bytes[end - 1] === 13 ? end - 1 : end);
    at = Math.min(end + 1, bytes.length);
    if (line === "") break;
    addLine(lines, line);
  }
  const fields = fieldsOf(lines);
  return fields === undefined
    ? err(bodyError("a body part has a header line without a colon"))
    : ok({ fields, contentStart: at });
}

function addLine(lines: string[], line: string): void {
  const previous = lines.at(-1);
  if ((line.startsWith(" ") || line.startsWith("\t")) && previous !== undefined)
    lines[lines.length - 1] = `${previous} ${line.trim()}`;
  else lines.push(line);
}

function fieldsOf(lines: readonly string[]): readonly MimeField[] | undefined {
  const fields: MimeField[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) return undefined;
    fields.push({
      name: line.slice(0, colon).trim().toLowerCase(),
      value: line.slice(colon + 1).trim(),
    });
  }
  return fields;
}

/** Reads one entity and undoes its Content-Transfer-Encoding (RFC 2045 §6). */
export function parseEntity(bytes: Buffer): Result<MimeEntity, BodyError> {
  const section = parseHeaderSection(bytes);
  if (!section.ok) return section;
  const raw = bytes.subarray(section.value.contentStart);
  const fields = section.value.fields;
  const encoding = fields.find(({ name }) => name === "content-transfer-encoding")?.value;
  switch ((encoding ?? "binary").toLowerCase()) {
    case "binary":
    case "8bit":
    case "7bit":
      return ok({ fields, content: raw });
    case "base64":
      return ok({ fields, content: Buffer.from(raw.toString("latin1"), "base64") });
    default:
      return err(bodyError("a body part has a transfer encoding that is not supported", 415));
  }
}
