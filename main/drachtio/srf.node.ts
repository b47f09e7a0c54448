import type { Undo } from "../base/events.ts";
import type { HostPort } from "../base/host-port.ts";
import type { Hashing } from "../base/ports.ts";
import type { Result } from "../base/result.ts";
import { randomToken, randomUuid } from "../base/tokens.ts";
import type { SipResponse } from "../sip/message/message.ts";
import type { TransactionLayer } from "../sip/transaction/transaction-layer.ts";
import type { SipPorts } from "../sip/transport/ports.ts";
import type { Credentials } from "../sip/ua/digest-client.ts";
import type { UaConfig } from "../sip/ua/ua-context.ts";
import { ALLOWED_METHODS, UserAgent } from "../sip/ua/user-agent.ts";
import {
  createDrachtio,
  type DrachtioRequest,
  type DrachtioResponse,
} from "./drachtio-package.node.ts";
import type { DrachtioEngine } from "./engine.ts";
import { EngineHub } from "./engine-hub.ts";
import { InProcessServer, InProcessSocket } from "./in-process-socket.node.ts";
import { PendingSet } from "./pending.ts";
import type {
  IncomingRequest,
  InviteUac,
  InviteUas,
  OutgoingInvite,
  OutgoingRequest,
  SipFailure,
  Srf,
} from "./srf.ts";
import { guarded, HandlerStack, type SrfContext } from "./srf-context.node.ts";
import { FacadeRequest, handOver } from "./srf-request.node.ts";
import { FacadeInviteUac, sendRequest } from "./srf-uac.node.ts";
import { FacadeInviteUas } from "./srf-uas.node.ts";

export interface SrfOptions {
  /** Challenges of this realm are answered, others are handed to the application. */
  readonly credentials?: Credentials;
  /** User part of the default Contact. */
  readonly contactUser?: string;
  /** User-Agent of requests that have none. */
  readonly userAgent?: string;
  /** `sip:` URI of the proxy that requests without Route and next hop go to. */
  readonly outboundHop?: string;
  /** Host of the Contact, where it differs from the address the transports are bound to. */
  readonly contactHost?: string;
  /** The Contact names the port for TLS, and TLS. */
  readonly isReachedByTls?: boolean;
  readonly uaConfig?: Partial<UaConfig>;
}

/**
 * drachtio-srf, unmodified and in this process, on top of our own SIP stack: the application's SIP interface.
 * @param transactions an open layer; it stays open when the facade is closed
 */
export function openSrf(
  transactions: TransactionLayer,
  ports: SipPorts & { readonly hashing: Hashing },
  options: SrfOptions = {},
): Srf {
  return new FacadeSrf(transactions, ports, options);
}

class FacadeSrf implements Srf {
  readonly local: HostPort;
  readonly #ua: UserAgent;
  readonly #hub: EngineHub;
  readonly #engine: DrachtioEngine;
  readonly #socket: InProcessSocket;
  readonly #context: SrfContext;
  readonly #invites = new HandlerStack<(invite: InviteUas) => void>();
  readonly #requests = new Map<string, HandlerStack<(request: IncomingRequest) => void>>();

  constructor(
    transactions: TransactionLayer,
    ports: SipPorts & { readonly hashing: Hashing },
    options: SrfOptions,
  ) {
    const { transport } = transactions;
    const isReachedByTls = options.isReachedByTls === true;
    const bound = (): HostPort => transport.sentBy(isReachedByTls ? "tls" : "udp");
    // Asked each time: the transport may go over to another address.
    const local: HostPort = {
      get host() {
        return options.contactHost ?? bound().host;
      },
      get port() {
        return bound().port;
      },
    };
    this.local = local;
    const { credentials, contactUser, uaConfig, outboundHop } = options;
    this.#ua = new UserAgent(transactions, ports, {
      local,
      ...(credentials === undefined ? {} : { credentials }),
      ...(contactUser === undefined ? {} : { contactUser }),
      ...(isReachedByTls ? { contactTransport: "tls" } : {}),
      ...(uaConfig === undefined ? {} : { config: uaConfig }),
      ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
    });
    this.#socket = new InProcessSocket({
      onBytes: (bytes) => {
        this.#engine.receive(bytes);
      },
      onEnd: () => {
        this.#engine.close();
      },
    });
    const secret = randomToken(ports.random, 32);
    const peer = {
      send: (bytes: Buffer) => {
        this.#socket.deliver(bytes);
      },
      end: () => {
        this.#socket.destroy();
      },
    };
    this.#hub = new EngineHub(this.#ua, transactions, ports, local);
    this.#engine = this.#hub.connect(peer, {
      secret,
      local,
      delivery: "all",
      speaksTls: transport.speaksTls,
      byeHoldMs: BYE_HOLD_MS,
      onWithdrawn: (localTag, cancel) => {
        this.#context.openInvites.get(localTag)?.(cancel);
      },
      ...(outboundHop === undefined ? {} : { outboundHop }),
    });
    this.#context = {
      drachtio: createDrachtio(),
      pending: new PendingSet(ports.clock),
      log: ports.log,
      openDialogs: new Set(),
      openInvites: new Map(),
      releaseBye: (txnId, response) => {
        this.#engine.releaseBye(txnId, response);
      },
      newCallId: () => randomUuid(ports.random),
    };
    this.#attach(secret);
  }

  #attach(secret: string): void {
    const { drachtio } = this.#context;
    const server = new InProcessServer();
    drachtio.listen({ server, secret });
    // Without a handler for every method drachtio-srf answers 404 and ends the control connection.
    drachtio.use((request, response, next) => {
      // The stack tells of the end of a dialog that drachtio-srf has let go of: nobody waits for it.
      if (request.source !== "network") return;
      if (SILENT_METHODS.has(request.method)) next();
      else
        guarded(this.#context, request.method, () => {
          this.#receive(request, response);
        })();
    });
    server.connect(this.#socket);
  }

  get contact(): string {
    return this.#ua.contact;
  }

  request(options: OutgoingRequest): Promise<Result<SipResponse, SipFailure>> {
    return sendRequest(this.#context, options);
  }

  invite(options: OutgoingInvite): InviteUac {
    return new FacadeInviteUac(this.#context, options);
  }

  onInvite(handler: (invite: InviteUas) => void): Undo {
    return this.#invites.add(handler);
  }

  onRequest(method: string, handler: (request: IncomingRequest) => void): Undo {
    let handlers = this.#requests.get(method);
    if (handlers === undefined) {
      handlers = new HandlerStack();
      this.#requests.set(method, handlers);
    }
    return handlers.add(handler);
  }

  keepAlive(hop: string, nextPingMs: () => number, onLost: () => void): Undo {
    return this.#ua.keepAlive(hop, nextPingMs, guarded(this.#context, "keep-alive", onLost));
  }

  close(): Promise<void> {
    this.#context.pending.close();
    for (const closeDialog of [...this.#context.openDialogs]) closeDialog();
    this.#hub.close();
    this.#ua.close();
    this.#socket.destroy();
    return Promise.resolve();
  }

  #receive(request: DrachtioRequest, response: DrachtioResponse): void {
    if (request.stackDialogId !== "" && request.method !== "NOTIFY") {
      // The stack knows the dialog, drachtio-srf does not any more. Those of SUBSCRIBE it never knows.
      new FacadeRequest(this.#context, request, response).respond(481);
    } else if (request.method === "INVITE") {
      this.#receiveInvite(request, response);
    } else {
      this.#receiveOther(new FacadeRequest(this.#context, request, response));
    }
  }

  #receiveInvite(request: DrachtioRequest, response: DrachtioResponse): void {
    const invite = new FacadeInviteUas(this.#context, request, response);
    const handler = this.#invites.newest;
    if (handler === undefined) {
      invite.refuse(480);
      return;
    }
    try {
      handler(invite);
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#context.log.write("error", `defect in the handler of INVITE: ${why}`);
      invite.refuse(500);
    }
  }

  #receiveOther(incoming: FacadeRequest): void {
    const { method } = incoming.request;
    const handler = this.#requests.get(method)?.newest;
    if (handler !== undefined) {
      handOver(this.#context, incoming, handler);
      return;
    }
    const headers = [{ name: "Allow", value: ALLOWED_METHODS }];
    // RFC 3261 §11.2: OPTIONS asks what we can do; the answer needs no application.
    incoming.respond(method === "OPTIONS" ? 200 : 405, { headers });
  }
}

/** How long the application may hold its answer to BYE back (contract of `SrfDialog.onBye`). */
const BYE_HOLD_MS = 4000;

/** drachtio-srf leaves these alone when nobody takes them. */
const SILENT_METHODS: ReadonlySet<string> = new Set(["ACK", "CANCEL", "PRACK"]);
