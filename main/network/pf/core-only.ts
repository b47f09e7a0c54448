import type { HostPort } from "../../base/host-port.ts";
import { sameIpAddress } from "../../base/host-port.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import { KnownPlaces, type PlacePorts } from "../../sip/transport/known-places.ts";
import type { TransportGuard } from "../../sip/transport/transport-layer.ts";
import { defaultPort } from "../../sip/transport/via-rules.ts";

/**
 * A Participating Function hears its core and nobody else: it believes who speaks, so whoever else was heard could speak
 * for any user, and have media carried for nothing. Others are not even refused.
 */
export class CoreOnly implements TransportGuard {
  readonly #cores: readonly KnownPlaces[];

  /** @param cores SIP URIs of the core's nodes */
  constructor(cores: readonly string[], ports: PlacePorts) {
    this.#cores = cores.map((text) => {
      const uri = parseSipUri(text);
      if (!uri.ok) throw new Error(`not a SIP URI in the configuration: ${text}`);
      return new KnownPlaces(uri.value, defaultPort("udp"), ports);
    });
  }

  isSilenced({ host }: HostPort): boolean {
    // As the configuration writes it may not be as the system does.
    const isOurs = (place: HostPort): boolean =>
      place.host === host || sameIpAddress(place.host, host);
    return !this.#cores.some(({ places }) => places.some(isOurs));
  }

  wasted(): void {
    // Whatever the core sends, it stays the core.
  }

  stop(): void {
    for (const core of this.#cores) core.stop();
  }
}
