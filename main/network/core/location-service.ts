import type { Clock, Timer } from "../../base/ports.ts";
import type { NameAddr } from "../../sip/grammar/name-addr.ts";
import { formatUri, type SipUri } from "../../sip/grammar/uri.ts";
import { type Flow, flowKey } from "../../sip/transport/flow.ts";

/** One device of a user, as its REGISTER described it. */
export interface Binding {
  readonly aor: string;
  /** What makes it the same device again: its instance id, else its contact URI. */
  readonly key: string;
  /** Contact as sent; its parameters are the device's features. */
  readonly contact: NameAddr;
  readonly uri: SipUri;
  /** Path values, first to be visited first (RFC 3327). */
  readonly path: readonly string[];
  /** Where the REGISTER came from; for streams the connection to the device. */
  readonly flow: Flow;
  readonly callId: string;
  readonly cseq: number;
  /** On the monotonic clock. */
  readonly expiresMs: number;
}

/** Where users can be reached (RFC 3261 §10.3). Bindings end by themselves when their time is over. */
export class LocationService {
  readonly #clock: Clock;
  readonly #byAor = new Map<string, Map<string, Binding>>();
  /** Users registered over a flow: requests that arrive on it are theirs. */
  readonly #aorsByFlow = new Index();
  readonly #aorsByPlace = new Index();
  readonly #closedFlows = new WeakSet<Flow>();
  #sweep: Timer | undefined;

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
    const bindings = new Map(this.bindingsOf(aor).map((one) => [one.key, one]));
    for (const key of removedKeys) bindings.delete(key);
    for (const binding of bound) bindings.set(binding.key, binding);
    this.#replace(aor, bindings);
    this.#scheduleSweep();
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

  /** The binding that a request to this contact URI is for, found by user, host and port. */
  bindingAt(uri: SipUri): Binding | undefined {
    for (const aor of this.#aorsByPlace.get(placeOf(uri)) ?? []) {
      const found = this.bindingsOf(aor).find((one) => placeOf(one.uri) === placeOf(uri));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A connection is gone: the bindings stay, their devices may be reached by their contact. */
  flowClosed(flow: Flow): void {
    const key = flowKey(flow);
    for (const aor of this.#aorsByFlow.get(key) ?? []) {
      for (const binding of this.#byAor.get(aor)?.values() ?? []) {
        if (flowKey(binding.flow) === key) this.#closedFlows.add(binding.flow);
      }
    }
    this.#aorsByFlow.removeKey(key);
  }

  isFlowOpen(flow: Flow): boolean {
    return !this.#closedFlows.has(flow);
  }

  stop(): void {
    this.#sweep?.cancel();
  }

  #replace(aor: string, bindings: Map<string, Binding>): void {
    for (const old of this.#byAor.get(aor)?.values() ?? []) {
      this.#aorsByFlow.remove(flowKey(old.flow), aor);
      this.#aorsByPlace.remove(placeOf(old.uri), aor);
    }
    if (bindings.size === 0) this.#byAor.delete(aor);
    else this.#byAor.set(aor, bindings);
    for (const { flow, uri } of bindings.values()) {
      this.#aorsByPlace.add(placeOf(uri), aor);
      if (this.isFlowOpen(flow)) this.#aorsByFlow.add(flowKey(flow), aor);
    }
  }

  /** One timer, for the binding that ends first. */
  #scheduleSweep(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    let firstMs = Number.POSITIVE_INFINITY;
    for (const bindings of this.#byAor.values()) {
      for (const { expiresMs } of bindings.values()) firstMs = Math.min(firstMs, expiresMs);
    }
    if (firstMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, firstMs - this.#clock.nowMs());
    this.#sweep = this.#clock.startTimer(delayMs, () => {
      for (const aor of [...this.#byAor.keys()]) this.update(aor, [], []);
      this.#scheduleSweep();
    });
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
