/**
 * The header section of one MSRP request or response (RFC 4975 §9).
 *
 *   msrp-request  = req-start headers [content-stuff] end-line
 *   req-start     = "MSRP" SP transact-id SP method CRLF
 *   resp-start    = "MSRP" SP transact-id SP status-code [SP comment] CRLF
 *   headers       = To-Path CRLF From-Path CRLF 1*( header CRLF )      ; the RFC's own responses have none after From-Path
 *   transact-id   = ident = ALPHANUM 3*31( ALPHANUM / "." / "-" / "+" / "%" / "=" )
 */
export interface FrameHead {
  readonly kind: "request" | "response";
  readonly transactionId: string;
  /** Empty in a response. */
  readonly method: string;
  /** 0 in a request. */
  readonly status: number;
  readonly comment: string;
  readonly fields: FrameFields;
  readonly hasBody: boolean;
  /** The lines as received, each octet one character, with CRLFs: for the trace. */
  readonly rawText: string;
  /** A broken rule that leaves the framing intact (answered 400). */
  readonly malformed: string | undefined;
}

const SINGLE_FIELDS: ReadonlySet<string> = new Set([
  "to-path",
  "from-path",
  "message-id",
  "byte-range",
  "status",
  "success-report",
  "failure-report",
  "content-type",
]);

const SEPARATORS = '"(),/:;<=>?@[\\]';

/** Header fields in order. Names match without regard to case. */
export class FrameFields {
  /** Lower case. */
  readonly names: readonly string[];
  readonly values: readonly string[];

  constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.values = values;
  }

  /** @param lowerName the name in lower case */
  get(lowerName: string): string | undefined {
    const index = this.names.indexOf(lowerName);
    return index < 0 ? undefined : this.values[index];
  }
}

/** A head as it was read. Its text is put together only for those who keep a trace. */
export class ParsedHead implements FrameHead {
  readonly kind: "request" | "response";
  readonly transactionId: string;
  readonly method: string;
  readonly status: number;
  readonly comment: string;
  readonly fields: FrameFields;
  readonly hasBody: boolean;
  readonly malformed: string | undefined;
  readonly #lines: readonly string[];

  /** @param lines start line and fields, one octet per character, without CRLF */
  constructor(start: StartLine, lines: readonly string[], hasBody: boolean) {
    this.kind = start.kind;
    this.transactionId = start.transactionId;
    this.method = start.method;
    this.status = start.status;
    this.comment = start.comment;
    this.hasBody = hasBody;
    const { fields, malformed } = parseFields(lines, 1);
    this.fields = fields;
    this.malformed = malformed;
    this.#lines = lines;
  }

  get rawText(): string {
    return `${this.#lines.join("\r\n")}\r\n${this.hasBody ? "\r\n" : ""}`;
  }
}

/** What the start line says, or undefined where it is no MSRP: the framing is lost then. */
export interface StartLine {
  readonly kind: "request" | "response";
  readonly transactionId: string;
  readonly method: string;
  readonly status: number;
  readonly comment: string;
}

const MAX_METHOD_LENGTH = 32;

export function parseStartLine(line: string): StartLine | undefined {
  if (!line.startsWith("MSRP ")) return undefined;
  const tidEnd = line.indexOf(" ", 5);
  if (tidEnd < 0) return undefined;
  const transactionId = line.slice(5, tidEnd);
  if (!isIdent(transactionId)) return undefined;
  const rest = line.slice(tidEnd + 1);
  const first = rest.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39) return parseStatus(transactionId, rest);
  if (!isMethod(rest)) return undefined;
  return { kind: "request", transactionId, method: rest, status: 0, comment: "" };
}

function parseStatus(transactionId: string, rest: string): StartLine | undefined {
  if (rest.length > 3 && rest.charCodeAt(3) !== 0x20) return undefined;
  let status = 0;
  for (let i = 0; i < 3; i += 1) {
    const digit = rest.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    status = status * 10 + digit;
  }
  // The comment is for people; one that cannot be read, or could break a line of ours, were it passed on, is dropped.
  const comment = hasControl(rest) ? "" : (utf8(rest.slice(4)) ?? "");
  return { kind: "response", transactionId, method: "", status, comment };
}

/** Upper-case letters, and the underscore that deployed extensions use (FILE_OFFSET) although RFC 4975 §9 has none. */
function isMethod(text: string): boolean {
  if (text.length === 0 || text.length > MAX_METHOD_LENGTH) return false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if ((code < 0x41 || code > 0x5a) && code !== 0x5f) return false;
  }
  return true;
}

/** `ident` of RFC 4975 §9: transaction ids and Message-IDs. */
export function isIdent(text: string): boolean {
  if (text.length < 4 || text.length > 32) return false;
  if (!isAlphanumeric(text.charCodeAt(0))) return false;
  for (let i = 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (!isAlphanumeric(code) && !isIdentMark(code)) return false;
  }
  return true;
}

function isAlphanumeric(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a)
  );
}

/** `.` `-` `+` `%` `=` */
function isIdentMark(code: number): boolean {
  return code === 0x2e || code === 0x2d || code === 0x2b || code === 0x25 || code === 0x3d;
}

/**
 * Reads the header lines after the start line.
 * @param lines one octet per character, without CRLF
 * @param first the index of the first of them
 */
function parseFields(
  lines: readonly string[],
  first: number,
): { readonly fields: FrameFields; readonly malformed: string | undefined } {
  const names: string[] = [];
  const values: string[] = [];
  let malformed: string | undefined;
  for (let i = first; i < lines.length; i += 1) {
    const line = lines[i] ?? "";
    const colon = line.indexOf(":");
    const value = isToken(line, colon) ? readValue(line, colon + 1) : undefined;
    if (value === undefined) {
      malformed ??= "bad header line";
      continue;
    }
    const name = line.slice(0, colon).toLowerCase();
    if (names.includes(name) && SINGLE_FIELDS.has(name)) malformed ??= `${name} twice`;
    names.push(name);
    values.push(value);
  }
  const arePathsFirst = names[0] === "to-path" && names[1] === "from-path";
  if (!arePathsFirst) malformed ??= "To-Path and From-Path do not lead";
  return { fields: new FrameFields(names, values), malformed };
}

function readValue(line: string, start: number): string | undefined {
  const octets = withoutBlanks(line, start);
  return hasControl(octets) ? undefined : utf8(octets);
}

/**
 * From `start` on, without blanks and tabs at both ends and nothing else: these are octets yet, and `trim` would take the
 * last one of a letter (U+00E0 ends with 0xA0), or a CR that somebody else reads as a line end.
 */
function withoutBlanks(text: string, start: number): string {
  let from = start;
  let end = text.length;
  while (from < end && isBlank(text.charCodeAt(from))) from += 1;
  while (end > from && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(from, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether the first `end` characters, one at least, are a `token` (RFC 4975 §9). */
function isToken(text: string, end: number): boolean {
  if (end <= 0) return false;
  for (let i = 0; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || SEPARATORS.includes(text.charAt(i))) return false;
  }
  return true;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}

/**
 * The text of octets that were read one per character. ASCII, nearly always, is left as it is; undefined where they are
 * not UTF-8, which is all that a value may be (RFC 4975 §9 utf8text).
 */
function utf8(text: string): string | undefined {
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) >= 0x80) return decoded(Buffer.from(text, "latin1"));
  }
  return text;
}

/** Decoding replaces what is not UTF-8, so only that comes back as other octets. */
function decoded(octets: Buffer): string | undefined {
  const text = octets.toString("utf8");
  return Buffer.from(text, "utf8").equals(octets) ? text : undefined;
}
