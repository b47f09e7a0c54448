import type { Random } from "../../base/ports.ts";
import { LocalProtocolError } from "../../base/protocol-error.ts";
import { randomToken } from "../../base/tokens.ts";
import { endLine } from "./end-line.ts";

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
  readonly method: "SEND" | "REPORT" | "AUTH";
  readonly paths: Paths;
}

/** Values of the two path fields. */
export interface Paths {
  readonly toPath: string;
  readonly fromPath: string;
}

/** Start line and fields of a request without body. */
export function requestHead(
  start: RequestStart,
  fields: readonly (readonly [name: string, value: string])[],
): string {
  return `MSRP ${start.transactionId} ${start.method}\r\n${pathLines(start.paths)}${headerLines(fields)}`;
}

/** @throws LocalProtocolError when a value could break a line */
export function headerLines(fields: readonly (readonly [name: string, value: string])[]): string {
  return fields.map(([name, value]) => `${name}: ${checked(value)}\r\n`).join("");
}

export function pathLines(paths: Paths): string {
  return `To-Path: ${paths.toPath}\r\nFrom-Path: ${paths.fromPath}\r\n`;
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
