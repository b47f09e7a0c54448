import type { HostPort } from "../../base/host-port.ts";
import { isIpAddress, sameIpAddress } from "../../base/host-port.ts";
import type { Log, Resolver } from "../../base/ports.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import { targetsOf } from "../../sip/transport/locate.ts";
import type { TransportGuard } from "../../sip/transport/transport-layer.ts";

/**
 * A Participating Function hears its core and nobody else: it believes who speaks, so whoever else was heard could speak
 * for any user, and have media carried for nothing. Others are not even refused.
 */
export class CoreOnly implements TransportGuard {
  readonly #hosts = new Set<string>();
  readonly #abort = new AbortController();

  /** @param cores SIP URIs of the core's nodes */
  constructor(cores: readonly string[], ports: { readonly resolver: Resolver; readonly log: Log }) {
    for (const core of cores) this.#learn(core, ports);
  }

  isSilenced({ host }: HostPort): boolean {
    if (this.#hosts.has(host)) return false;
    // As the configuration writes it may not be as the system does.
    for (const core of this.#hosts) if (sameIpAddress(core, host)) return false;
    return true;
  }

  wasted(): void {
    // Whatever the core sends, it stays the core.
  }

  stop(): void {
    this.#abort.abort();
  }

  #learn(
    text: string,
    { resolver, log }: { readonly resolver: Resolver; readonly log: Log },
  ): void {
    const uri = parseSipUri(text);
    if (!uri.ok) throw new Error(`not a SIP URI in the configuration: ${text}`);
    const { host } = uri.value;
    if (isIpAddress(host)) {
      this.#hosts.add(host);
      return;
    }
    targetsOf(uri.value, resolver, this.#abort.signal).then(
      (targets) => {
        for (const { remote } of targets) this.#hosts.add(remote.host);
      },
      (error: unknown) => {
        log.write("warn", "the core has no address", { host, error: String(error) });
      },
    );
  }
}
