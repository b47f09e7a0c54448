import { err, ok, type Result } from "../../base/result.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";
import { minSeOf, sessionExpiresOf, supportsOption } from "../../sip/ua/session-timer.ts";
import type { LocalAnswer } from "./registrar.ts";

/** What the core wants of the timers of sessions that pass through it. */
export interface SessionTimerPolicy {
  /** The shortest interval that it lets through. */
  readonly minSessionS: number;
  /** Put into requests that ask for none; absent: it leaves that to the two sides. */
  readonly sessionExpiresS?: number;
}

const TIMED = new Set(["INVITE", "UPDATE"]);

/**
 * RFC 4028 §8.1: what a proxy does to a request that begins or refreshes a session. An interval that is too short is
 * refused where the sender can ask for another, and made longer where it cannot.
 */
export function timedRequest(
  request: SipRequest,
  { minSessionS, sessionExpiresS }: SessionTimerPolicy,
): Result<SipRequest, LocalAnswer> {
  if (!TIMED.has(request.method)) return ok(request);
  const { headers } = request;
  const asked = sessionExpiresOf(headers);
  if (asked === undefined) {
    if (sessionExpiresS === undefined || headers.has("Session-Expires")) return ok(request);
    const expiresS = Math.max(sessionExpiresS, minSeOf(headers) ?? 0);
    return ok({ ...request, headers: headers.set("Session-Expires", String(expiresS)) });
  }
  if (asked.expiresS >= minSessionS) return ok(request);
  const least = String(minSessionS);
  if (supportsOption(headers, "timer")) {
    return err({ status: 422, headers: [{ name: "Min-SE", value: least }] });
  }
  const longer = headers.set("Session-Expires", least).set("Min-SE", least);
  return ok({ ...request, headers: longer });
}

/**
 * RFC 4028 §8.2: the called side knows no timers, but the caller does: it is made the refresher.
 * @param sent the request as it was sent on
 */
export function timedResponse(sent: SipRequest, response: SipResponse): SipResponse {
  const isSuccess = response.status >= 200 && response.status < 300;
  if (!isSuccess || !TIMED.has(sent.method) || response.headers.has("Session-Expires")) {
    return response;
  }
  const asked = sessionExpiresOf(sent.headers);
  if (asked === undefined || !supportsOption(sent.headers, "timer")) return response;
  const headers = response.headers
    .append("Session-Expires", `${String(asked.expiresS)};refresher=uac`)
    .append("Require", "timer");
  return { ...response, headers };
}
