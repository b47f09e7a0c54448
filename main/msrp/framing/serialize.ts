import { LocalProtocolError } from "../../base/protocol-error.ts";
import type { Random } from "../../base/ports.ts";
import { randomToken } from "../../base/tokens.ts";
import type { ContinuationFlag } from "./end-line.ts";

/**
 * A transaction id: 31 letters and digits, about 184 bits. As long as RFC 4975 §9 allows nearly, because the search for
 * the end-line, the peer's and ours, skips its length at a time.
 */
export function newTransactionId(random: Random): string {
  return randomToken(random, 31);
}

/** A Message-ID, unique without doubt (RFC 4975 §7.1.1). */
export function newMessageId(random: Random): string {
  return randomToken(random, 24);
}

export interface RequestStart {
  readonly transactionId: string;
  readonly method: "SEND" | "REPORT";
  readonly paths: Paths;
}

/** Values of the two path fields. */
export interface Paths {
  readonly toPath: string;
  readonly fromPath: string;
}

/**
 * Start line and fields of a request. A body follows after a blank line that the caller's last field must bring about:
 * Content-Type comes last (RFC 4975 §9).
 */
export function requestHead(start: RequestStart, fields: readonly (readonly [string, string])[]): string {
  const lines = fields.map(([name, value]) => `${name}: ${checked(value)}\r\n`).join("");
  return `MSRP ${start.transactionId} ${start.method}\r\n${pathLines(start.paths)}${lines}`;
}

/** A response: start line, paths and end-line (RFC 4975 §7.2). */
export function responseFrame(
  transactionId: string,
  status: number,
  comment: string | undefined,
  paths: Paths,
): string {
  const text = comment ?? reasonPhrase(status);
  const start = `MSRP ${transactionId} ${String(status)}${text === "" ? "" : ` ${checked(text)}`}\r\n`;
  return `${start}${pathLines(paths)}${endLine(transactionId, "$")}`;
}

/** The end-line; after a body CRLF goes before it. */
export function endLine(transactionId: string, flag: ContinuationFlag): string {
  return `-------${transactionId}${flag}\r\n`;
}

function pathLines(paths: Paths): string {
  return `To-Path: ${paths.toPath}\r\nFrom-Path: ${paths.fromPath}\r\n`;
}

/** A value with a line end in it would let whoever chose it write header lines of his own. */
function checked(value: string): string {
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) {
      throw new LocalProtocolError("control character in an MSRP header value");
    }
  }
  return value;
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [200, "OK"],
  [400, "Bad Request"],
  [403, "Forbidden"],
  [408, "Request Timeout"],
  [413, "Stop Sending"],
  [415, "Unsupported Media Type"],
  [423, "Out of Bounds"],
  [481, "Session Does Not Exist"],
  [501, "Unknown Method"],
  [506, "Session In Use"],
]);

/** Comment of a status (RFC 4975 §10). */
export function reasonPhrase(status: number): string {
  return REASONS.get(status) ?? "";
}
