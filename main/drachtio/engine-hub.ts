import type { HostPort } from "../base/host-port.ts";
import type { Resolver } from "../base/ports.ts";
import { randomToken } from "../base/tokens.ts";
import { routeRequest } from "../sip/dialog/route-set.ts";
import { responseTo } from "../sip/message/build.ts";
import { cseqOf, fromTagOf } from "../sip/message/fields.ts";
import type { SipRequest } from "../sip/message/message.ts";
import { validateRequest } from "../sip/message/validate.ts";
import type { ServerTransaction } from "../sip/transaction/transaction.ts";
import type { TransactionLayer } from "../sip/transaction/transaction-layer.ts";
import { Locator } from "../sip/ua/locator.ts";
import type { UserAgent } from "../sip/ua/user-agent.ts";
import type { CallRecord } from "./call-record.ts";
import {
  type ControlPeer,
  DrachtioEngine,
  type EngineOptions,
  type EnginePorts,
} from "./engine.ts";
import { oneHopFurther, type ProxyHome } from "./engine-proxy.ts";
import {
  ForkingProxy,
  type ProxyEvents,
  type ProxyPlan,
  type ProxyPorts,
} from "./forking-proxy.ts";
import { ProxiedRoutes } from "./proxied-routes.ts";

export interface HubPorts extends EnginePorts {
  readonly resolver: Resolver;
}

/**
 * All control connections of one user agent. A request outside a dialog goes to one of those that serve its method, in
 * turn; requests of proxied calls pass through without any of them.
 */
export class EngineHub {
  readonly #ua: UserAgent;
  readonly #ports: HubPorts;
  readonly #proxyPorts: ProxyPorts;
  readonly #routes: ProxiedRoutes;
  readonly #proxies = new Map<ServerTransaction, ForkingProxy>();
  readonly #inProgress = new Set<string>();
  /** The one that was served last stands last. */
  #engines: readonly DrachtioEngine[] = [];

  constructor(ua: UserAgent, transactions: TransactionLayer, ports: HubPorts, local: HostPort) {
    this.#ua = ua;
    this.#ports = ports;
    this.#routes = new ProxiedRoutes(local, ports);
    this.#proxyPorts = {
      ...{ transactions, clock: ports.clock, random: ports.random },
      locator: new Locator(ports.resolver, ports.clock),
      sendLate: (response, flow) => {
        transactions.transport.sendResponse(response, flow, (error) => {
          ports.log.write("warn", "a late 2xx could not be sent on", { code: error.code });
        });
      },
    };
    ua.attach({
      onInvite: (invite) => {
        this.#record({ kind: "attempt", source: "network", message: invite.request });
        const engine = this.#next((one) => one.serves("INVITE"));
        if (engine === undefined) invite.refuse({ status: 503 });
        else engine.deliverInvite(invite);
      },
      onRequest: (incoming) => {
        const engine = this.#next((one) => one.serves(incoming.request.method));
        if (engine === undefined) incoming.respond({ status: 503 });
        else engine.deliverRequest(incoming);
      },
      onTransit: (tx) => this.#transit(tx),
      onTransitAck: (ack) => {
        this.#transitAck(ack);
      },
    });
  }

  /** A new control connection. */
  connect(peer: ControlPeer, options: EngineOptions): DrachtioEngine {
    const engine = new DrachtioEngine(
      {
        ...{ ua: this.#ua, ports: this.#ports, proxy: this.#proxyHome },
        record: (record) => {
          this.#record(record);
        },
        leave: (left) => {
          this.#engines = this.#engines.filter((one) => one !== left);
        },
      },
      peer,
      options,
    );
    this.#engines = [...this.#engines, engine];
    return engine;
  }

  /** Ends all connections and lets go of the user agent. What is being proxied is forgotten. */
  close(): void {
    for (const engine of this.#engines) engine.close();
    this.#ua.attach(undefined);
    for (const proxy of this.#proxies.values()) proxy.abandon();
    this.#proxies.clear();
    this.#proxyPorts.locator.close();
  }

  #next(isFit: (engine: DrachtioEngine) => boolean): DrachtioEngine | undefined {
    const engine = this.#engines.find(isFit);
    if (engine !== undefined) {
      this.#engines = [...this.#engines.filter((one) => one !== engine), engine];
    }
    return engine;
  }

  #record(record: CallRecord): void {
    this.#engines.find((one) => one.wantsRecord(record))?.deliverRecord(record);
  }

  // --- proxied requests ---------------------------------------------------------------------------------------------

  get #proxyHome(): ProxyHome {
    return {
      routes: this.#routes,
      newTag: () => randomToken(this.#ports.random, 12),
      run: (server, plan, events) => this.#run(server, plan, events),
    };
  }

  #run(server: ServerTransaction, plan: ProxyPlan, events: ProxyEvents): boolean {
    const key = requestKey(server.request);
    if (this.#inProgress.has(key)) return false;
    this.#inProgress.add(key);
    const proxy = new ForkingProxy(this.#proxyPorts, server, plan, {
      ...events,
      onDone: () => {
        this.#inProgress.delete(key);
        events.onDone();
      },
    });
    this.#proxies.set(server, proxy);
    server.onEnd(() => {
      this.#proxies.delete(server);
    });
    proxy.start();
    return true;
  }

  #transit(tx: ServerTransaction): boolean {
    if (tx.request.method === "CANCEL") return this.#cancel(tx);
    const taken = this.#routes.taken(tx.request);
    if (taken === undefined) return false;
    const refused = validateRequest(tx.request);
    const forwarded = oneHopFurther(taken);
    if (refused !== undefined || forwarded === undefined) {
      const toTag = randomToken(this.#ports.random, 12);
      tx.respond(responseTo(tx.request, refused?.status ?? 483, undefined, { toTag }));
      return true;
    }
    if (tx.request.method === "BYE") {
      const end = "normal-release";
      this.#record({ kind: "stop", source: "network", end, message: tx.request });
    }
    const plan: ProxyPlan = {
      request: forwarded,
      destinations: [{ uri: forwarded.uri, isTarget: true }],
      ...{ isParallel: false, followsRedirects: false, limits: {} },
    };
    const ignore = (): void => undefined;
    this.#run(tx, plan, {
      ...{ onAttempt: ignore, onBranchFinal: ignore, onAnswered: ignore, onDone: ignore },
    });
    return true;
  }

  /** RFC 3261 §16.10: answered here, and sent anew to each branch. */
  #cancel(tx: ServerTransaction): boolean {
    const proxy = tx.cancelled === undefined ? undefined : this.#proxies.get(tx.cancelled);
    if (proxy === undefined) return false;
    tx.respond(
      responseTo(tx.request, 200, undefined, { toTag: randomToken(this.#ports.random, 12) }),
    );
    const reasons = tx.request.headers.getAll("Reason");
    proxy.cancel(reasons.map((value) => ({ name: "Reason", value })));
    return true;
  }

  /** RFC 3261 §16.11: without a transaction, and when it cannot be forwarded nobody is told. */
  #transitAck(ack: SipRequest): void {
    const taken = this.#routes.taken(ack);
    const forwarded = taken === undefined ? undefined : oneHopFurther(taken);
    if (forwarded === undefined) return;
    const routed = routeRequest(forwarded.uri, forwarded.headers.list("Route"));
    const headers = forwarded.headers.setAll("Route", routed.routes);
    void this.#sendAck({ ...forwarded, uri: routed.uri, headers }, routed.nextHop);
  }

  async #sendAck(ack: SipRequest, nextHop: string): Promise<void> {
    const located = await this.#proxyPorts.locator.locate(nextHop);
    const target = located.ok ? located.value[0] : undefined;
    if (target !== undefined) this.#proxyPorts.transactions.sendAck(ack, target);
    else this.#ports.log.write("warn", "ACK of a proxied call dropped: no way to its next hop");
  }
}

/** What tells one request from another wherever it comes from (RFC 3261 §8.2.2.2), and where it was sent. */
function requestKey(request: SipRequest): string {
  const cseq = cseqOf(request);
  const numbers = cseq.ok ? `${String(cseq.value.number)} ${cseq.value.method}` : "";
  const parts = [request.headers.get("Call-ID"), fromTagOf(request), numbers, request.uri];
  return parts.join("\n");
}
