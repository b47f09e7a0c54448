import { bracketHost, type HostPort, isLoopback } from "../../base/host-port.ts";
import type { Hashing, Random } from "../../base/ports.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import type { SipUri } from "../../sip/grammar/uri.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import type { SipHeaders } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { SipTransport } from "../../sip/transport/flow.ts";
import type { TransportLayer } from "../../sip/transport/transport-layer.ts";
import { defaultPort } from "../../sip/transport/via-rules.ts";
import { namedTransport } from "./forwarding.ts";

const DIALOG_MARK = "rr-";
const ORIGINATING_MARK = "orig";
const MARK_DIGITS = 20;
const MAX_MARKS = 1000;

/** A request without the Route entries that named the core, and what those entries said. */
export interface LooseRouted {
  readonly headers: SipHeaders;
  readonly uri: string;
  /** User parts of the entries taken away. */
  readonly marks: readonly string[];
}

/** Where a core is reached. */
export interface OwnPlaces {
  readonly plain: HostPort;
  readonly tls?: HostPort;
}

/** @param publicAddress named instead of the address listened on */
export function ownPlaces(
  transport: Pick<TransportLayer, "localTls" | "sentBy">,
  publicAddress: HostPort | undefined,
): OwnPlaces {
  const plain = publicAddress ?? transport.sentBy();
  if (transport.localTls === undefined) return { plain };
  const { host, port } = transport.sentBy("tls");
  return { plain, tls: { host: publicAddress?.host ?? host, port } };
}

/**
 * The core's own addresses and the Route entries it hands out. An entry of a Record-Route carries a keyed hash of the
 * Call-ID: a request that brings it back belongs to a dialog whose first request was admitted, without any state here.
 */
export class OwnAddresses {
  readonly #domain: string;
  readonly #address: HostPort;
  /** Where devices reach us over TLS, if they do. */
  readonly #tls: HostPort | undefined;
  readonly #hashing: Hashing;
  readonly #secret: Buffer;
  /** Of the latest Call-IDs: the requests of a call follow each other closely, and a hash costs as much as a datagram. */
  readonly #marks = new Map<string, string>();

  constructor(
    domain: string,
    { plain, tls }: OwnPlaces,
    ports: { readonly hashing: Hashing; readonly random: Random },
  ) {
    this.#domain = domain.toLowerCase();
    this.#address = plain;
    this.#tls = tls;
    this.#hashing = ports.hashing;
    this.#secret = ports.random.bytes(32);
  }

  get domain(): string {
    return this.#domain;
  }

  /** The URI names the core as a machine, or the home domain as a place to send to. */
  isOwn(uri: SipUri): boolean {
    const host = uri.host.toLowerCase();
    const places = [this.#address, ...(this.#tls === undefined ? [] : [this.#tls])];
    const here = places.filter((place) => isSameMachine(place.host, host));
    if (here.length > 0) {
      const port = uri.port ?? defaultPort(isSecure(uri) ? "tls" : "udp");
      return here.some((place) => place.port === port);
    }
    const isHome = host === this.#domain;
    return isHome && (uri.port === undefined || places.some(({ port }) => port === uri.port));
  }

  /** The URI belongs to a user of the home domain. */
  isHomeUser(uri: SipUri): boolean {
    return uri.host.toLowerCase() === this.#domain;
  }

  /** @param transport written only where the other side has to use it */
  recordRoute(callId: string, transport: string | undefined): string {
    return this.#entry(this.#markOf(callId), transport);
  }

  serviceRoute(transport: string | undefined): string {
    return this.#entry(ORIGINATING_MARK, transport);
  }

  /** Contact of dialogs in which the core itself is a side. */
  contact(user: string, over: SipTransport): string {
    return `<${this.#uri(user, over === "tls" ? over : undefined)}>`;
  }

  routeWithMark(mark: string): string {
    return this.#entry(mark, undefined);
  }

  /** True when one of the marks was made for this Call-ID by {@link recordRoute}. */
  hasDialogMark(marks: readonly string[], callId: string): boolean {
    const expected = Buffer.from(this.#markOf(callId), "utf8");
    return marks.some((mark) => this.#hashing.equals(Buffer.from(mark, "utf8"), expected));
  }

  /** Takes our entries off the top of Route, and repairs what a strict router did (RFC 3261 §16.4). */
  looseRoute(request: SipRequest): LooseRouted {
    let { headers, uri } = request;
    const own = this.#ownMark(`<${uri}>`);
    if (own?.startsWith(DIALOG_MARK) === true) {
      const routes = headers.list("Route");
      const last = routes.at(-1);
      const target = last === undefined ? undefined : parseNameAddr(last);
      if (target?.ok === true) {
        uri = target.value.uriText;
        headers = headers.setAll("Route", routes.slice(0, -1)).prepend("Route", `<${request.uri}>`);
      }
    }
    const marks: string[] = [];
    for (;;) {
      const top = headers.first("Route");
      const mark = top === undefined ? undefined : this.#ownMark(top);
      if (mark === undefined) return { headers, uri, marks };
      marks.push(mark);
      headers = headers.removeFirstValue("Route");
    }
  }

  #ownMark(route: string): string | undefined {
    const parsed = parseNameAddr(route);
    if (!parsed.ok) return undefined;
    const { uri } = parsed.value;
    return uri.kind === "sip" && this.isOwn(uri) ? (uri.user ?? "") : undefined;
  }

  #markOf(callId: string): string {
    const known = this.#marks.get(callId);
    if (known !== undefined) return known;
    const mac = this.#hashing.hmac("SHA-256", this.#secret, Buffer.from(callId, "utf8"));
    const mark = DIALOG_MARK + mac.toString("hex").slice(0, MARK_DIGITS);
    const [oldest] = this.#marks.size < MAX_MARKS ? [] : this.#marks.keys();
    if (oldest !== undefined) this.#marks.delete(oldest);
    this.#marks.set(callId, mark);
    return mark;
  }

  #entry(user: string, transport: string | undefined): string {
    return `<${this.#uri(user, transport)};lr>`;
  }

  #uri(user: string, transport: string | undefined): string {
    const { host, port } = (transport === "tls" ? this.#tls : undefined) ?? this.#address;
    const named = transport === undefined ? "" : `;transport=${transport}`;
    return `sip:${user}@${bracketHost(host)}:${String(port)}${named}`;
  }
}

/** `localhost`, 127.0.0.1 and ::1 are one machine under several names. */
function isSameMachine(own: string, host: string): boolean {
  return own.toLowerCase() === host || (isLoopback(host) && isLoopback(own));
}

function isSecure(uri: SipUri): boolean {
  return uri.scheme === "sips" || namedTransport(uri) === "tls";
}

/** Reads a SIP URI from the configuration; a wrong one is a fault of whoever wrote it. */
export function configuredUri(text: string): SipUri {
  const parsed = parseSipUri(text.trim().replace(/^</, "").replace(/>$/, ""));
  if (!parsed.ok) throw new Error(`not a SIP URI in the configuration: ${text}`);
  return parsed.value;
}
