import { parseDecimalIn } from "../../base/decimal.ts";
import type { Clock } from "../../base/ports.ts";
import { parameter } from "../grammar/parameters.ts";
import { parseParameterizedValue } from "../grammar/value.ts";
import { cseqOf, expiresOf, fromTagOf, toTagOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { UasResponse } from "./server-request.ts";

interface Subscription {
  /** The notifier that answered first; a fork's others are refused (RFC 6665 §4.4.1). */
  readonly remoteTag?: string;
  /** CSeq of its last NOTIFY. */
  readonly remoteSeq?: number;
  readonly untilMs: number;
}

const MAX_SUBSCRIPTIONS = 1000;

/**
 * Dialogs made by SUBSCRIBEs of this user agent, as far as the stack has to know them: which NOTIFYs belong to one
 * (RFC 6665 §4.1). What they say, and when to refresh, is the application's.
 */
export class Subscriptions {
  readonly #clock: Clock;
  /** RFC 6665 §4.1.2.4, timer N: how long a NOTIFY may take to follow. */
  readonly #graceMs: number;
  readonly #byKey = new Map<string, Subscription>();

  constructor(clock: Clock, t1Ms: number) {
    this.#clock = clock;
    this.#graceMs = 64 * t1Ms;
  }

  /** A SUBSCRIBE leaves: its NOTIFY may come before its answer. */
  sent(subscribe: SipRequest): void {
    const key = keyOf(subscribe, fromTagOf(subscribe));
    const old = this.#byKey.get(key);
    const untilMs = this.#clock.nowMs() + this.#graceMs;
    if (old !== undefined && old.untilMs >= untilMs) return;
    this.#makeRoom();
    this.#byKey.set(key, { ...old, untilMs });
  }

  answered(subscribe: SipRequest, response: SipResponse): void {
    const key = keyOf(subscribe, fromTagOf(subscribe));
    const old = this.#byKey.get(key);
    if (old === undefined || response.status < 200) return;
    if (response.status >= 300) {
      // A refresh that fails leaves the subscription as it is, unless it is gone (RFC 6665 §4.1.2.2).
      if (toTagOf(subscribe) === undefined || response.status === 481) this.#byKey.delete(key);
      return;
    }
    const granted = expiresOf(response);
    const expiresS = granted.ok ? (granted.value ?? 0) : 0;
    this.#byKey.set(key, {
      remoteTag: toTagOf(response) ?? "",
      ...old,
      untilMs: this.#clock.nowMs() + expiresS * 1000 + this.#graceMs,
    });
  }

  /** Judges a request inside one of these dialogs; `none`: there is no such dialog. */
  receive(request: SipRequest): UasResponse | "take" | "none" {
    const key = keyOf(request, toTagOf(request));
    const found = this.#byKey.get(key);
    const remoteTag = fromTagOf(request) ?? "";
    if (found === undefined || found.untilMs < this.#clock.nowMs()) return "none";
    if (found.remoteTag !== undefined && found.remoteTag !== remoteTag) return "none";
    const notice = readNotify(request);
    if (!("seq" in notice)) return notice;
    // RFC 3261 §12.2.2: out of order.
    if (notice.seq <= (found.remoteSeq ?? -1)) return { status: 500 };
    if (notice.isLast) {
      this.#byKey.delete(key);
    } else {
      // The notifier may shorten a subscription at any time (RFC 6665 §4.1.3).
      const untilMs =
        notice.expiresS === undefined
          ? found.untilMs
          : this.#clock.nowMs() + notice.expiresS * 1000 + this.#graceMs;
      this.#byKey.set(key, { remoteTag, remoteSeq: notice.seq, untilMs });
    }
    return "take";
  }

  #makeRoom(): void {
    if (this.#byKey.size < MAX_SUBSCRIPTIONS) return;
    const now = this.#clock.nowMs();
    for (const [key, { untilMs }] of this.#byKey) if (untilMs < now) this.#byKey.delete(key);
    for (const key of this.#byKey.keys()) {
      if (this.#byKey.size < MAX_SUBSCRIPTIONS) return;
      this.#byKey.delete(key);
    }
  }
}

const ALLOW = { name: "Allow", value: "NOTIFY" };
const MAX_S = 2 ** 32 - 1;

interface Notice {
  readonly seq: number;
  readonly isLast: boolean;
  readonly expiresS?: number;
}

function readNotify(request: SipRequest): Notice | UasResponse {
  if (request.method !== "NOTIFY") return { status: 405, headers: [ALLOW] };
  const state = parseParameterizedValue(request.headers.get("Subscription-State") ?? "");
  const cseq = cseqOf(request);
  if (!state.ok || !cseq.ok) return { status: 400 };
  const { value, parameters } = state.value;
  const expiresS = parseDecimalIn(parameter(parameters, "expires") ?? "", 0, MAX_S);
  return {
    seq: cseq.value.number,
    isLast: value.toLowerCase() === "terminated",
    ...(expiresS === undefined ? {} : { expiresS }),
  };
}

function keyOf(message: SipRequest, localTag: string | undefined): string {
  return `${message.headers.get("Call-ID") ?? ""}\n${localTag ?? ""}`;
}
