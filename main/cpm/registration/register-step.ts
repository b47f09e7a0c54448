import type { ProtectionProblem } from "../../../shared/model/registration.ts";
import type { Result } from "../../base/result.ts";
import type { SipFailure } from "../../drachtio/srf.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { retryAfterMsOf } from "../../sip/message/retry-after.ts";
import { PROTECTION_REASONS, protectionProblem } from "./protection-problem.ts";
import {
  minExpiresOf,
  type OwnBinding,
  type RegisterAnswer,
  readRegisterAnswer,
} from "./register-answer.ts";

/** What follows from the outcome of one REGISTER. */
export type RegisterStep =
  | { readonly do: "registered"; readonly answer: RegisterAnswer; readonly refreshMs: number }
  /** RFC 3261 §10.2.8: at once, with this lifetime. */
  | { readonly do: "ask-longer"; readonly expiresS: number }
  /** RFC 5626 §4.2.1: the way to the registrar keeps no flows; at once without one. */
  | { readonly do: "ask-plainly" }
  | {
      readonly do: "retry";
      readonly status: number;
      readonly reason: string;
      readonly retryMs: number;
      readonly protection?: ProtectionProblem;
    }
  | { readonly do: "give-up"; readonly status: number; readonly reason: string };

const FIRST_RETRY_MS = 2000;
const MAX_RETRY_MS = 60_000;
const MAX_EXPIRES_S = 86_400;
/** A binding that dies sooner would be refreshed without pause. */
const MIN_REFRESH_MS = 1000;

/**
 * Decides by the registrar's answer.
 * @param failures attempts that failed in a row before this one
 */
export function registerStep(
  outcome: Result<SipResponse, SipFailure>,
  own: OwnBinding,
  failures: number,
): RegisterStep {
  const backOffMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 10), MAX_RETRY_MS);
  if (!outcome.ok) return { ...noAnswer(outcome.error), retryMs: backOffMs };
  const response = outcome.value;
  if (response.status >= 200 && response.status < 300) {
    const answer = readRegisterAnswer(response, own);
    return { do: "registered", answer, refreshMs: refreshMsOf(answer.expiresS) };
  }
  if (response.status === 423) {
    const expiresS = minExpiresOf(response);
    // Only upwards and within a day: a registrar that asks for less or for years is not obeyed.
    if (expiresS !== undefined && expiresS > own.requestedS && expiresS <= MAX_EXPIRES_S)
      return { do: "ask-longer", expiresS };
  }
  if (response.status === 439) return { do: "ask-plainly" };
  const reason = registrationReason(response.status);
  if (isFinal(response.status)) return { do: "give-up", status: response.status, reason };
  const retryMs = Math.max(retryAfterMsOf(response) ?? 0, backOffMs);
  return { do: "retry", status: response.status, reason, retryMs };
}

function noAnswer(failure: SipFailure): Omit<Extract<RegisterStep, { do: "retry" }>, "retryMs"> {
  const protection = protectionProblem(failure);
  if (protection !== undefined)
    return { do: "retry", status: 0, reason: PROTECTION_REASONS[protection], protection };
  const isSilent = failure.kind === "timeout";
  const reason = isSilent ? "The network does not answer." : "The network cannot be reached.";
  return { do: "retry", status: 0, reason };
}

/** Half of the lifetime, or ten minutes before its end when it is longer than twenty (3GPP TS 24.229 §5.1.1.4.1). */
function refreshMsOf(expiresS: number): number {
  const refreshS = expiresS > 1200 ? expiresS - 600 : expiresS / 2;
  return Math.max(refreshS * 1000, MIN_REFRESH_MS);
}

/** Asking again unchanged cannot help. */
function isFinal(status: number): boolean {
  return status === 401 || status === 407 || status === 403 || status === 404 || status === 420;
}

/** Why the registrar refused, for people. */
export function registrationReason(status: number): string {
  if (status === 401 || status === 407) return "The core did not accept your password.";
  if (status === 403) return "The core does not let you register on this device.";
  if (status === 404) return "The core does not know this address.";
  if (status === 423)
    return "The core asks for a registration time that this device does not offer.";
  if (status === 503) return "The network is overloaded or being maintained.";
  if (status >= 500) return "The network has a problem of its own.";
  return `The core refused the registration (${String(status)}).`;
}
