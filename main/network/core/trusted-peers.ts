import { type HostPort, isIpAddress, sameIpAddress } from "../../base/host-port.ts";
import type { Log, Resolver } from "../../base/ports.ts";
import type { SipUri } from "../../sip/grammar/uri.ts";
import { topViaOf } from "../../sip/message/fields.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { Flow, SipTransport } from "../../sip/transport/flow.ts";
import { targetsOf } from "../../sip/transport/locate.ts";
import { defaultPort } from "../../sip/transport/via-rules.ts";
import { namedTransport } from "./forwarding.ts";

/** Who sent a request, as far as its address tells. */
export type Peer =
  | { readonly kind: "neighbour"; readonly domain: string }
  | { readonly kind: "server" }
  | { readonly kind: "unknown" };

interface KnownAddress {
  readonly address: HostPort;
  readonly peer: Peer;
}

/**
 * Recognises neighbouring cores and application servers by their configured addresses. Over UDP the source is the
 * address they listen on. Their own TCP connections come from any port, so there the host must be theirs and the top Via
 * must name their port.
 */
export class TrustedPeers {
  readonly #known: KnownAddress[] = [];
  readonly #abort = new AbortController();

  constructor(
    peers: readonly { readonly uri: SipUri; readonly peer: Peer }[],
    ports: { readonly resolver: Resolver; readonly log: Log },
  ) {
    for (const { uri, peer } of peers) {
      const isTls = uri.scheme === "sips" || namedTransport(uri) === "tls";
      const port = uri.port ?? defaultPort(isTls ? "tls" : "udp");
      if (isIpAddress(uri.host)) this.#known.push({ address: { host: uri.host, port }, peer });
      else this.#learn(uri, peer, ports);
    }
  }

  peerOf(request: SipRequest, flow: Flow): Peer {
    const via = topViaOf(request);
    const viaPort = via.ok ? (via.value.port ?? defaultPort(via.value.transport)) : undefined;
    const found = this.#known.find(({ address }) => {
      if (!sameIpAddress(address.host, flow.remote.host)) return false;
      if (address.port === flow.remote.port) return true;
      return flow.transport !== "udp" && viaPort === address.port;
    });
    return found?.peer ?? { kind: "unknown" };
  }

  /** One of them sends from there; over a stream from any port of its host. */
  isPlace({ host, port }: HostPort, transport: SipTransport): boolean {
    return this.#known.some(
      ({ address }) =>
        sameIpAddress(address.host, host) && (transport !== "udp" || address.port === port),
    );
  }

  stop(): void {
    this.#abort.abort();
  }

  /** Everything that its name stands for, SRV records included: where we send to we also hear from. */
  #learn(
    uri: SipUri,
    peer: Peer,
    { resolver, log }: { readonly resolver: Resolver; readonly log: Log },
  ): void {
    targetsOf(uri, resolver, this.#abort.signal).then(
      (targets) => {
        for (const { remote } of targets) this.#known.push({ address: remote, peer });
      },
      (error: unknown) => {
        const { host } = uri;
        log.write("warn", "a configured peer has no address", { host, error: String(error) });
      },
    );
  }
}
