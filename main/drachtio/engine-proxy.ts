import { parseDecimal } from "../base/decimal.ts";
import type { HostPort } from "../base/host-port.ts";
import { err, ok, type Result } from "../base/result.ts";
import { parseUri } from "../sip/grammar/uri.ts";
import { responseTo } from "../sip/message/build.ts";
import { maxForwardsOf } from "../sip/message/fields.ts";
import type { SipRequest, SipResponse } from "../sip/message/message.ts";
import type { ServerTransaction } from "../sip/transaction/transaction.ts";
import { endOf } from "./call-record.ts";
import type { EngineShared, EngineUas } from "./engine-uas.ts";
import { MAX_DESTINATIONS, type ProxyEvents, type ProxyPlan } from "./forking-proxy.ts";
import { readRequestParts } from "./outgoing-command.ts";
import type { ProxiedRoutes } from "./proxied-routes.ts";
import { readSipText } from "./sip-text.ts";

/** What runs proxied requests on behalf of all control connections. */
export interface ProxyHome {
  readonly routes: ProxiedRoutes;
  /** False: the same request is being proxied already, so it went round in a circle (RFC 3261 §16.3). */
  run(server: ServerTransaction, plan: ProxyPlan, events: ProxyEvents): boolean;
  newTag(): string;
}

interface ProxyParts extends EngineShared {
  readonly uas: EngineUas;
}

/** The tokens after `proxy`. */
interface ProxyOptions {
  readonly txnId: string;
  readonly recordsRoute: boolean;
  readonly wantsResponses: boolean;
  readonly followsRedirects: boolean;
  readonly isParallel: boolean;
  readonly provisionalMs: number | undefined;
  readonly finalMs: number | undefined;
  readonly destinations: readonly string[];
}

/** The `proxy` command: an application has a request forwarded instead of answering it. */
export class EngineProxy {
  readonly #parts: ProxyParts;
  readonly #home: ProxyHome;
  readonly #local: HostPort;

  constructor(parts: ProxyParts, home: ProxyHome, local: HostPort) {
    this.#parts = parts;
    this.#home = home;
    this.#local = local;
  }

  command(rid: string, tokens: readonly string[], sipPart: string): void {
    const options = readOptions(tokens);
    const text = readSipText(sipPart);
    const parts = text.ok ? readRequestParts(text.value, this.#local) : text;
    const { wire, uas } = this.#parts;
    if (!options.ok || !parts.ok) {
      wire.nok(rid, options.ok ? (parts.ok ? "" : parts.error) : options.error);
      return;
    }
    const { txnId } = options.value;
    const server = uas.release(txnId);
    if (server === undefined) {
      wire.nok(rid, `Unknown transaction id: ${txnId}`);
      return;
    }
    const forwarded = this.#forwarded(server, options.value);
    if (forwarded === undefined) {
      this.#refuse(server, 483);
      wire.nok(rid, "Too Many Hops");
      return;
    }
    const given = parts.value.headers.reduce(
      (headers, { name, value }) => headers.set(name, value),
      forwarded.headers,
    );
    const plan = this.#plan({ ...forwarded, headers: given }, server, options.value);
    if (this.#home.run(server, plan, this.#events(rid, options.value))) return;
    this.#refuse(server, 482);
    wire.nok(rid, "Loop Detected");
  }

  #refuse(server: ServerTransaction, status: number): void {
    server.respond(responseTo(server.request, status, undefined, { toTag: this.#home.newTag() }));
  }

  /** RFC 3261 §16.6 steps 1 to 4; undefined: it may go no further. */
  #forwarded(server: ServerTransaction, options: ProxyOptions): SipRequest | undefined {
    const { routes } = this.#home;
    const received = routes.taken(server.request) ?? withoutOwnRoute(server.request, routes);
    const next = oneHopFurther(received);
    if (next === undefined || !options.recordsRoute) return next;
    const entry = routes.entry(next.headers.get("Call-ID") ?? "");
    return { ...next, headers: next.headers.prepend("Record-Route", entry) };
  }

  #plan(request: SipRequest, server: ServerTransaction, options: ProxyOptions): ProxyPlan {
    // As drachtio-server: a Request-URI that names somebody else stays, and the destination is only the next hop.
    const isTarget = this.#home.routes.isHere(server.request.uri);
    const { provisionalMs, finalMs, isParallel, followsRedirects } = options;
    return {
      ...{ request, isParallel, followsRedirects },
      destinations: options.destinations.map((uri) => ({ uri, isTarget })),
      limits: {
        ...(provisionalMs === undefined ? {} : { provisionalMs }),
        ...(finalMs === undefined ? {} : { finalMs }),
      },
    };
  }

  #events(rid: string, options: ProxyOptions): ProxyEvents {
    const { wire, record } = this.#parts;
    return {
      onAttempt: (request) => {
        if (request.method !== "INVITE") return;
        record({ kind: "attempt", source: "application", message: request });
      },
      onBranchFinal: (response, place) => {
        if (options.wantsResponses) wire.proxied(rid, response, place);
        if (isToInvite(response)) record({ ...outcome(response, "proxy-uac"), source: "network" });
      },
      onAnswered: (response) => {
        if (!isToInvite(response)) return;
        record({ ...outcome(response, "proxy-uas"), source: "application" });
      },
      onDone: () => {
        wire.ok(rid, "|done");
      },
    };
  }
}

/** With one hop less; undefined when there is none left (RFC 3261 §16.3 step 3). */
export function oneHopFurther(request: SipRequest): SipRequest | undefined {
  const hops = maxForwardsOf(request);
  const left = hops.ok ? (hops.value ?? DEFAULT_MAX_FORWARDS + 1) - 1 : -1;
  if (left < 0) return undefined;
  return { ...request, headers: request.headers.set("Max-Forwards", String(left)) };
}

const DEFAULT_MAX_FORWARDS = 70;

/** A Route that only led here has done its work (RFC 3261 §16.4). */
function withoutOwnRoute(request: SipRequest, routes: ProxiedRoutes): SipRequest {
  const top = request.headers.first("Route");
  const uri = top === undefined ? undefined : /<([^<>]*)>/.exec(top)?.[1];
  if (uri === undefined || !routes.isHere(uri)) return request;
  return { ...request, headers: request.headers.removeFirstValue("Route") };
}

function readOptions(tokens: readonly string[]): Result<ProxyOptions, string> {
  const [txnId = "", remain = "", full = "", follow = "", mode = "", ...rest] = tokens;
  const [provisional = "", final = "", ...places] = rest;
  const provisionalMs = readDuration(provisional);
  const finalMs = readDuration(final);
  if (!provisionalMs.ok) return provisionalMs;
  if (!finalMs.ok) return finalMs;
  const destinations = readDestinations(places);
  if (!destinations.ok) return destinations;
  return ok({
    txnId,
    recordsRoute: remain !== "",
    wantsResponses: full !== "",
    followsRedirects: follow !== "",
    isParallel: mode === "simultaneous",
    provisionalMs: provisionalMs.value,
    finalMs: finalMs.value,
    destinations: destinations.value,
  });
}

function readDestinations(places: readonly string[]): Result<readonly string[], string> {
  const destinations = places.filter((place) => place !== "");
  if (destinations.length === 0) return err("proxy needs a destination");
  if (destinations.length > MAX_DESTINATIONS) return err("too many destinations");
  const wrong = destinations.find((place) => !parseUri(place).ok);
  return wrong === undefined ? ok(destinations) : err(`invalid destination: ${wrong}`);
}

/** `1500ms`, `2s`, or milliseconds without a unit; empty: no limit. */
function readDuration(text: string): Result<number | undefined, string> {
  if (text === "") return ok(undefined);
  const [, digits = "", unit = ""] = /^(\d{1,7})(ms|s|)$/.exec(text) ?? [];
  const value = parseDecimal(digits);
  if (value === undefined) return err(`invalid timeout: ${text}`);
  return ok(unit === "s" ? value * 1000 : value);
}

function isToInvite(response: SipResponse): boolean {
  return response.headers.get("CSeq")?.endsWith("INVITE") ?? false;
}

function outcome(response: SipResponse, role: "proxy-uac" | "proxy-uas") {
  const message = response;
  return response.status < 300
    ? ({ kind: "start", role, message } as const)
    : ({ kind: "stop", end: endOf(response.status), message } as const);
}
