import { systemHashing } from "../../main/base/hashing.node.ts";
import type { HostPort } from "../../main/base/host-port.ts";
import { formatHostPort } from "../../main/base/host-port.ts";
import type { Hashing } from "../../main/base/ports.ts";
import type { CoreConfig, CoreUser } from "../../main/network/core/core-config.ts";
import { SipCore } from "../../main/network/core/sip-core.ts";
import { responseTo } from "../../main/sip/message/build.ts";
import { type HeaderField, SipHeaders } from "../../main/sip/message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../../main/sip/message/message.ts";
import type {
  ClientTransaction,
  ServerTransaction,
  TransactionLayer,
} from "../../main/sip/transaction/transaction-layer.ts";
import type { Flow, SipTransport, Target } from "../../main/sip/transport/flow.ts";
import { OPEN_LIMITS, type TransportTls } from "../../main/sip/transport/transport-options.ts";
import { ha1Of } from "../../main/sip/ua/digest.ts";
import { DigestClient, NO_ATTEMPTS } from "../../main/sip/ua/digest-client.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet } from "./fake-net.ts";
import { SeededRandom } from "./fake-random.ts";
import { type FakeRecords, FakeResolver } from "./fake-resolver.ts";
import { type FakePorts, openTransactions, target } from "./sip-pair.ts";

/** Where the core listens unless a test says otherwise. */
export const CORE: HostPort = { host: "10.0.0.1", port: 5060 };
export const SERVER: HostPort = { host: "10.0.0.2", port: 5060 };
export const NEIGHBOUR: HostPort = { host: "10.0.9.1", port: 5060 };
export const PASSWORD = "secret";
export const TAG = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"';

/** What a scripted UA sends; everything not said is what a well-behaved one would write. */
export interface Script {
  readonly uri?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly route?: readonly string[];
  readonly headers?: readonly HeaderField[];
  readonly transport?: SipTransport;
  readonly body?: Buffer;
  /** Default: the core. */
  readonly where?: Target | Flow;
  readonly maxForwards?: number;
}

/** A request that a UA sent, with the responses it heard. */
export interface Sent {
  readonly transaction: ClientTransaction;
  readonly responses: SipResponse[];
  readonly statuses: () => number[];
  readonly last: () => SipResponse;
}

/** A UA that does only what the test says: it answers nothing by itself but BYE and CANCEL. */
export class ScriptedUa {
  readonly address: HostPort;
  readonly layer: TransactionLayer;
  readonly ports: FakePorts;
  /** Server transactions in the order of their arrival, CANCELs included. */
  readonly received: ServerTransaction[] = [];
  readonly acks: SipRequest[] = [];
  /** Status by method, where it is not 200, or for INVITE no answer. */
  readonly answers = new Map<string, number>();
  readonly #bed: CoreBed;
  #digest: DigestClient | undefined;
  #serial = 0;

  constructor(address: HostPort, layer: TransactionLayer, ports: FakePorts, bed: CoreBed) {
    this.address = address;
    this.layer = layer;
    this.ports = ports;
    this.#bed = bed;
    layer.onAck((ack) => this.acks.push(ack));
    layer.onRequest((tx) => {
      this.received.push(tx);
      const { method } = tx.request;
      if (method === "CANCEL") {
        tx.respond(responseTo(tx.request, tx.cancelled === undefined ? 481 : 200));
        if (tx.cancelled !== undefined && !tx.cancelled.hasFinal) this.respond(tx.cancelled, 487);
      } else if (method !== "INVITE" || this.answers.has(method)) {
        this.respond(tx, this.answers.get(method) ?? 200);
      }
    });
  }

  login(username: string, realm: string, password = PASSWORD): void {
    this.#digest = new DigestClient(
      { username, password, realm, allowMd5: true },
      { hashing: systemHashing(), random: new SeededRandom(this.address.port + 7) },
    );
  }

  contact(user: string, transport?: SipTransport): string {
    const named = transport === undefined ? "" : `;transport=${transport}`;
    return `<sip:${user}@${formatHostPort(this.address)}${named}>`;
  }

  /** Sends a request once, whatever the answer. */
  send(method: string, script: Script = {}): Sent {
    const request = this.#requestOf(method, script);
    const responses: SipResponse[] = [];
    const where = script.where ?? target(script.transport ?? "udp", this.#bed.address);
    const transaction = this.layer.request(request, where, {
      onResponse: (response) => responses.push(response),
      onTimeout: () => responses.push(responseTo(request, 408, "TIMEOUT")),
      onTransportError: () => responses.push(responseTo(request, 503, "TRANSPORT")),
    });
    return {
      transaction,
      responses,
      statuses: () => responses.map((one) => one.status).filter((status) => status !== 100),
      last: () => {
        const last = responses.at(-1);
        if (last === undefined) throw new Error(`no response to ${method}`);
        return last;
      },
    };
  }

  /** Sends the ACK of a 2xx. */
  ack(script: Script): void {
    this.layer.sendAck(
      this.#requestOf("ACK", script),
      script.where ?? target("udp", this.#bed.address),
    );
  }

  /** Sends a request, answers one challenge with our account, and waits for the outcome. */
  async ask(method: string, script: Script = {}): Promise<SipResponse> {
    const callId = script.callId ?? this.#newCallId();
    const first = this.send(method, { ...script, callId });
    await this.#bed.pass();
    const challenge = first.last();
    if (challenge.status !== 401 && challenge.status !== 407) return challenge;
    const sent = this.#requestOf(method, { ...script, callId });
    const answered = this.#digest?.answer(sent, challenge, NO_ATTEMPTS);
    if (answered === undefined) return challenge;
    const name = challenge.status === 401 ? "Authorization" : "Proxy-Authorization";
    const headers = answered.request.headers.getAll(name).map((value) => ({ name, value }));
    const again = this.send(method, {
      ...script,
      callId,
      cseq: (script.cseq ?? 1) + 1,
      headers: [...(script.headers ?? []), ...headers],
    });
    await this.#bed.pass();
    return again.last();
  }

  respond(
    tx: ServerTransaction,
    status: number,
    options: {
      readonly headers?: readonly HeaderField[];
      readonly user?: string;
      readonly contact?: string;
    } = {},
  ): void {
    const recorded = tx.request.headers
      .getAll("Record-Route")
      .map((value) => ({ name: "Record-Route", value }));
    const value = options.contact ?? this.contact(options.user ?? "ua");
    const contact = [{ name: "Contact", value }];
    tx.respond(
      responseTo(tx.request, status, undefined, {
        toTag: `${this.address.host}-tag`,
        headers: [...recorded, ...(status < 300 ? contact : []), ...(options.headers ?? [])],
      }),
    );
  }

  /** The transactions of one method, in order. */
  of(method: string): readonly ServerTransaction[] {
    return this.received.filter((tx) => tx.request.method === method);
  }

  /** The only transaction of that method. */
  only(method: string): ServerTransaction {
    const [tx, other] = this.of(method);
    if (tx === undefined || other !== undefined) {
      throw new Error(`${this.address.host} got ${String(this.of(method).length)} ${method}`);
    }
    return tx;
  }

  #newCallId(): string {
    this.#serial += 1;
    return `call-${String(this.#serial)}@${this.address.host}`;
  }

  #requestOf(method: string, script: Script): SipRequest {
    const {
      from = "sip:alice@a.example",
      uri = "sip:bob@a.example",
      to = `<${uri}>`,
      callId = this.#newCallId(),
      cseq = 1,
      route = [],
      headers = [],
      maxForwards = 70,
      body = NO_BODY,
    } = script;
    const hasContact = method === "REGISTER" || headers.some(({ name }) => name === "Contact");
    const contact = { name: "Contact", value: this.contact("ua") };
    return {
      kind: "request",
      method,
      uri,
      headers: SipHeaders.of([
        ...route.map((value) => ({ name: "Route", value })),
        { name: "Max-Forwards", value: String(maxForwards) },
        { name: "From", value: withTag(from, this.address.host) },
        { name: "To", value: to },
        { name: "Call-ID", value: callId },
        { name: "CSeq", value: `${String(cseq)} ${method}` },
        ...(hasContact ? [] : [contact]),
        ...headers,
      ]),
      body,
    };
  }
}

function withTag(from: string, tag: string): string {
  return from.includes("tag=") ? from : `<${from}>;tag=${tag}`;
}

/** An account at a.example. */
export function coreUser(username: string, password = PASSWORD): CoreUser {
  const hashing = systemHashing();
  const who = { username, realm: "a.example", password };
  return {
    aor: `sip:${username}@a.example`,
    ha1: { md5: ha1Of(hashing, "MD5", who), sha256: ha1Of(hashing, "SHA-256", who) },
  };
}

/** A core with users alice, bob and carol at a.example, and a neighbour b.example that a test may open as a UA. */
export class CoreBed {
  readonly clock = new FakeClock();
  readonly net = new FakeNet(this.clock);
  readonly #stops: (() => Promise<void>)[] = [];

  /** Where the core listens. */
  readonly address: HostPort;
  readonly #cores: SipCore[] = [];

  private constructor(address: HostPort) {
    this.address = address;
  }

  /** @param around its address, and names that it can resolve */
  static async start(
    config: Partial<CoreConfig> = {},
    around: {
      readonly address?: HostPort;
      readonly names?: Readonly<Record<string, readonly string[]>>;
      readonly records?: FakeRecords;
      readonly hashing?: Hashing;
      readonly tls?: TransportTls;
    } = {},
  ): Promise<CoreBed> {
    const bed = new CoreBed(around.address ?? CORE);
    const limits = config.profile === "open" ? OPEN_LIMITS : {};
    const opened = await openTransactions(bed.net, bed.address, {
      ...{ limits, ...(around.tls === undefined ? {} : { tls: around.tls }) },
    });
    const { layer } = opened;
    const ports = { ...opened.ports, resolver: new FakeResolver(around.names, around.records) };
    const hashing = around.hashing ?? systemHashing();
    const users = ["alice", "bob", "carol"].map((name) => coreUser(name));
    const core = new SipCore(
      layer,
      { ...ports, hashing },
      {
        domain: "a.example",
        users,
        neighbours: new Map([["b.example", `sip:${formatHostPort(NEIGHBOUR)}`]]),
        ...config,
      },
    );
    bed.#cores.push(core);
    bed.#stops.push(() => {
      core.stop();
      return layer.close();
    });
    return bed;
  }

  get core(): SipCore {
    const [core] = this.#cores;
    if (core === undefined) throw new Error("not started");
    return core;
  }

  async ua(address: string | HostPort): Promise<ScriptedUa> {
    const at = typeof address === "string" ? { host: address, port: 5060 } : address;
    const { layer, ports } = await openTransactions(this.net, at);
    this.#stops.push(() => layer.close());
    return new ScriptedUa(at, layer, ports, this);
  }

  /** A device of a user, registered. */
  async device(
    user: string,
    address: string,
    options: { readonly contact?: string; readonly transport?: SipTransport } = {},
  ): Promise<ScriptedUa> {
    const ua = await this.ua(address);
    ua.login(user, "a.example");
    const parameters = options.contact ?? `;${TAG};+sip.instance="<urn:uuid:${address}>"`;
    const response = await ua.ask("REGISTER", {
      uri: "sip:a.example",
      from: `sip:${user}@a.example`,
      to: `<sip:${user}@a.example>`,
      ...(options.transport === undefined ? {} : { transport: options.transport }),
      headers: [{ name: "Contact", value: ua.contact(user, options.transport) + parameters }],
    });
    if (response.status !== 200) throw new Error(`REGISTER: ${String(response.status)}`);
    return ua;
  }

  async pass(ms = 50): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) await stop();
  }
}
