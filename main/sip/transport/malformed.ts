import type { HostPort } from "../../base/host-port.ts";
import type { SipParseError } from "../grammar/parse-error.ts";
import { responseTo } from "../message/build.ts";
import type { SipMessage, SipResponse } from "../message/message.ts";
import { markReceived } from "./via-rules.ts";

/** Without these no one could tell what a response belongs to. */
const NEEDED = ["From", "To", "Call-ID", "CSeq"] as const;

/**
 * The response to a request that could not be read to its end: 400 or what the error asks for (RFC 3261 §18.3 for a body
 * cut short). undefined for what must not be answered, responses and ACK, and for what cannot be.
 * @param partial what could be read
 */
export function refusalOf(
  partial: SipMessage | undefined,
  error: SipParseError,
  source: HostPort,
): SipResponse | undefined {
  if (partial === undefined || partial.kind === "response" || partial.method === "ACK")
    return undefined;
  if (NEEDED.some((name) => !partial.headers.has(name))) return undefined;
  const marked = markReceived(partial, source);
  if (!marked.ok) return undefined;
  return responseTo(marked.value, error.statusHint);
}
