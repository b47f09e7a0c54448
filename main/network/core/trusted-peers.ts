import { type HostPort, sameIpAddress } from "../../base/host-port.ts";
import type { SipUri } from "../../sip/grammar/uri.ts";
import { topViaOf } from "../../sip/message/fields.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { Flow, SipTransport } from "../../sip/transport/flow.ts";
import { KnownPlaces, type PlacePorts } from "../../sip/transport/known-places.ts";
import { defaultPort } from "../../sip/transport/via-rules.ts";
import { namedTransport } from "./forwarding.ts";

/** Who sent a request, as far as its address tells. */
export type Peer =
  | { readonly kind: "neighbour"; readonly domain: string }
  | { readonly kind: "server" }
  | { readonly kind: "unknown" };

interface KnownPeer {
  readonly known: KnownPlaces;
  readonly peer: Peer;
}

/**
 * Recognises neighbouring cores and application servers by their configured addresses. Over UDP the source is the
 * address they listen on. Their own TCP connections come from any port, so there the host must be theirs and the top Via
 * must name their port.
 */
export class TrustedPeers {
  readonly #peers: readonly KnownPeer[];

  constructor(peers: readonly { readonly uri: SipUri; readonly peer: Peer }[], ports: PlacePorts) {
    this.#peers = peers.map(({ uri, peer }) => {
      const isTls = uri.scheme === "sips" || namedTransport(uri) === "tls";
      return { known: new KnownPlaces(uri, defaultPort(isTls ? "tls" : "udp"), ports), peer };
    });
  }

  peerOf(request: SipRequest, flow: Flow): Peer {
    const via = topViaOf(request);
    const viaPort = via.ok ? (via.value.port ?? defaultPort(via.value.transport)) : undefined;
    const isOurs = ({ host, port }: HostPort): boolean => {
      if (!sameIpAddress(host, flow.remote.host)) return false;
      if (port === flow.remote.port) return true;
      return flow.transport !== "udp" && viaPort === port;
    };
    const found = this.#peers.find(({ known }) => known.places.some(isOurs));
    return found?.peer ?? { kind: "unknown" };
  }

  /** One of them sends from there; over a stream from any port of its host. */
  isPlace({ host, port }: HostPort, transport: SipTransport): boolean {
    const isOurs = (place: HostPort): boolean =>
      sameIpAddress(place.host, host) && (transport !== "udp" || place.port === port);
    return this.#peers.some(({ known }) => known.places.some(isOurs));
  }

  stop(): void {
    for (const { known } of this.#peers) known.stop();
  }
}
