import { type HostPort, isIpAddress } from "../../base/host-port.ts";
import type { Clock, Log, Resolver, Timer } from "../../base/ports.ts";
import type { SipUri } from "../grammar/uri.ts";
import { targetsOf } from "./locate.ts";

/** A name may come to stand for other addresses. */
const LOOK_AGAIN_MS = 60_000;
/** The name server may start later than we do. */
const RETRY_MS = 5_000;

export interface PlacePorts {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Where the owner of a configured URI sends from: everything that its name stands for, SRV records included, for where we
 * send to we also hear from (RFC 3263). A name is looked up again and again; while it cannot be, what was known stays.
 */
export class KnownPlaces {
  readonly #uri: SipUri;
  readonly #ports: PlacePorts;
  readonly #abort = new AbortController();
  #places: readonly HostPort[] = [];
  #hasFailed = false;
  #timer: Timer | undefined;

  /** @param defaultPort of a URI that names an address and no port */
  constructor(uri: SipUri, defaultPort: number, ports: PlacePorts) {
    this.#uri = uri;
    this.#ports = ports;
    const { host, port = defaultPort } = uri;
    if (isIpAddress(host)) this.#places = [{ host, port }];
    else void this.#look();
  }

  get places(): readonly HostPort[] {
    return this.#places;
  }

  stop(): void {
    this.#abort.abort();
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const { resolver, clock } = this.#ports;
    const { signal } = this.#abort;
    const found = await targetsOf(this.#uri, resolver, signal).catch((error: unknown) => error);
    if (signal.aborted) return;
    const isFound = Array.isArray(found) && found.length > 0;
    if (isFound) this.#places = found.map(({ remote }: { readonly remote: HostPort }) => remote);
    else this.#tellFailure(found);
    this.#hasFailed = !isFound;
    this.#timer = clock.startTimer(isFound ? LOOK_AGAIN_MS : RETRY_MS, () => void this.#look());
  }

  #tellFailure(why: unknown): void {
    if (this.#hasFailed) return;
    const error = why instanceof Error ? why.message : "it stands for no address";
    const text = "a name of the configuration cannot be looked up, what was known of it stays";
    this.#ports.log.write("warn", text, { host: this.#uri.host, error });
  }
}
