import { bracketHost } from "../../base/host-port.ts";
import { ok, type Result } from "../../base/result.ts";
import { ALPHANUM, Cursor, tableOf } from "./cursor.ts";
import { formatParameters, type Parameters, readParameters } from "./parameters.ts";
import { malformed, type SipParseError } from "./parse-error.ts";
import { parseHostPart } from "./uri.ts";

/** One Via value (RFC 3261 §20.42). */
export interface Via {
  /** Upper case: UDP, TCP, TLS … */
  readonly transport: string;
  /** sent-by host, without brackets. */
  readonly host: string;
  readonly port?: number;
  readonly parameters: Parameters;
}

/** Branches of RFC 3261 begin with it; others come from RFC 2543 and are not unique (§8.1.1.7). */
export const MAGIC_COOKIE = "z9hG4bK";

const HOST = tableOf(ALPHANUM, "-._[]:");
const DIGITS = tableOf("0123456789");

export function parseVia(text: string): Result<Via, SipParseError> {
  const cursor = new Cursor(text);
  cursor.skipLws();
  const transport = readSentProtocol(cursor);
  if (transport === undefined) return malformed("malformed Via protocol", text);
  const start = cursor.index;
  cursor.skipLws();
  if (cursor.index === start) return malformed("Via without sent-by", text);
  const sentBy = readSentBy(cursor);
  if (sentBy === undefined) return malformed("malformed sent-by", text);
  const parameters = readParameters(cursor);
  if (parameters === undefined || !cursor.atEnd) return malformed("malformed Via parameters", text);
  return ok({ transport, ...sentBy, parameters });
}

function readSentProtocol(cursor: Cursor): string | undefined {
  const name = cursor.token();
  if (!cursor.eatPadded("/")) return undefined;
  const version = cursor.token();
  if (!cursor.eatPadded("/")) return undefined;
  const transport = cursor.token();
  const isSip = name.toUpperCase() === "SIP" && version === "2.0";
  return isSip && transport !== "" ? transport.toUpperCase() : undefined;
}

function readSentBy(cursor: Cursor): { readonly host: string; readonly port?: number } | undefined {
  const written = cursor.run(HOST);
  // Blanks may stand around the colon of the port (COLON, RFC 3261 §25.1).
  if (written.endsWith(":") || cursor.eatPadded(":")) {
    cursor.skipLws();
    const host = written.endsWith(":") ? written.slice(0, -1) : written;
    return parseHostPart(`${host}:${cursor.run(DIGITS)}`);
  }
  return parseHostPart(written);
}

export function formatVia(via: Via): string {
  const port = via.port === undefined ? "" : `:${String(via.port)}`;
  return `SIP/2.0/${via.transport} ${bracketHost(via.host)}${port}${formatParameters(via.parameters)}`;
}
