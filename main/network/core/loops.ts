import { callIdOf, cseqOf, fromTagOf, viasOf } from "../../sip/message/fields.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { TransportLayer } from "../../sip/transport/transport-layer.ts";
import { isOwnVia } from "../../sip/transport/via-rules.ts";

/** One of its Via values is ours (RFC 3261 §16.3 step 4). */
export function hasPassed(request: SipRequest, transport: Pick<TransportLayer, "sentBy">): boolean {
  const own = { plain: transport.sentBy(), tls: transport.sentBy("tls") };
  const vias = viasOf(request);
  return vias.ok && vias.value.some((via) => isOwnVia(via, own));
}

/** What decides a request's way: the same again means a loop (RFC 5393 §4.2). */
export function wayOf(request: SipRequest): string {
  const callId = callIdOf(request);
  const cseq = cseqOf(request);
  return JSON.stringify([
    request.method,
    request.uri,
    request.headers.getAll("Route"),
    callId.ok ? callId.value : "",
    fromTagOf(request) ?? "",
    cseq.ok ? cseq.value.number : -1,
  ]);
}
