import { bracketHost, type HostPort } from "../base/host-port.ts";
import type { Hashing, Random } from "../base/ports.ts";
import { parseNameAddr } from "../sip/grammar/name-addr.ts";
import { parseSipUri, type SipUri } from "../sip/grammar/uri.ts";
import type { SipRequest } from "../sip/message/message.ts";

const MARK = "pr-";
const MARK_DIGITS = 20;
const DEFAULT_PORT = 5060;

/**
 * The Record-Route entries of proxied calls. Each carries a keyed hash of its Call-ID, so a request that brings one back
 * belongs to a call that an application had proxied, and nobody else can have us forward anything.
 */
export class ProxiedRoutes {
  readonly #local: HostPort;
  readonly #hashing: Hashing;
  readonly #secret: Buffer;

  constructor(local: HostPort, ports: { readonly hashing: Hashing; readonly random: Random }) {
    this.#local = local;
    this.#hashing = ports.hashing;
    this.#secret = ports.random.bytes(32);
  }

  /** The URI names this element, and no user of it elsewhere. */
  isHere(uriText: string): boolean {
    const uri = parseSipUri(uriText);
    return uri.ok && this.#isOwn(uri.value);
  }

  entry(callId: string): string {
    const { host, port } = this.#local;
    return `<sip:${this.#markOf(callId)}@${bracketHost(host)}:${String(port)};lr>`;
  }

  /** The request without our entry on top of Route; undefined when that is not the entry of its call. */
  taken(request: SipRequest): SipRequest | undefined {
    const top = request.headers.first("Route");
    const route = top === undefined ? undefined : parseNameAddr(top);
    if (route?.ok !== true || route.value.uri.kind !== "sip") return undefined;
    const { uri } = route.value;
    const expected = Buffer.from(this.#markOf(request.headers.get("Call-ID") ?? ""), "utf8");
    const given = Buffer.from(uri.user ?? "", "utf8");
    if (!this.#isOwn(uri) || !this.#hashing.equals(expected, given)) return undefined;
    return { ...request, headers: request.headers.removeFirstValue("Route") };
  }

  #isOwn(uri: SipUri): boolean {
    const isHere = uri.host.toLowerCase() === this.#local.host.toLowerCase();
    return isHere && (uri.port ?? DEFAULT_PORT) === this.#local.port;
  }

  #markOf(callId: string): string {
    const mac = this.#hashing.hmac("SHA-256", this.#secret, Buffer.from(callId, "utf8"));
    return MARK + mac.toString("hex").slice(0, MARK_DIGITS);
  }
}
