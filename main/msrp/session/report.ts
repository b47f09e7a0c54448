import type { Random } from "../../base/ports.ts";
import { formatByteRange, parseByteRange } from "../framing/byte-range.ts";
import { endLine } from "../framing/end-line.ts";
import type { FrameHead } from "../framing/frame-head.ts";
import type { FrameRecord } from "../framing/frame-wire.ts";
import { newTransactionId, type Paths, requestHead } from "../framing/serialize.ts";
import type { MsrpReport } from "./session.ts";

/** A REPORT request (RFC 4975 §7.1.2). `000` is the namespace of MSRP status codes. */
export function reportFrame(report: MsrpReport, paths: Paths, random: Random): FrameRecord {
  const tid = newTransactionId(random);
  const byteRange = formatByteRange(report.range);
  const comment = report.comment === undefined ? "" : ` ${report.comment}`;
  const head = requestHead({ transactionId: tid, method: "REPORT", paths }, [
    ["Message-ID", report.messageId],
    ["Byte-Range", byteRange],
    ["Status", `000 ${String(report.status).padStart(3, "0")}${comment}`],
  ]);
  return {
    text: head + endLine(tid, "$"),
    summary: {
      method: "REPORT",
      tid,
      messageId: report.messageId,
      byteRange,
      flag: "$",
      hasBody: false,
    },
  };
}

/** Reads a REPORT; undefined when it says nothing usable: reports are never answered. */
export function readReport(head: FrameHead): MsrpReport | undefined {
  const messageId = head.fields.get("message-id");
  const status = parseStatusField(head.fields.get("status") ?? "");
  const range = parseByteRange(head.fields.get("byte-range") ?? "");
  if (messageId === undefined || status === undefined || !range.ok) return undefined;
  return { messageId, range: range.value, ...status };
}

function parseStatusField(
  text: string,
): { readonly status: number; readonly comment?: string } | undefined {
  if (!text.startsWith("000 ") || text.length < 7) return undefined;
  let status = 0;
  for (let i = 4; i < 7; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    status = status * 10 + digit;
  }
  if (text.length === 7) return { status };
  return text.charAt(7) === " " ? { status, comment: text.slice(8) } : undefined;
}
