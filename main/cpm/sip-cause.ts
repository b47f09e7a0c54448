import { parseDecimal } from "../base/decimal.ts";
import { parameter } from "../sip/grammar/parameters.ts";
import { parseParameterizedValue } from "../sip/grammar/value.ts";
import type { SipHeaders } from "../sip/message/headers.ts";

/** Why a request was sent: the Reason value with protocol SIP (RFC 3326 §2). */
export interface SipCause {
  readonly cause: number;
  readonly text?: string;
  /** Name of the device that dealt with the offer, where the core adds it to the Reason it writes. */
  readonly device?: string;
}

const MAX_TEXT = 200;

/** undefined when there is no Reason of SIP with a cause; other protocols (Q.850) say nothing here. */
export function sipCauseOf(headers: SipHeaders): SipCause | undefined {
  for (const value of headers.list("Reason")) {
    const parsed = parseParameterizedValue(value);
    if (!parsed.ok || parsed.value.value.toUpperCase() !== "SIP") continue;
    const { parameters } = parsed.value;
    const cause = parseDecimal(parameter(parameters, "cause") ?? "", 3);
    if (cause === undefined) continue;
    const text = parameter(parameters, "text");
    const device = parameter(parameters, "device-name");
    return {
      cause,
      ...(text === undefined ? {} : { text: text.slice(0, MAX_TEXT) }),
      ...(device === undefined || device === "" ? {} : { device: device.slice(0, MAX_TEXT) }),
    };
  }
  return undefined;
}

/** The texts of Warning headers (RFC 3261 §20.43), without code and agent. */
export function warningTextsOf(headers: SipHeaders): readonly string[] {
  return headers.list("Warning").map((value) => {
    const quote = value.indexOf('"');
    return quote < 0 ? value : value.slice(quote + 1).replace(/"$/, "");
  });
}
