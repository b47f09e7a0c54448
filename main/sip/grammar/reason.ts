import { parseDecimal } from "../../base/decimal.ts";
import { ok, type Result } from "../../base/result.ts";
import { quote } from "./cursor.ts";
import { parameter } from "./parameters.ts";
import type { SipParseError } from "./parse-error.ts";
import { parseParameterizedValue } from "./value.ts";

/** One value of a Reason header (RFC 3326). */
export interface Reason {
  /** As written: `SIP`, `Q.850` … */
  readonly protocol: string;
  readonly cause?: number;
  readonly text?: string;
}

export function parseReason(text: string): Result<Reason, SipParseError> {
  const parsed = parseParameterizedValue(text);
  if (!parsed.ok) return parsed;
  const { value: protocol, parameters } = parsed.value;
  const cause = parseDecimal(parameter(parameters, "cause") ?? "", 3);
  const reasonText = parameter(parameters, "text");
  return ok({
    protocol,
    ...(cause === undefined ? {} : { cause }),
    ...(reasonText === undefined ? {} : { text: reasonText }),
  });
}

/** `SIP;cause=200;text="Call completed elsewhere"`: the text always in quotes, as the header's grammar asks. */
export function formatReason(reason: Reason): string {
  const cause = reason.cause === undefined ? "" : `;cause=${String(reason.cause)}`;
  const text = reason.text === undefined ? "" : `;text=${quote(reason.text)}`;
  return reason.protocol + cause + text;
}
