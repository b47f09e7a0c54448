import { fromTagOf, toTagOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";

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

/** The dialog a received request belongs to: our tag is in To. */
export function idOfReceivedRequest(request: SipRequest): DialogId {
  return {
    callId: request.headers.get("Call-ID") ?? "",
    localTag: toTagOf(request) ?? "",
    remoteTag: fromTagOf(request) ?? "",
  };
}

/** The dialog a received response belongs to: our tag is in From. */
export function idOfReceivedResponse(response: SipResponse): DialogId {
  return {
    callId: response.headers.get("Call-ID") ?? "",
    localTag: fromTagOf(response) ?? "",
    remoteTag: toTagOf(response) ?? "",
  };
}
