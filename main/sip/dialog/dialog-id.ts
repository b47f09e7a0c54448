import { parseNameAddr } from "../grammar/name-addr.ts";
import { parameter } from "../grammar/parameters.ts";
import type { SipMessage } from "../message/message.ts";

/** RFC 3261 §12: what tells one dialog of this UA from another. */
export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  /** Empty for a peer of RFC 2543, which sends no tag (RFC 3261 §12.1.1). */
  readonly remoteTag: string;
}

/** Key for maps; no part can imitate another because none holds a line feed. */
export function dialogKey(id: DialogId): string {
  return `${id.callId}\n${id.localTag}\n${id.remoteTag}`;
}

/** The tag of a From or To value; empty when it has none or cannot be read. */
export function tagOf(value: string | undefined): string {
  if (value === undefined) return "";
  const parsed = parseNameAddr(value);
  return parsed.ok ? (parameter(parsed.value.parameters, "tag") ?? "") : "";
}

/** The dialog a received request belongs to: our tag is in To. */
export function idOfReceivedRequest(request: SipMessage): DialogId {
  return {
    callId: request.headers.get("Call-ID") ?? "",
    localTag: tagOf(request.headers.get("To")),
    remoteTag: tagOf(request.headers.get("From")),
  };
}

/** The dialog a received response belongs to: our tag is in From. */
export function idOfReceivedResponse(response: SipMessage): DialogId {
  return {
    callId: response.headers.get("Call-ID") ?? "",
    localTag: tagOf(response.headers.get("From")),
    remoteTag: tagOf(response.headers.get("To")),
  };
}
