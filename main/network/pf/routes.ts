import { type HostPort, sameHostPort } from "../../base/host-port.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";

/**
 * The Route values that remain once our own, on top, has done its work (RFC 3261 §16.4). What remains starts with the
 * core's own URI and its original dialog identifier, which must come back to it on the request we send on.
 */
export function ownRouteRemoved(routes: readonly string[], local: HostPort): readonly string[] {
  const [top, ...rest] = routes;
  if (top === undefined) return [];
  const parsed = parseNameAddr(top);
  if (!parsed.ok || parsed.value.uri.kind !== "sip") return routes;
  const { host, port } = parsed.value.uri;
  return sameHostPort({ host, port: port ?? 5060 }, local) ? rest : routes;
}
