import { type HostPort, parseHostPort } from "../base/host-port.ts";

export type CoreAddress = HostPort & {
  readonly transport: "udp" | "tcp" | "tls";
  /** SHA-256 of the certificate that the core must show over TLS; by its name when absent. */
  readonly fingerprint?: string;
};

/** Reads `HOST:PORT[;transport=tcp|udp|tls]`; UDP unless it says otherwise. IPv6 hosts need brackets. */
export function parseCoreAddress(text: string): CoreAddress | undefined {
  const [hostPort = "", parameter, ...more] = text.split(";");
  const address = parseHostPort(hostPort);
  if (address === undefined || more.length > 0) return undefined;
  const transport = transportOf(parameter);
  return transport === undefined ? undefined : { ...address, transport };
}

function transportOf(parameter: string | undefined): CoreAddress["transport"] | undefined {
  switch (parameter?.toLowerCase()) {
    case undefined:
    case "transport=udp":
      return "udp";
    case "transport=tcp":
      return "tcp";
    case "transport=tls":
      return "tls";
    default:
      return undefined;
  }
}
