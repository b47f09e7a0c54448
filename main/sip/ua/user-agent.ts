import type { Undo } from "../../base/events.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { Clock, Hashing, Log, Random, Resolver, Timer } from "../../base/ports.ts";
import { contactUriOf } from "../dialog/dialog.ts";
import {
  type DialogId,
  dialogKey,
  idOfReceivedRequest,
  idOfReceivedResponse,
} from "../dialog/dialog-id.ts";
import { cseqOf, toTagOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { validateRequest } from "../message/validate.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import type { SipTransport } from "../transport/flow.ts";
import { ClientExchange, type ExchangeHandlers } from "./client-exchange.ts";
import { type Credentials, DigestClient } from "./digest-client.ts";
import { Locator } from "./locator.ts";
import { buildOutgoing, type OutgoingMessage } from "./outgoing.ts";
import {
  buildResponse,
  type ServerRequest,
  TransactionRequest,
  type UasResponse,
} from "./server-request.ts";
import { newTag, type Session } from "./session.ts";
import { timerRefusal } from "./session-timer.ts";
import { type SubscribeHandlers, Subscriber } from "./subscriber.ts";
import {
  DEFAULT_UA_CONFIG,
  defaultContact,
  SUPPORTED_OPTIONS,
  type UaConfig,
  type UaContext,
  type UaTransactions,
} from "./ua-context.ts";
import { UacInvite, type UacInviteHandlers } from "./uac-invite.ts";
import { type Accepted, UasInvite } from "./uas-invite.ts";

export interface UserAgentPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly resolver: Resolver;
  readonly hashing: Hashing;
}

export interface UserAgentOptions {
  /** Address that Contact names. */
  readonly local: HostPort;
  readonly credentials?: Credentials;
  readonly contactUser?: string;
  /** Default: Contact leaves the choice. */
  readonly contactTransport?: SipTransport;
  /** User-Agent of requests that have none. */
  readonly userAgent?: string;
  readonly config?: Partial<UaConfig>;
}

/** The application above: it gets what no dialog and no rule of the stack has settled. */
export interface UserAgentHandlers {
  onInvite(invite: UasInvite): void;
  onRequest(incoming: ServerRequest): void;
  /** Asked first: true when the request only passes through here, and its transaction is taken over (RFC 3261 §16). */
  onTransit?(tx: ServerTransaction): boolean;
  /** An ACK that is of no dialog here. */
  onTransitAck?(ack: SipRequest): void;
}

/** Methods we understand; others get 405 or what the application says. */
export const ALLOWED_METHODS =
  "INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, INFO, NOTIFY, SUBSCRIBE, UPDATE, PRACK, REFER, PUBLISH";

/** A dialog that has ended still answers retransmissions and crossing BYEs for this many T1. */
const LINGER_T1 = 64;

/** What a caller is asked to wait when we bear no more dialogs. */
const CROWDED_RETRY_S = 30;

/** The UAC and UAS core of RFC 3261 §8 to §15 over a transaction layer. */
export class UserAgent {
  readonly #context: UaContext;
  readonly #sessions = new Map<string, Session>();
  /** Of those, the ones that others began and that have not ended. */
  readonly #received = new Set<Session>();
  readonly #uacInvites = new Set<UacInvite>();
  /** Initial INVITEs whose transaction lives. */
  readonly #uasInvites = new Map<ServerTransaction, UasInvite>();
  /** The same by the key of the dialog that they are about to make, but for our tag, which may still change. */
  readonly #earlyInvites = new Map<string, UasInvite>();
  readonly #exchanges = new Set<ClientExchange>();
  /** Of dialogs that have ended but are still known. */
  readonly #lingering = new Set<Timer>();
  readonly #subscriber: Subscriber;
  #handlers: UserAgentHandlers | undefined;
  #isClosed = false;

  constructor(transactions: UaTransactions, ports: UserAgentPorts, options: UserAgentOptions) {
    this.#context = {
      transactions,
      clock: ports.clock,
      random: ports.random,
      log: ports.log,
      locator: new Locator(ports.resolver, ports.clock),
      digest:
        options.credentials === undefined
          ? undefined
          : new DigestClient(options.credentials, ports),
      local: options.local,
      // The address may change while we run.
      get contact() {
        return defaultContact(options.local, options.contactUser, options.contactTransport);
      },
      userAgent: options.userAgent,
      config: { ...DEFAULT_UA_CONFIG, ...options.config },
    };
    this.#subscriber = new Subscriber(this.#context, this.#registry);
    transactions.onRequest((tx) => {
      this.#receive(tx);
    });
    transactions.onAck((ack) => {
      const session = this.#sessions.get(dialogKey(idOfReceivedRequest(ack)));
      if (session === undefined) this.#handlers?.onTransitAck?.(ack);
      else session.receiveAck(ack);
    });
    transactions.onStrayResponse((response) => {
      this.#receiveStray(response);
    });
  }

  get local(): HostPort {
    return this.#context.local;
  }

  /** Contact value given where the application gives none. */
  get contact(): string {
    return this.#context.contact;
  }

  attach(handlers: UserAgentHandlers | undefined): void {
    this.#handlers = handlers;
  }

  /** A request outside a dialog; neither INVITE nor SUBSCRIBE. */
  send(message: OutgoingMessage, handlers: ExchangeHandlers): void {
    this.#send(message, handlers);
  }

  #send(message: OutgoingMessage, handlers: ExchangeHandlers): ClientExchange {
    const finish = (): void => {
      this.#exchanges.delete(exchange);
    };
    const built = buildOutgoing(this.#context, message);
    const exchange = new ClientExchange(this.#context, built, {
      ...handlers,
      onResponse: (response) => {
        if (response.status >= 200) finish();
        handlers.onResponse(response);
      },
      onFailure: (failure) => {
        finish();
        handlers.onFailure(failure);
      },
    });
    this.#exchanges.add(exchange);
    return exchange;
  }

  /** A SUBSCRIBE outside a dialog; its 2xx or its first NOTIFY makes one. */
  subscribe(message: Omit<OutgoingMessage, "method">, handlers: SubscribeHandlers): void {
    const watched = this.#subscriber.watch(handlers, () => exchange.request);
    const exchange: ClientExchange = this.#send({ ...message, method: "SUBSCRIBE" }, watched);
  }

  /** Answers a SUBSCRIBE with 2xx. undefined: too late, or it cannot make a dialog. */
  acceptSubscription(incoming: ServerRequest, response: UasResponse): Accepted | undefined {
    return this.#subscriber.accept(incoming, response);
  }

  invite(message: Omit<OutgoingMessage, "method">, handlers: UacInviteHandlers): UacInvite {
    const built = buildOutgoing(this.#context, { ...message, method: "INVITE" });
    const done = (): void => {
      this.#uacInvites.delete(invite);
    };
    const invite = new UacInvite(this.#context, this.#registry, built, {
      onSent: (request, target) => {
        handlers.onSent(request, target);
      },
      onProvisional: (response) => {
        handlers.onProvisional(response);
      },
      onAnswered: (session, response) => {
        done();
        handlers.onAnswered(session, response);
      },
      onRefused: (response) => {
        done();
        handlers.onRefused(response);
      },
      onFailure: (failure) => {
        done();
        handlers.onFailure(failure);
      },
    });
    this.#uacInvites.add(invite);
    return invite;
  }

  /**
   * Keeps the connection to a next hop alive while requests are to come over it (RFC 5626 §4.4.1); not over UDP, where
   * that takes STUN.
   * @param onLost called once when the connection has failed
   */
  keepAlive(hop: string, nextPingMs: () => number, onLost: () => void): Undo {
    let isWatched = true;
    let undo: Undo | undefined;
    void this.#context.locator.locate(hop).then((located) => {
      const target = located.ok ? located.value[0] : undefined;
      if (!isWatched || this.#isClosed || target === undefined) return;
      undo = this.#context.transactions.keepAlive(target, nextPingMs, onLost);
    });
    return () => {
      isWatched = false;
      undo?.();
    };
  }

  /** Ends all timers and waits. Nothing is sent but 480 to INVITEs that wait for an answer. */
  close(): void {
    if (this.#isClosed) return;
    for (const invite of [...this.#uasInvites.values()]) invite.close();
    this.#isClosed = true;
    for (const invite of [...this.#uacInvites]) invite.close();
    for (const exchange of this.#exchanges) exchange.abandon();
    for (const session of new Set(this.#sessions.values())) session.close();
    this.#sessions.clear();
    for (const timer of this.#lingering) timer.cancel();
    this.#context.locator.close();
  }

  readonly #registry = {
    add: (session: Session): void => {
      this.#sessions.set(dialogKey(session.dialog.id), session);
    },
    remove: (session: Session): void => {
      if (this.#isClosed) return;
      const lingerMs = LINGER_T1 * this.#context.config.t1Ms;
      const timer = this.#context.clock.startTimer(lingerMs, () => {
        this.#lingering.delete(timer);
        session.forget();
        const key = dialogKey(session.dialog.id);
        if (this.#sessions.get(key) === session) this.#sessions.delete(key);
      });
      this.#lingering.add(timer);
    },
  };

  readonly #receivedRegistry = {
    add: (session: Session): void => {
      this.#received.add(session);
      this.#registry.add(session);
    },
    remove: (session: Session): void => {
      this.#received.delete(session);
      this.#registry.remove(session);
    },
  };

  #isCrowded(): boolean {
    const { maxReceivedDialogs } = this.#context.config;
    if (this.#received.size + this.#uasInvites.size < maxReceivedDialogs) return false;
    // Transactions outlive their final response.
    const early = [...this.#uasInvites.values()].filter(({ isPending }) => isPending);
    return this.#received.size + early.length >= maxReceivedDialogs;
  }

  #receive(tx: ServerTransaction): void {
    const { request } = tx;
    if (!this.#isClosed && this.#handlers?.onTransit?.(tx) === true) return;
    if (request.method === "CANCEL") {
      this.#receiveCancel(tx);
      return;
    }
    const refused = this.#judge(request);
    if (refused !== undefined) {
      tx.respond(buildResponse(request, newTag(this.#context), refused));
      return;
    }
    const id = idOfReceivedRequest(request);
    if (id.localTag !== "") this.#receiveInDialog(tx, id);
    else if (request.method === "INVITE") this.#receiveInvite(tx);
    else this.#receiveOther(tx);
  }

  #judge(request: SipRequest): UasResponse | undefined {
    if (this.#isClosed) return { status: 503 };
    const invalid = validateRequest(request);
    if (invalid !== undefined) return invalid;
    // RFC 3261 §8.2.2.3.
    const required = request.headers
      .list("Require")
      .filter((tag) => tag !== "" && !isSupported(tag, request.method));
    if (required.length > 0) {
      return { status: 420, headers: [{ name: "Unsupported", value: required.join(", ") }] };
    }
    return undefined;
  }

  #receiveInDialog(tx: ServerTransaction, id: DialogId): void {
    const session = this.#sessions.get(dialogKey(id)) ?? this.#subscriber.notified(tx.request, id);
    const early = this.#earlyInvite(id);
    if (early !== undefined && tx.request.method === "PRACK") early.prack(tx);
    else if (session !== undefined) session.receive(tx);
    else if (early !== undefined) this.#receiveEarly(tx, id, early);
    else this.#receiveWithoutSession(tx, id);
  }

  #receiveEarly(tx: ServerTransaction, id: DialogId, early: UasInvite): void {
    const { method } = tx.request;
    if (method === "UPDATE") {
      early.update(tx);
      return;
    }
    // RFC 3261 §15: a caller may end an early dialog by BYE; the INVITE gets 487.
    const status = method === "BYE" ? 200 : 405;
    tx.respond(buildResponse(tx.request, id.localTag, { status }));
    if (method === "BYE") early.cancelled(tx.request);
  }

  #receiveWithoutSession(tx: ServerTransaction, id: DialogId): void {
    for (const invite of this.#uacInvites) {
      const answer = invite.judgeEarly(tx.request);
      if (answer === undefined) continue;
      tx.respond(buildResponse(tx.request, id.localTag, answer));
      return;
    }
    tx.respond(buildResponse(tx.request, id.localTag, { status: 481 }));
  }

  #earlyInvite(id: DialogId): UasInvite | undefined {
    const invite = this.#earlyInvites.get(dialogKey({ ...id, localTag: "" }));
    return invite?.localTag === id.localTag ? invite : undefined;
  }

  #receiveInvite(tx: ServerTransaction): void {
    const { request } = tx;
    const timer = timerRefusal(request, this.#context.config);
    const refuse = (status: number): void => {
      tx.respond(buildResponse(request, newTag(this.#context), { status }));
    };
    if (this.#context.transactions.isMerged(tx)) {
      // RFC 3261 §8.2.2.2: the same INVITE over another path.
      refuse(482);
    } else if (contactUriOf(request.headers) === undefined) {
      refuse(400);
    } else if (timer !== undefined) {
      tx.respond(buildResponse(request, newTag(this.#context), timer));
    } else if (this.#handlers === undefined) {
      refuse(480);
    } else if (this.#isCrowded()) {
      const headers = [{ name: "Retry-After", value: String(CROWDED_RETRY_S) }];
      tx.respond(buildResponse(request, newTag(this.#context), { status: 486, headers }));
    } else {
      const invite = new UasInvite(this.#context, this.#receivedRegistry, tx);
      const key = dialogKey(idOfReceivedRequest(request));
      this.#uasInvites.set(tx, invite);
      this.#earlyInvites.set(key, invite);
      tx.onEnd(() => {
        this.#uasInvites.delete(tx);
        // A second INVITE of the same call may have taken its place.
        if (this.#earlyInvites.get(key) === invite) this.#earlyInvites.delete(key);
      });
      this.#handlers.onInvite(invite);
    }
  }

  #receiveOther(tx: ServerTransaction): void {
    const incoming = new TransactionRequest(tx, newTag(this.#context));
    if (this.#context.transactions.isMerged(tx)) {
      incoming.respond({ status: 482 });
    } else if (tx.request.method === "BYE") {
      incoming.respond({ status: 481 });
    } else if (this.#handlers === undefined) {
      incoming.respond({ status: 480 });
    } else {
      this.#handlers.onRequest(incoming);
    }
  }

  #receiveCancel(tx: ServerTransaction): void {
    const invite = tx.cancelled;
    const pending = invite === undefined ? undefined : this.#uasInvites.get(invite);
    const tag = pending?.localTag ?? (toTagOf(tx.request) || newTag(this.#context));
    // RFC 3261 §9.2: 200 says only that the INVITE was found.
    tx.respond(buildResponse(tx.request, tag, { status: invite === undefined ? 481 : 200 }));
    if (invite === undefined) return;
    if (pending !== undefined) pending.cancelled(tx.request);
    else this.#sessions.get(dialogKey(idOfReceivedRequest(invite.request)))?.receiveCancel(invite);
  }

  /** A 2xx after its transaction (RFC 3261 §13.2.2.4): acknowledged again when it belongs to a dialog of ours. */
  #receiveStray(response: SipResponse): void {
    const cseq = cseqOf(response);
    const isSuccess = response.status >= 200 && response.status < 300;
    if (!isSuccess || !cseq.ok || cseq.value.method !== "INVITE") return;
    this.#sessions.get(dialogKey(idOfReceivedResponse(response)))?.reacknowledge(response);
  }
}

/** Reliable provisional responses are for INVITE alone (RFC 3262 §3). */
function isSupported(tag: string, method: string): boolean {
  const name = tag.toLowerCase();
  return SUPPORTED_OPTIONS.includes(name) && (name !== "100rel" || method === "INVITE");
}
