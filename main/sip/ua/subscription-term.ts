import { parseDecimalIn } from "../../base/decimal.ts";
import type { Clock, Timer } from "../../base/ports.ts";
import { parameter } from "../grammar/parameters.ts";
import { parseParameterizedValue } from "../grammar/value.ts";
import { expiresOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { UasResponse } from "./server-request.ts";

const ALLOW = { name: "Allow", value: "NOTIFY" };
const MAX_S = 2 ** 32 - 1;
/** Of a notifier that says nothing of its own, against RFC 6665 §4.2.1.1. */
const UNSAID_S = 3600;

/** What a subscription adds to its dialog (RFC 6665). */
export interface SubscriptionRules {
  /** A response to a SUBSCRIBE of ours. */
  answered(response: SipResponse): void;
  /** Judges a request of the peer; `last`: the subscription ends with it. */
  judge(request: SipRequest): UasResponse | "last" | undefined;
  stop(): void;
}

/** How long a subscription of ours lives, and which requests of its notifier are in order (RFC 6665 §4.1). */
export class SubscriptionTerm implements SubscriptionRules {
  readonly #clock: Clock;
  /** Timer N (RFC 6665 §4.1.2.4): how long a NOTIFY may take to follow. */
  readonly #graceMs: number;
  readonly #onOver: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, graceMs: number, onOver: () => void) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#onOver = onOver;
    this.#last(0);
  }

  answered(response: SipResponse): void {
    if (response.status < 200 || response.status >= 300) return;
    const expires = expiresOf(response);
    this.#last((expires.ok ? expires.value : 0) ?? UNSAID_S);
  }

  judge(request: SipRequest): UasResponse | "last" | undefined {
    if (request.method !== "NOTIFY") return { status: 405, headers: [ALLOW] };
    const state = parseParameterizedValue(request.headers.get("Subscription-State") ?? "");
    if (!state.ok) return { status: 400 };
    const { value, parameters } = state.value;
    if (value.toLowerCase() === "terminated") return "last";
    const expiresS = parseDecimalIn(parameter(parameters, "expires") ?? "", 0, MAX_S);
    // The notifier may shorten a subscription at any time (RFC 6665 §4.1.3).
    if (expiresS !== undefined) this.#last(expiresS);
    return undefined;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #last(seconds: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.startTimer(seconds * 1000 + this.#graceMs, this.#onOver);
  }
}

/** The notifier's side: the application judges and ends it. */
export const NOTIFIER_RULES: SubscriptionRules = {
  answered: () => undefined,
  judge: () => undefined,
  stop: () => undefined,
};
