import { parseNameAddr } from "../grammar/name-addr.ts";
import { hasParameter } from "../grammar/parameters.ts";
import { formatUri } from "../grammar/uri.ts";

/** Where a request goes and what it says about it (RFC 3261 §8.1.2, §12.2.1.1). */
export interface RoutedRequest {
  /** Request-URI. */
  readonly uri: string;
  /** Values of the Route header, in order. */
  readonly routes: readonly string[];
  /** URI whose host the request is sent to. */
  readonly nextHop: string;
}

/**
 * Applies a route set to a request for `target`.
 *
 * RFC 3261 §12.2.1.1: when the first route is a loose router (`lr`), Request-URI and Route stay as they are; a strict
 * router takes the Request-URI's place and the target moves to the end of the Route header.
 * @param routes name-addr values; one that cannot be read is treated as a loose router and left for the next hop to judge
 * @param defaultHop where a request without routes goes; the target itself when absent
 */
export function routeRequest(
  target: string,
  routes: readonly string[],
  defaultHop?: string,
): RoutedRequest {
  const [first, ...rest] = routes;
  if (first === undefined) return { uri: target, routes, nextHop: defaultHop ?? target };
  const parsed = parseNameAddr(first);
  if (!parsed.ok) return { uri: target, routes, nextHop: first };
  const route = parsed.value.uri;
  if (route.kind !== "sip" || hasParameter(route.parameters, "lr")) {
    return { uri: target, routes, nextHop: parsed.value.uriText };
  }
  // A Request-URI carries neither headers nor a method parameter (RFC 3261 §19.1.1, table 1).
  const strict = formatUri({
    ...route,
    headers: [],
    parameters: route.parameters.filter((one) => one.name.toLowerCase() !== "method"),
  });
  return { uri: strict, routes: [...rest, `<${target}>`], nextHop: strict };
}
