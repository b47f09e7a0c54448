import { parseDecimalIn } from "../../base/decimal.ts";
import { parameter } from "../grammar/parameters.ts";
import { parseParameterizedValue } from "../grammar/value.ts";
import type { HeaderField, SipHeaders } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { UasResponse } from "./server-request.ts";

/** RFC 4028 §5: nobody may ask for less. */
export const LEAST_MIN_SE_S = 90;

export interface SessionTimerConfig {
  /** Asked for in our INVITEs, and put into answers to peers that know timers; absent: only what others ask for. */
  readonly sessionExpiresS?: number;
  /** The shortest that we accept. */
  readonly minSessionS: number;
}

/** Session-Expires as written (RFC 4028 §4). */
export interface SessionExpires {
  readonly expiresS: number;
  /** Seen from the request that carries it, or that it answers. */
  readonly refresher?: "uac" | "uas";
}

/** What both sides have agreed on. */
export interface AgreedTimer {
  readonly expiresS: number;
  /** We send the refreshes. */
  readonly isOurs: boolean;
}

export function supportsOption(headers: SipHeaders, tag: string): boolean {
  return [...headers.list("Supported"), ...headers.list("Require")].some(
    (one) => one.toLowerCase() === tag,
  );
}

/** undefined: absent, or it cannot be read. */
export function sessionExpiresOf(headers: SipHeaders): SessionExpires | undefined {
  const parsed = parseParameterizedValue(headers.get("Session-Expires") ?? "");
  const expiresS = parsed.ok ? parseDecimalIn(parsed.value.value, 0, 2 ** 32 - 1) : undefined;
  if (!parsed.ok || expiresS === undefined) return undefined;
  const refresher = parameter(parsed.value.parameters, "refresher")?.toLowerCase();
  return refresher === "uac" || refresher === "uas" ? { expiresS, refresher } : { expiresS };
}

export function minSeOf(headers: SipHeaders): number | undefined {
  const parsed = parseParameterizedValue(headers.get("Min-SE") ?? "");
  return parsed.ok ? parseDecimalIn(parsed.value.value, 0, 2 ** 32 - 1) : undefined;
}

/** What our INVITE asks for (§7.1). The refresher stays open: the other side names it. */
export function initialTimer({ sessionExpiresS }: SessionTimerConfig): readonly HeaderField[] {
  return sessionExpiresS === undefined
    ? []
    : [{ name: "Session-Expires", value: String(sessionExpiresS) }];
}

/** What a re-INVITE or UPDATE of ours carries while a timer runs: the same again, whoever refreshes (§7.4). */
export function runningTimer(agreed: AgreedTimer | undefined): readonly HeaderField[] {
  if (agreed === undefined) return [];
  const refresher = agreed.isOurs ? "uac" : "uas";
  return [{ name: "Session-Expires", value: `${String(agreed.expiresS)};refresher=${refresher}` }];
}

/** §9: an interval that is too short is refused, but only to those that know timers and so can ask for another. */
export function timerRefusal(
  { headers }: SipRequest,
  { minSessionS }: SessionTimerConfig,
): UasResponse | undefined {
  const asked = sessionExpiresOf(headers);
  const isShort = asked !== undefined && asked.expiresS < minSessionS;
  if (!isShort || !supportsOption(headers, "timer")) return undefined;
  return { status: 422, headers: [{ name: "Min-SE", value: String(minSessionS) }] };
}

/** What our 2xx says about the timer (§9, table 2), and what it means for us. */
export function answerTimer(
  { headers }: SipRequest,
  config: SessionTimerConfig,
): { readonly headers: readonly HeaderField[]; readonly agreed: AgreedTimer | undefined } {
  const asked = sessionExpiresOf(headers);
  const knowsTimers = supportsOption(headers, "timer");
  const expiresS = asked?.expiresS ?? (knowsTimers ? config.sessionExpiresS : undefined);
  if (expiresS === undefined) return { headers: [], agreed: undefined };
  // A peer without timers cannot refresh, nor be required to.
  const refresher = knowsTimers ? (asked?.refresher ?? "uac") : "uas";
  const least = Math.max(expiresS, minSeOf(headers) ?? 0, config.minSessionS);
  return {
    headers: [
      { name: "Session-Expires", value: `${String(least)};refresher=${refresher}` },
      ...(knowsTimers ? [{ name: "Require", value: "timer" }] : []),
    ],
    agreed: { expiresS: least, isOurs: refresher === "uas" },
  };
}

/** What a 2xx to our request says (§7.2). Without a refresher it is us. */
export function timerOfResponse(
  { headers }: SipResponse,
  { minSessionS }: SessionTimerConfig,
): AgreedTimer | undefined {
  const agreed = sessionExpiresOf(headers);
  if (agreed === undefined) return undefined;
  return {
    // Shorter than anybody may ask for would only make us send without pause.
    expiresS: Math.max(agreed.expiresS, Math.min(minSessionS, LEAST_MIN_SE_S)),
    isOurs: agreed.refresher !== "uas",
  };
}

/**
 * The same request with the interval that a 422 asks for (§7.3).
 * @returns undefined when it asks for nothing longer than what was offered
 */
export function withLongerSession(
  request: SipRequest,
  response: SipResponse,
): SipRequest | undefined {
  const least = minSeOf(response.headers);
  const asked = sessionExpiresOf(request.headers);
  if (least === undefined || asked === undefined || least <= asked.expiresS || least > MAX_S) {
    return undefined;
  }
  const refresher = asked.refresher === undefined ? "" : `;refresher=${asked.refresher}`;
  const headers = request.headers
    .set("Session-Expires", String(least) + refresher)
    .set("Min-SE", String(least));
  return { ...request, headers };
}

/** Whoever asks for more than a day has no use for a timer. */
const MAX_S = 86_400;
