import { parseDecimalIn } from "../../base/decimal.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type NameAddr, parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { hasParameter, parameter } from "../../sip/grammar/parameters.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { Flow } from "../../sip/transport/flow.ts";

/**
 * Seconds after which a device must have shown a sign of life on its connection (RFC 5626 §4.4): well below the time after
 * which idle connections are closed.
 */
export const FLOW_TIMER_S = 120;

const MAX_REG_ID = 2 ** 31 - 1;

/** Why a REGISTER for a flow is refused. */
export interface OutboundRefusal {
  readonly status: number;
  readonly reason?: string;
}

/**
 * The flow that a contact registers (RFC 5626 §6): its reg-id, when outbound takes effect for it. Over UDP it does not:
 * keep-alives there are STUN (§3.5.2), which is not spoken here, so such a binding stays an ordinary one.
 */
export function regIdOf(
  request: SipRequest,
  contact: NameAddr,
  flow: Flow,
): Result<number | undefined, OutboundRefusal> {
  const text = parameter(contact.parameters, "reg-id");
  const hasInstance = (parameter(contact.parameters, "+sip.instance") ?? "") !== "";
  // Without an instance, or from a device that does not know outbound, reg-id means nothing.
  if (text === undefined || !hasInstance || !supports(request, "outbound")) return ok(undefined);
  const regId = parseDecimalIn(text, 1, MAX_REG_ID);
  if (regId === undefined) return err({ status: 400, reason: "Bad Request: malformed reg-id" });
  if (request.headers.list("Via").length === 1) {
    return ok(flow.transport === "udp" ? undefined : regId);
  }
  return isBehindEdge(request) ? ok(regId) : err({ status: 439 });
}

/** The first hop is an edge proxy that keeps the flow, and says so in the Path value it wrote. */
function isBehindEdge(request: SipRequest): boolean {
  const edge = parseNameAddr(request.headers.list("Path").at(-1) ?? "");
  return edge.ok && edge.value.uri.kind === "sip" && hasParameter(edge.value.uri.parameters, "ob");
}

export function supports(request: SipRequest, option: string): boolean {
  return request.headers.list("Supported").some((tag) => tag.toLowerCase() === option);
}
