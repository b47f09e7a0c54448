import type { Clock, Resolver } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseSipUri } from "../grammar/uri.ts";
import type { Target } from "../transport/flow.ts";
import { targetsOf } from "../transport/locate.ts";
import { PlaceHealth } from "../transport/place-health.ts";
import type { UaFailure } from "./ua-failure.ts";

/** How long an answer is used again. Requests of one dialog follow each other within it and so keep their order. */
const CACHE_MS = 30_000;
const MAX_ENTRIES = 1000;

interface Entry {
  readonly targets: Promise<readonly Target[]>;
  readonly untilMs: number;
}

/** Finds the addresses of a next hop (RFC 3263), with a short memory. */
export class Locator {
  readonly #resolver: Resolver;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #entries = new Map<string, Entry>();
  /** What failed lately is located last. */
  readonly health: PlaceHealth;

  constructor(resolver: Resolver, clock: Clock) {
    this.health = new PlaceHealth(clock);
    this.#resolver = resolver;
    this.#clock = clock;
  }

  /** @returns at least one target, or why there is none */
  async locate(uriText: string): Promise<Result<readonly Target[], UaFailure>> {
    const uri = parseSipUri(uriText);
    if (!uri.ok) return nowhere(`the next hop is not a SIP URI: ${uriText.slice(0, 200)}`);
    const nowMs = this.#clock.nowMs();
    let entry = this.#entries.get(uriText);
    if (entry === undefined || entry.untilMs <= nowMs) {
      if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
      const targets = targetsOf(uri.value, this.#resolver, this.#stop.signal);
      entry = { targets, untilMs: nowMs + CACHE_MS };
      this.#entries.set(uriText, entry);
    }
    try {
      const targets = await entry.targets;
      if (targets.length > 0) return ok(this.health.order(targets));
      this.#entries.delete(uriText);
      return nowhere(`no address for ${uriText}`);
    } catch (error) {
      this.#entries.delete(uriText);
      const why = error instanceof Error ? error.message : String(error);
      return nowhere(`no address for ${uriText}: ${why}`);
    }
  }

  close(): void {
    this.#stop.abort();
  }
}

function nowhere(message: string): Result<never, UaFailure> {
  return err({ kind: "transport", message });
}
