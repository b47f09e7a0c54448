import type { HostPort } from "../../base/host-port.ts";
import type { Clock } from "../../base/ports.ts";
import { RateTable } from "../../base/rate.ts";
import type { Verdict } from "../../sip/transaction/transaction-layer.ts";
import type { RateLimits } from "./rate-limits.ts";

interface Silence {
  readonly untilMs: number;
  /** What has come meanwhile. */
  ignored: number;
}

const MAX_SILENCED = 10_000;
const TAKE: Verdict = { kind: "take" };

/**
 * How often addresses and users are heard (RFC 3261 §26.3.2.4). An address behind which nobody is known is first refused
 * and then met with silence, so that we are of no use to anybody who writes a victim's address as his own.
 */
export class RequestRates {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #unproven: RateTable;
  readonly #refused: RateTable;
  readonly #proven: RateTable;
  readonly #invites: RateTable;
  readonly #silences = new Map<string, Silence>();

  constructor(clock: Clock, limits: RateLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#unproven = new RateTable(limits.unproven);
    this.#refused = new RateTable(limits.refusedUnproven);
    this.#proven = new RateTable(limits.proven);
    this.#invites = new RateTable(limits.invites);
  }

  /** A request from an address; who is behind it will be seen, and then {@link proved} is called. */
  ofStranger({ host }: HostPort): Verdict {
    const now = this.#clock.nowMs();
    if (this.#unproven.take(host, now)) return TAKE;
    if (this.#refused.take(host, now)) return refusal(this.#limits.unproven.windowMs);
    this.#silence(host);
    return { kind: "drop" };
  }

  /** A request of the user who is known behind this flow. */
  ofUser(user: string): Verdict {
    const now = this.#clock.nowMs();
    if (this.#proven.take(user, now)) return TAKE;
    return refusal(this.#proven.waitMs(user, now));
  }

  /** A request that counted for its address has shown its user: it counts for the user instead. */
  proved({ host }: HostPort, user: string): Verdict {
    this.#unproven.giveBack(host);
    return this.ofUser(user);
  }

  /** An INVITE of a user that begins something. */
  ofInvite(user: string): Verdict {
    const now = this.#clock.nowMs();
    if (this.#invites.take(user, now)) return TAKE;
    return refusal(this.#invites.waitMs(user, now));
  }

  /**
   * Asked for each datagram before it is read. Who goes on meanwhile is not listened to for longer.
   * @param isKnown somebody is known behind this very port of the address
   */
  isSilenced({ host }: HostPort, isKnown: () => boolean): boolean {
    const silence = this.#silences.get(host);
    if (silence === undefined || isKnown()) return false;
    silence.ignored += 1;
    const lateMs = this.#clock.nowMs() - silence.untilMs;
    if (lateMs < 0) return true;
    this.#silences.delete(host);
    const { most, windowMs } = this.#limits.unproven;
    // Too often until now, and this one follows as closely.
    const isGoingOn = silence.ignored > most && lateMs <= windowMs / most;
    if (isGoingOn) this.#silence(host);
    return isGoingOn;
  }

  #silence(host: string): void {
    const untilMs = this.#clock.nowMs() + this.#limits.unproven.windowMs;
    const [oldest] = this.#silences.size < MAX_SILENCED ? [] : this.#silences.keys();
    if (oldest !== undefined) this.#silences.delete(oldest);
    this.#silences.set(host, { untilMs, ignored: 0 });
  }
}

function refusal(waitMs: number): Verdict {
  return { kind: "refuse", retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)) };
}
