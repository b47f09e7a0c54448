import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import type { SipUri } from "../../sip/grammar/uri.ts";
import type { Flow } from "../../sip/transport/flow.ts";
import type { NextHop } from "./branch.ts";
import { namedTransport } from "./forwarding.ts";
import type { Binding, LocationService } from "./location-service.ts";

/** One device and the ways to it, the one to try first at the front. */
export type DeviceWays = readonly [Binding, ...(readonly Binding[])];

/**
 * Joins the flows of each instance: a device is called over one of them at a time, the one that was registered last first
 * (RFC 5626 §7). The devices keep the order of their registration.
 */
export function waysToDevices(bindings: readonly Binding[]): readonly DeviceWays[] {
  const devices = new Map<string, Binding[]>();
  for (const binding of bindings) {
    const device = binding.instance ?? binding.key;
    devices.set(device, [...(devices.get(device) ?? []), binding]);
  }
  const ways: DeviceWays[] = [];
  for (const flows of devices.values()) {
    const [first, ...others] = flows.toSorted((a, b) => b.registeredMs - a.registeredMs);
    if (first !== undefined) ways.push([first, ...others]);
  }
  return ways;
}

/**
 * The transport on which a device is called, as far as it is settled: what registered over TLS is called over TLS,
 * whatever its contact says.
 */
export function wayTransport({ flow, uri }: Pick<Binding, "flow" | "uri">): string | undefined {
  return flow.transport === "tls" ? "tls" : namedTransport(uri);
}

/**
 * How a device is reached: along its Path; else over the connection it registered on, as long as that is open; else where
 * its datagrams came from, which is right behind address translation too; else at its contact. A flow of RFC 5626 is
 * reached over its connection or not at all (§5.3), and so is one that came by TLS.
 */
export function hopToDevice(binding: Binding, locations: LocationService): NextHop {
  const { flow, uri, path } = binding;
  const first = path[0] === undefined ? undefined : parseNameAddr(path[0]);
  if (first?.ok === true && first.value.uri.kind === "sip")
    return { kind: "uri", uri: first.value.uri };
  if (binding.isOutbound || flow.transport === "tls") {
    return locations.isFlowOpen(flow) ? { kind: "place", where: flow } : { kind: "gone" };
  }
  const wanted = namedTransport(uri) ?? flow.transport;
  if (wanted !== flow.transport) return { kind: "uri", uri };
  if (flow.transport === "udp") return { kind: "place", where: placeOf(flow, uri) };
  return locations.isFlowOpen(flow)
    ? { kind: "place", where: flow, otherwise: uri }
    : { kind: "uri", uri };
}

function placeOf(flow: Flow, uri: SipUri): Extract<NextHop, { kind: "place" }>["where"] {
  return {
    transport: "udp",
    isTransportFixed: namedTransport(uri) !== undefined,
    remote: flow.remote,
  };
}
