import { err, ok, type Result } from "../../base/result.ts";
import { type ByteRange, parseByteRange, WHOLE_MESSAGE } from "../framing/byte-range.ts";
import { type FrameHead, isIdent } from "../framing/frame-head.ts";
import type { FailureReport, HeaderLine } from "./message-fields.ts";

/** The fields of a SEND that carries a body (RFC 4975 §7.1.1). */
export interface SendHead {
  readonly messageId: string;
  readonly contentType: string;
  readonly byteRange: ByteRange;
  readonly hasByteRange: boolean;
  readonly successReport: boolean;
  readonly headers: readonly HeaderLine[];
}

/** A refusal: status and comment of the response. */
export interface Refusal {
  readonly status: number;
  readonly comment?: string;
}

const FRAMING_FIELDS: ReadonlySet<string> = new Set([
  "to-path",
  "from-path",
  "message-id",
  "byte-range",
  "success-report",
  "failure-report",
  "content-type",
]);

/** Absent is `yes` (RFC 4975 §7.1.1); an unknown value counts as absent here and is refused by {@link readSend}. */
export function failureReportOf(head: FrameHead): FailureReport {
  const value = wishOf(head, "failure-report");
  return value === "no" || value === "partial" ? value : "yes";
}

/** Literal words of ABNF match without regard to case (RFC 5234 §2.3). */
function wishOf(head: FrameHead, name: string): string | undefined {
  return head.fields.get(name)?.toLowerCase();
}

export function readSend(head: FrameHead): Result<SendHead, Refusal> {
  const refuse = (comment: string): Result<SendHead, Refusal> => err({ status: 400, comment });
  if (head.malformed !== undefined) return refuse(head.malformed);
  const { fields } = head;
  const messageId = fields.get("message-id");
  if (messageId === undefined || !isIdent(messageId)) return refuse("bad Message-ID");
  const failureReport = wishOf(head, "failure-report");
  if (!isOneOf(failureReport, ["yes", "no", "partial"])) return refuse("bad Failure-Report");
  const successReport = wishOf(head, "success-report");
  if (!isOneOf(successReport, ["yes", "no"])) return refuse("bad Success-Report");
  const rangeText = fields.get("byte-range");
  const range = rangeText === undefined ? ok(WHOLE_MESSAGE) : parseByteRange(rangeText);
  if (!range.ok) return refuse(`bad Byte-Range: ${range.error.what}`);
  return ok({
    messageId,
    contentType: fields.get("content-type") ?? "",
    byteRange: range.value,
    hasByteRange: rangeText !== undefined,
    successReport: successReport === "yes",
    headers: otherHeaders(head),
  });
}

function isOneOf(value: string | undefined, allowed: readonly string[]): boolean {
  return value === undefined || allowed.includes(value);
}

function otherHeaders(head: FrameHead): readonly HeaderLine[] {
  const { names, values } = head.fields;
  const headers: HeaderLine[] = [];
  for (const [index, name] of names.entries()) {
    if (!FRAMING_FIELDS.has(name)) headers.push({ name, value: values[index] ?? "" });
  }
  return headers;
}

/** Whether a list of media types, `*` and `type/*` included, takes this Content-Type (RFC 4975 §8.6). */
export function acceptsType(accepted: readonly string[], contentType: string): boolean {
  const type = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  const family = `${type.slice(0, Math.max(0, type.indexOf("/")))}/*`;
  return accepted.some((entry) => {
    const wanted = (entry.split(";", 1)[0] ?? "").trim().toLowerCase();
    return wanted === "*" || wanted === type || wanted === family;
  });
}
