import { EventSource } from "../../base/events.ts";
import type { Clock, Timer } from "../../base/ports.ts";
import type { NameAddr } from "../../sip/grammar/name-addr.ts";
import { formatUri, type SipUri } from "../../sip/grammar/uri.ts";
import { type Flow, flowKey } from "../../sip/transport/flow.ts";

/** One device of a user, as its REGISTER described it. */
export interface Binding {
  readonly aor: string;
  /** What makes it the same binding again: instance id and flow, instance id, else its contact URI. */
  readonly key: string;
  /** `+sip.instance` as written, in angle brackets. */
  readonly instance?: string;
  /** The device keeps this one flow alive and is reached over it alone (RFC 5626). */
  readonly isOutbound: boolean;
  /** Stays as long as the device registers under one Call-ID: what temporary GRUUs stand for (RFC 5627 §5.1). */
  readonly bindingId: string;
  /** Contact as sent; its parameters are the device's features. */
  readonly contact: NameAddr;
  readonly uri: SipUri;
  /** Public GRUU of the device, where it asked for one (RFC 5627 §5.1). */
  readonly pubGruu?: string;
  /** Path values, first to be visited first (RFC 3327). */
  readonly path: readonly string[];
  /** Where the REGISTER came from; for streams the connection to the device. */
  readonly flow: Flow;
  readonly callId: string;
  readonly cseq: number;
  /** Both on the monotonic clock. */
  readonly registeredMs: number;
  readonly expiresMs: number;
}

/** What may happen to a binding (RFC 3680 §4.7.1, the contact's state machine). */
export type BindingEvent = "registered" | "refreshed" | "expired" | "unregistered" | "deactivated";

export interface BindingChange {
  readonly event: BindingEvent;
  readonly binding: Binding;
}

export interface LocationEvents {
  readonly changed: { readonly aor: string; readonly changes: readonly BindingChange[] };
}

/** Where users can be reached (RFC 3261 §10.3). Bindings end by themselves when their time is over. */
export class LocationService {
  readonly events = new EventSource<LocationEvents>();
  readonly #clock: Clock;
  readonly #byAor = new Map<string, Map<string, Binding>>();
  /** Users registered over a flow: requests that arrive on it are theirs. */
  readonly #aorsByFlow = new Index();
  readonly #aorsByPlace = new Index();
  readonly #aorsByBindingId = new Map<string, string>();
  readonly #closedFlows = new WeakSet<Flow>();
  #sweep: Timer | undefined;
  #sweepMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bindings of a user in the order of their first registration, none expired. */
  bindingsOf(aor: string): readonly Binding[] {
    const now = this.#clock.nowMs();
    return [...(this.#byAor.get(aor)?.values() ?? [])].filter((one) => one.expiresMs > now);
  }

  /** Puts the bindings in place of those with their key; takes the removed ones away. */
  update(aor: string, bound: readonly Binding[], removedKeys: readonly string[]): void {
    this.#change(aor, bound, removedKeys, "unregistered");
  }

  /** The network gives a binding up; its device had better register again (RFC 3680 §4.7.1: deactivated). */
  deactivate({ aor, key }: Binding): void {
    this.#change(aor, [], [key], "deactivated");
  }

  /** True when one of the user's live bindings was made over this flow. */
  isRegisteredOver(flow: Flow, aor: string): boolean {
    const key = flowKey(flow);
    return this.bindingsOf(aor).some((one) => flowKey(one.flow) === key);
  }

  /** Users with a live binding made over this flow. */
  usersOf(flow: Flow): readonly string[] {
    const aors = this.#aorsByFlow.get(flowKey(flow));
    return aors === undefined ? [] : [...aors].filter((aor) => this.isRegisteredOver(flow, aor));
  }

  /**
   * The binding that a request to this contact URI is for, found by user, host and port. Of several flows of one device
   * the one that lives, and was registered last.
   */
  bindingAt(uri: SipUri): Binding | undefined {
    const place = placeOf(uri);
    let best: Binding | undefined;
    for (const aor of this.#aorsByPlace.get(place) ?? []) {
      for (const one of this.bindingsOf(aor)) {
        if (placeOf(one.uri) === place && this.#isBetter(one, best)) best = one;
      }
    }
    return best;
  }

  #isBetter(one: Binding, than: Binding | undefined): boolean {
    if (than === undefined) return true;
    const isOpen = this.isFlowOpen(one.flow);
    return isOpen === this.isFlowOpen(than.flow) ? one.registeredMs > than.registeredMs : isOpen;
  }

  /** The user whose binding has this id; undefined when it is gone. */
  aorOfBinding(bindingId: string): string | undefined {
    const aor = this.#aorsByBindingId.get(bindingId);
    const isAlive =
      aor !== undefined && this.bindingsOf(aor).some((one) => one.bindingId === bindingId);
    return isAlive ? aor : undefined;
  }

  /**
   * A connection is gone: its flows are over (RFC 5626 §7). Other bindings stay, their devices may be reached by their
   * contact.
   */
  flowClosed(flow: Flow): void {
    const key = flowKey(flow);
    const over: Binding[] = [];
    for (const aor of this.#aorsByFlow.get(key) ?? []) {
      for (const binding of this.#byAor.get(aor)?.values() ?? []) {
        if (flowKey(binding.flow) !== key) continue;
        this.#closedFlows.add(binding.flow);
        if (binding.isOutbound) over.push(binding);
      }
    }
    this.#aorsByFlow.removeKey(key);
    for (const binding of over) this.deactivate(binding);
  }

  isFlowOpen(flow: Flow): boolean {
    return !this.#closedFlows.has(flow);
  }

  stop(): void {
    this.#sweep?.cancel();
  }

  #change(
    aor: string,
    bound: readonly Binding[],
    removedKeys: readonly string[],
    removal: BindingEvent,
  ): void {
    const now = this.#clock.nowMs();
    const old = this.#byAor.get(aor) ?? new Map<string, Binding>();
    const bindings = new Map([...old].filter(([, one]) => one.expiresMs > now));
    for (const key of removedKeys) bindings.delete(key);
    const changes: BindingChange[] = [];
    for (const binding of bound) {
      changes.push({ event: bindings.has(binding.key) ? "refreshed" : "registered", binding });
      bindings.set(binding.key, binding);
    }
    for (const [key, binding] of old) {
      if (bindings.has(key)) continue;
      changes.push({ event: binding.expiresMs > now ? removal : "expired", binding });
    }
    this.#replace(aor, old, bindings);
    for (const { expiresMs } of bound) this.#scheduleSweep(expiresMs);
    if (changes.length > 0) this.events.emit("changed", { aor, changes });
  }

  #replace(aor: string, old: ReadonlyMap<string, Binding>, bindings: Map<string, Binding>): void {
    for (const { flow, uri, bindingId } of old.values()) {
      this.#aorsByFlow.remove(flowKey(flow), aor);
      this.#aorsByPlace.remove(placeOf(uri), aor);
      this.#aorsByBindingId.delete(bindingId);
    }
    if (bindings.size === 0) this.#byAor.delete(aor);
    else this.#byAor.set(aor, bindings);
    for (const { flow, uri, bindingId } of bindings.values()) {
      this.#aorsByPlace.add(placeOf(uri), aor);
      this.#aorsByBindingId.set(bindingId, aor);
      if (this.isFlowOpen(flow)) this.#aorsByFlow.add(flowKey(flow), aor);
    }
  }

  /** One timer, for the binding that ends first; it may have been renewed by then. */
  #scheduleSweep(atMs: number): void {
    if (atMs >= this.#sweepMs) return;
    this.#sweep?.cancel();
    this.#sweepMs = atMs;
    this.#sweep = this.#clock.startTimer(Math.max(0, atMs - this.#clock.nowMs()), () => {
      this.#sweepMs = Number.POSITIVE_INFINITY;
      this.#sweepAll();
    });
  }

  #sweepAll(): void {
    const now = this.#clock.nowMs();
    let firstMs = Number.POSITIVE_INFINITY;
    for (const [aor, bindings] of [...this.#byAor]) {
      if ([...bindings.values()].some((one) => one.expiresMs <= now)) this.update(aor, [], []);
      for (const { expiresMs } of this.#byAor.get(aor)?.values() ?? []) {
        firstMs = Math.min(firstMs, expiresMs);
      }
    }
    if (firstMs < Number.POSITIVE_INFINITY) this.#scheduleSweep(firstMs);
  }
}

/** What makes two contacts the same device: user, host and port. */
function placeOf(uri: SipUri): string {
  return formatUri({
    ...uri,
    scheme: "sip",
    host: uri.host.toLowerCase(),
    parameters: [],
    headers: [],
  });
}

/** Sets under keys, without empty ones left behind. */
class Index {
  readonly #sets = new Map<string, Set<string>>();

  get(key: string): ReadonlySet<string> | undefined {
    return this.#sets.get(key);
  }

  add(key: string, value: string): void {
    const set = this.#sets.get(key) ?? new Set();
    this.#sets.set(key, set.add(value));
  }

  remove(key: string, value: string): void {
    const set = this.#sets.get(key);
    set?.delete(value);
    if (set?.size === 0) this.#sets.delete(key);
  }

  removeKey(key: string): void {
    this.#sets.delete(key);
  }
}
