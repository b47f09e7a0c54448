import { instanceOf, instanceParameter } from "../../cpm/instance.ts";
import { formatNameAddr, parseNameAddr } from "../../sip/grammar/name-addr.ts";
import type { HeaderField, SipHeaders } from "../../sip/message/headers.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";

/**
 * What a Participating Function carries from one leg to the other. It changes Call-ID, tags and paths, so the CPM
 * identifiers are the only end-to-end correlators and go through untouched (OMA CPM Conversation Functions, App. C.1).
 */
const REQUEST_HEADERS = [
  "P-Asserted-Identity",
  "P-Asserted-Service",
  "Accept-Contact",
  "Reject-Contact",
  "Request-Disposition",
  "Max-Breadth",
  "Conversation-ID",
  "Contribution-ID",
  "InReplyTo-Contribution-ID",
  "Privacy",
  "User-Agent",
  "Subject",
  "Allow",
  "Date",
] as const;

/** `User-Agent` of an answer tells the sender whether the receiver's success REPORT proves the file (see docs/decisions). */
const RESPONSE_HEADERS = [
  "User-Agent",
  "Server",
  "Allow",
  "Warning",
  "Reason",
  "Retry-After",
  "Error-Info",
] as const;

/** Headers of an in-dialog request that mean the same on the other leg. */
const IN_DIALOG_HEADERS = ["Reason", "Warning", "User-Agent"] as const;

function copy(headers: SipHeaders, names: readonly string[]): readonly HeaderField[] {
  return names.flatMap((name) => headers.getAll(name).map((value) => ({ name, value })));
}

/** Headers of the INVITE on the other leg, Max-Forwards one lower (RFC 3261 §16.6 item 3, kept by a B2BUA against loops). */
export function outgoingInviteHeaders(
  request: SipRequest,
  maxForwards: number,
): readonly HeaderField[] {
  return [
    ...copy(request.headers, REQUEST_HEADERS),
    { name: "Max-Forwards", value: String(maxForwards - 1) },
  ];
}

export function relayedResponseHeaders(response: SipResponse): readonly HeaderField[] {
  return copy(response.headers, RESPONSE_HEADERS);
}

export function relayedInDialogHeaders(request: SipRequest): readonly HeaderField[] {
  return copy(request.headers, IN_DIALOG_HEADERS);
}

/**
 * Our Contact on one leg, with the instance id of the device on the other one: it tells a sender which of the receiver's
 * devices has answered (docs/decisions/0014). The identity of a user who asks for privacy is not carried.
 * @param own Contact without a device
 */
export function contactFor(own: string, { headers }: SipRequest | SipResponse): HeaderField {
  const instanceId = headers.has("Privacy") ? undefined : instanceOf(headers);
  return { name: "Contact", value: `${own}${instanceParameter(instanceId)}` };
}

/** The Reason value of a CANCEL or BYE, if it has one. */
export function reasonOf(request: SipRequest): string | undefined {
  return request.headers.get("Reason");
}

/** A From or To value without its tag: the other leg has tags of its own. A value that is no name-addr passes as it is. */
export function withoutTag(value: string): string {
  const parsed = parseNameAddr(value);
  if (!parsed.ok) return value;
  const parameters = parsed.value.parameters.filter(({ name }) => name.toLowerCase() !== "tag");
  return formatNameAddr({ ...parsed.value, parameters });
}
