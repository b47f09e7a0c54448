import { formatCSeq } from "../grammar/cseq.ts";
import { cseqOf } from "../message/fields.ts";
import { type HeaderField, SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../message/message.ts";

/**
 * The ACK of a 3xx-6xx (RFC 3261 §17.1.1.3): Request-URI, Call-ID, From, Route and the top Via of the INVITE, To of the
 * response.
 */
export function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  const to = response.headers.get("To") ?? invite.headers.get("To") ?? "";
  return hopRequest(invite, "ACK", to, []);
}

/** The CANCEL of an INVITE (RFC 3261 §9.1): as {@link ackFor}, with the INVITE's own To. */
export function cancelFor(invite: SipRequest, headers: readonly HeaderField[]): SipRequest {
  return hopRequest(invite, "CANCEL", invite.headers.get("To") ?? "", headers);
}

function hopRequest(
  invite: SipRequest,
  method: "ACK" | "CANCEL",
  to: string,
  headers: readonly HeaderField[],
): SipRequest {
  const cseq = cseqOf(invite);
  const fields: HeaderField[] = [
    { name: "Via", value: invite.headers.first("Via") ?? "" },
    ...copied(invite, "Route"),
    { name: "Max-Forwards", value: "70" },
    ...copied(invite, "From"),
    { name: "To", value: to },
    ...copied(invite, "Call-ID"),
    { name: "CSeq", value: formatCSeq({ number: cseq.ok ? cseq.value.number : 0, method }) },
    ...headers,
  ];
  return {
    kind: "request",
    method,
    uri: invite.uri,
    headers: SipHeaders.of(fields),
    body: NO_BODY,
    ...(invite.encoding === undefined ? {} : { encoding: invite.encoding }),
  };
}

function copied(invite: SipRequest, name: string): readonly HeaderField[] {
  return invite.headers.getAll(name).map((value) => ({ name, value }));
}
