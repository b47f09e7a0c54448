import type { HostPort } from "../../main/base/host-port.ts";
import type { TlsIdentity, TlsTrust } from "../../main/base/ports.ts";
import type { CpmConfig } from "../../main/cpm/config.ts";
import type { TransportTls } from "../../main/sip/transport/transport-options.ts";
import { fakeIdentity } from "./fake-tls.ts";

const TLS_PORT = 5061;

/** One address per element, so that a rule of the net can name a link by its two ends. */
export const ADDRESSES = {
  "core-a": "10.0.1.1",
  "pf-a": "10.0.1.2",
  a1: "10.0.1.11",
  "core-b": "10.0.2.1",
  "pf-b": "10.0.2.2",
  b1: "10.0.2.11",
  b2: "10.0.2.12",
  b3: "10.0.2.13",
} as const;

export type ElementName = keyof typeof ADDRESSES;
export type DeviceName = "a1" | "b1" | "b2" | "b3";

export type DeviceTransport = "udp" | "tcp" | "tls";

export interface NetworkSide {
  readonly letter: "a" | "b";
  readonly domain: string;
  readonly users: readonly string[];
}

export const SIDES: readonly [NetworkSide, NetworkSide] = [
  { letter: "a", domain: "a.example", users: ["alice", "anna"] },
  { letter: "b", domain: "b.example", users: ["bob", "carol"] },
];

export function coreAddress(side: NetworkSide): HostPort {
  return { host: ADDRESSES[`core-${side.letter}`], port: 5060 };
}

/** Where devices find their core. */
export function coreFor(
  side: NetworkSide,
  { transport = "udp", tls }: DeviceWay,
): CpmConfig["core"] {
  const { host, port } = coreAddress(side);
  const isOfTls = transport === "tls" && tls?.corePort !== "plain";
  return { host, port: isOfTls ? TLS_PORT : port, transport };
}

/** What differs from a core that shows its own certificate to devices that know it by its fingerprint. */
export interface TlsOptions {
  /** The cores show this one. */
  readonly shown?: TlsIdentity;
  /** How devices know their core. */
  readonly trust?: TlsTrust;
  /** Devices go to the port that is there for TCP. */
  readonly corePort?: "plain";
}

export interface DeviceWay {
  readonly transport?: DeviceTransport;
  readonly tls?: TlsOptions;
}

export function coreTls(
  side: NetworkSide,
  { transport, tls }: DeviceWay,
): TransportTls | undefined {
  if (transport !== "tls") return undefined;
  return {
    identity: tls?.shown ?? coreIdentity(side.letter),
    listen: { host: coreAddress(side).host, port: TLS_PORT },
    trustOf: ({ name, remote }) => ({ kind: "name", host: name ?? remote.host }),
  };
}

export function deviceTls(
  side: NetworkSide,
  { transport, tls }: DeviceWay,
): TransportTls | undefined {
  if (transport !== "tls") return undefined;
  const { fingerprint } = coreIdentity(side.letter);
  const trust = tls?.trust ?? ({ kind: "fingerprint", sha256: fingerprint } as const);
  return { trustOf: () => trust, isRequired: true };
}

/** The certificate of a core in worlds whose devices use TLS. */
function coreIdentity(letter: "a" | "b"): TlsIdentity {
  return fakeIdentity({ names: [ADDRESSES[`core-${letter}`], `${letter}.example`] });
}

export function isDevice(name: ElementName): name is DeviceName {
  return !name.includes("-");
}

export function sideOf(name: ElementName): NetworkSide {
  return name === "a1" || name.endsWith("-a") ? SIDES[0] : SIDES[1];
}
