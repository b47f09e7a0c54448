import { parseHeaderSection } from "./mime-entity.ts";

/** Envelope and inner headers of a wrapper may be as long together. */
export const MAX_WRAPPER_OCTETS = 16_384;

/** What stands before the octets of a file in a CPIM message (RFC 3862 §3). */
export interface CpimWrapper {
  readonly octets: number;
  /** Of the content. */
  readonly contentType: string;
  /** As the inner headers say; undefined where the octets are what they are. */
  readonly encoding?: string;
}

const BLANK = Buffer.from("\r\n\r\n");

/**
 * Reads the beginning of a CPIM message.
 * @returns "more" while it may end later; undefined where it is no wrapper
 */
export function readCpimWrapper(start: Buffer): CpimWrapper | "more" | undefined {
  const envelope = sectionEnd(start, 0);
  if (envelope === undefined) return start.length < MAX_WRAPPER_OCTETS ? "more" : undefined;
  const outer = fieldsOf(start.subarray(0, envelope));
  if (outer === undefined) return undefined;
  // RFC 4975 §11.4 and RFC 5547 §9.1 show both kinds of headers without the blank line that RFC 3862 has between them.
  if (outer.has("content-type")) return wrapper(outer, envelope);
  const inner = sectionEnd(start, envelope);
  if (inner === undefined) return start.length < MAX_WRAPPER_OCTETS ? "more" : undefined;
  const fields = fieldsOf(start.subarray(envelope, inner));
  return fields === undefined || inner > MAX_WRAPPER_OCTETS ? undefined : wrapper(fields, inner);
}

/** One past the blank line; a section may be empty. */
function sectionEnd(bytes: Buffer, from: number): number | undefined {
  if (from > 0 && bytes.length >= from + 2 && bytes.toString("latin1", from, from + 2) === "\r\n")
    return from + 2;
  const blank = bytes.indexOf(BLANK, from);
  return blank < 0 ? undefined : blank + BLANK.length;
}

function fieldsOf(section: Buffer): ReadonlyMap<string, string> | undefined {
  const parsed = parseHeaderSection(section);
  if (!parsed.ok) return undefined;
  return new Map(parsed.value.fields.map(({ name, value }) => [name, value]));
}

function wrapper(fields: ReadonlyMap<string, string>, octets: number): CpimWrapper {
  const encoding = fields.get("content-transfer-encoding")?.toLowerCase();
  const isPlain = encoding === undefined || ["binary", "8bit", "7bit"].includes(encoding);
  return {
    octets,
    contentType: fields.get("content-type") ?? "text/plain",
    ...(isPlain ? {} : { encoding }),
  };
}

/** Writes what goes before a file that is sent as `message/cpim`. */
export function buildCpimWrapper(head: {
  readonly from: string;
  readonly to: string;
  /** RFC 3339 time. */
  readonly dateTime: string;
  readonly contentType: string;
}): Buffer {
  const lines = [
    `From: <${head.from}>`,
    `To: <${head.to}>`,
    `DateTime: ${head.dateTime}`,
    "",
    `Content-Type: ${head.contentType}`,
    "",
    "",
  ];
  return Buffer.from(lines.join("\r\n"), "utf8");
}
