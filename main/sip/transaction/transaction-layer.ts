import type { Undo } from "../../base/events.ts";
import type { SocketError } from "../../base/ports.ts";
import { randomToken } from "../../base/tokens.ts";
import { MAGIC_COOKIE } from "../grammar/via.ts";
import { responseTo } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { type Flow, type Target, targetKey } from "../transport/flow.ts";
import type { SipPorts } from "../transport/ports.ts";
import { socketError } from "../transport/socket-failure.ts";
import type { TransportLayer } from "../transport/transport-layer.ts";
import { freshVia } from "../transport/via-rules.ts";
import type { ClientEvent } from "./client-fsm.ts";
import { ClientRunner, type ClientSurroundings } from "./client-runner.ts";
import { GroupedSet } from "./grouped-set.ts";
import { AnsweredRequest, DoneRequest, type Keeper } from "./kept-transaction.ts";
import { branchOf, clientKeyOf, mergeKeyOf, serverKeyOf } from "./matching.ts";
import { ServerRunner, type ServerSurroundings } from "./server-runner.ts";
import { TimerQueues } from "./timer-queues.ts";
import { DEFAULT_TIMERS, type TimerConfig } from "./timers.ts";
import type { ClientHandlers, ClientTransaction, ServerTransaction } from "./transaction.ts";

export type { ClientHandlers, ClientTransaction, ServerTransaction } from "./transaction.ts";

/** Each table holds at most this many transactions; beyond that requests are refused with 503. */
export const MAX_TRANSACTIONS = 20_000;

/** What becomes of a request before a transaction is made for it. `drop`: nobody answers. */
export type Verdict =
  | { readonly kind: "take" }
  | { readonly kind: "drop" }
  | { readonly kind: "refuse"; readonly retryAfterS: number };

/** What a refused sender is asked to wait. */
const RETRY_AFTER_S = 5;

const TAKEN: Verdict = { kind: "take" };
const AGAIN = { on: "request" } as const;

/** 62^24: a branch that nobody guesses, so that nobody else can answer. */
const BRANCH_LENGTH = 24;

/** RFC 3261 §17: matches messages to transactions and runs their state machines. */
export class TransactionLayer {
  readonly transport: TransportLayer;
  readonly #ports: SipPorts;
  /** One object each for all transactions of the layer. */
  readonly #clientSurroundings: ClientSurroundings;
  readonly #serverSurroundings: ServerSurroundings;
  readonly #maxTransactions: number;
  readonly #timers: TimerQueues;
  readonly #keeper: Keeper;
  readonly #clients = new Map<string, ClientRunner | DoneRequest>();
  readonly #servers = new Map<string, ServerRunner | AnsweredRequest>();
  /** Client transactions by the place they were sent to. */
  readonly #byPlace = new GroupedSet<ClientRunner>();
  /** Server transactions of one request that came over several ways. */
  readonly #byMergeKey = new GroupedSet<ServerRunner | AnsweredRequest>();
  readonly #undo: readonly (() => void)[];
  #judge: ((request: SipRequest, flow: Flow) => Verdict) | undefined;
  #onRequest: ((tx: ServerTransaction) => void) | undefined;
  #onAck: ((ack: SipRequest, flow: Flow) => void) | undefined;
  #onStrayResponse: ((response: SipResponse, flow: Flow) => void) | undefined;
  #isClosed = false;

  constructor(
    transport: TransportLayer,
    ports: SipPorts,
    config: Partial<TimerConfig> & { readonly maxTransactions?: number } = {},
  ) {
    const { maxTransactions = MAX_TRANSACTIONS, ...timers } = config;
    this.transport = transport;
    this.#ports = ports;
    const configs = {
      reliable: { ...DEFAULT_TIMERS, ...timers, isReliable: true },
      unreliable: { ...DEFAULT_TIMERS, ...timers, isReliable: false },
    };
    this.#timers = new TimerQueues(ports.clock);
    this.#keeper = this.#surroundKept();
    this.#clientSurroundings = this.#surroundClients(configs);
    this.#serverSurroundings = this.#surroundServers(configs);
    this.#maxTransactions = maxTransactions;
    this.#undo = [
      transport.events.on("request", ({ request, flow }) => {
        this.#receiveRequest(request, flow);
      }),
      transport.events.on("response", ({ response, flow }) => {
        this.#receiveResponse(response, flow);
      }),
      transport.events.on("flowClosed", ({ places }) => {
        const error = socketError("ECONNRESET", "the connection was lost");
        for (const place of places) this.#tellPlace(place, { on: "flow-lost", error });
      }),
      transport.events.on("moved", ({ error }) => {
        for (const runner of [...this.#clients.values()])
          if (runner instanceof ClientRunner) runner.deliver({ on: "moved", error });
      }),
      transport.events.on("unreachable", ({ remote, error }) => {
        this.#tellPlace(targetKey({ transport: "udp", remote }), { on: "transport-error", error });
      }),
    ];
  }

  /** Client and server transactions that are alive. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Every new request but ACK, CANCEL included; without a handler requests are refused with 503. */
  onRequest(handler: (tx: ServerTransaction) => void): void {
    this.#onRequest = handler;
  }

  /** Judges each request before memory is taken for it: ACKs and retransmissions too. */
  onArrival(judge: (request: SipRequest, flow: Flow) => Verdict): void {
    this.#judge = judge;
  }

  /** ACKs that match no transaction: those of a 2xx (RFC 3261 §13.3.1.4). */
  onAck(handler: (ack: SipRequest, flow: Flow) => void): void {
    this.#onAck = handler;
  }

  /** Responses without a transaction, for example a 2xx after timer M (RFC 6026 §8.1: proxies drop them). */
  onStrayResponse(handler: (response: SipResponse, flow: Flow) => void): void {
    this.#onStrayResponse = handler;
  }

  /**
   * Starts a client transaction: puts our Via with a fresh branch on top and sends. No handler is called before this
   * returns.
   * @param request everything but our Via
   */
  request(request: SipRequest, where: Target | Flow, handlers: ClientHandlers): ClientTransaction {
    const branch = `${MAGIC_COOKIE}${randomToken(this.#ports.random, BRANCH_LENGTH)}`;
    const runner = new ClientRunner(
      this.#clientSurroundings,
      this.#withVia(request, branch, where),
      where,
      {
        branch,
        handlers,
      },
    );
    if (this.#isClosed || this.#clients.size >= this.#maxTransactions) {
      this.#refuse(handlers);
      return runner;
    }
    this.#clients.set(runner.key, runner);
    runner.start();
    return runner;
  }

  /** Sends the ACK of a 2xx: a fresh branch and no transaction (RFC 3261 §13.2.2.4). */
  sendAck(ack: SipRequest, where: Target | Flow): void {
    if (this.#isClosed) return;
    const branch = `${MAGIC_COOKIE}${randomToken(this.#ports.random, BRANCH_LENGTH)}`;
    this.transport.sendRequest(this.#withVia(ack, branch, where), where, (error) => {
      this.#ports.log.write("warn", "ACK could not be sent", { code: error.code });
    });
  }

  /** As `TransportLayer.keepAlive`. */
  keepAlive(target: Target, nextPingMs: () => number, onLost: () => void): Undo {
    return this.transport.keepAlive(target, nextPingMs, onLost);
  }

  /**
   * The same request is being handled in another transaction because it was forked and came together again: a UAS answers
   * 482 (RFC 3261 §8.2.2.2). Proxies do not ask.
   */
  isMerged(tx: ServerTransaction): boolean {
    const key = mergeKeyOf(tx.request);
    // Only what came first is not merged.
    const first = key === undefined ? undefined : this.#byMergeKey.first(key);
    if (first === undefined || first === tx) return false;
    return first.key !== serverKeyOf(tx.request);
  }

  /** Forgets all transactions without telling anybody, and closes the transport. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const undo of this.#undo) undo();
    for (const runner of this.#clients.values()) runner.abandon();
    for (const runner of this.#servers.values()) runner.abandon();
    this.#clients.clear();
    this.#servers.clear();
    this.#byPlace.clear();
    this.#byMergeKey.clear();
    await this.transport.close();
  }

  // ---- client side ----

  #surroundClients(
    configs: Pick<ClientSurroundings, "reliable" | "unreliable">,
  ): ClientSurroundings {
    return {
      ...configs,
      transport: this.transport,
      timers: this.#timers,
      onPlace: (runner, key) => {
        this.#byPlace.put(key, runner);
      },
      startCancel: (cancel, where) => {
        this.#startCancel(cancel, where);
      },
      onTerminated: (runner) => {
        this.#byPlace.drop(runner);
        if (this.#clients.get(runner.key) === runner) this.#clients.delete(runner.key);
      },
      onDone: (runner, keepMs, onEnd) => {
        this.#byPlace.drop(runner);
        if (this.#clients.get(runner.key) !== runner) return;
        this.#clients.set(runner.key, new DoneRequest(this.#keeper, runner.key, keepMs, onEnd));
      },
    };
  }

  #withVia(request: SipRequest, branch: string, { transport }: Target | Flow): SipRequest {
    const via = freshVia(transport, this.transport.sentBy(transport), branch);
    return { ...request, headers: request.headers.prepend("Via", via) };
  }

  #refuse(handlers: ClientHandlers): void {
    const error: SocketError = socketError("ENOBUFS", "too many transactions, or closed");
    queueMicrotask(() => {
      handlers.onTransportError(error);
      handlers.onEnd?.();
    });
  }

  /** RFC 3261 §9.1: the CANCEL shares the INVITE's branch, and what is answered to it changes nothing. */
  #startCancel(cancel: SipRequest, where: Target | Flow): void {
    const branch = branchOf(cancel);
    if (branch === undefined || this.#isClosed) return;
    const handlers: ClientHandlers = {
      onResponse: () => undefined,
      onTimeout: () => undefined,
      onTransportError: () => undefined,
    };
    const runner = new ClientRunner(this.#clientSurroundings, cancel, where, { branch, handlers });
    this.#clients.set(runner.key, runner);
    runner.start();
  }

  #receiveResponse(response: SipResponse, flow: Flow): void {
    const key = clientKeyOf(response);
    const runner = key === undefined ? undefined : this.#clients.get(key);
    if (runner === undefined) this.#onStrayResponse?.(response, flow);
    else runner.deliver({ on: "response", response });
  }

  #tellPlace(key: string, event: ClientEvent): void {
    for (const runner of this.#byPlace.of(key)) runner.deliver(event);
  }

  // ---- server side ----

  #surroundServers(
    configs: Pick<ServerSurroundings, "reliable" | "unreliable">,
  ): ServerSurroundings {
    return {
      ...configs,
      transport: this.transport,
      timers: this.#timers,
      log: this.#ports.log,
      onDialogAck: (ack, flow) => {
        this.#onAck?.(ack, flow);
      },
      onAnswered: (runner, final, keepMs) => {
        const kept = new AnsweredRequest(this.#keeper, runner.key, final, keepMs);
        this.#servers.set(runner.key, kept);
        this.#byMergeKey.replace(runner, kept);
        return kept;
      },
      onTerminated: (runner) => {
        this.#forgetServer(runner);
      },
    };
  }

  #receiveRequest(request: SipRequest, flow: Flow): void {
    const key = serverKeyOf(request);
    if (key === undefined) return;
    const known = this.#servers.get(key);
    const verdict = this.#judge?.(request, flow) ?? TAKEN;
    if (verdict.kind === "refuse") {
      if (known === undefined) this.#refuseRequest(request, flow, verdict.retryAfterS);
    } else if (verdict.kind === "take") {
      if (known === undefined) this.#receiveNew(key, request, flow);
      else known.deliver(request.method === "ACK" ? { on: "ack", ack: request } : AGAIN);
    }
  }

  #receiveNew(key: string, request: SipRequest, flow: Flow): void {
    if (request.method === "ACK") this.#onAck?.(request, flow);
    else this.#startServer(key, request, flow);
  }

  /** Without a transaction: what is too much must not cost memory (RFC 3261 §21.5.4). */
  #refuseRequest(request: SipRequest, flow: Flow, retryAfterS: number): void {
    if (request.method === "ACK") return;
    const headers = [{ name: "Retry-After", value: String(retryAfterS) }];
    const refusal = responseTo(request, 503, undefined, { headers });
    this.transport.sendResponse(refusal, flow, () => undefined);
  }

  #startServer(key: string, request: SipRequest, flow: Flow): void {
    if (this.#servers.size >= this.#maxTransactions || this.#onRequest === undefined) {
      this.#refuseRequest(request, flow, RETRY_AFTER_S);
      return;
    }
    const inviteKey = request.method === "CANCEL" ? serverKeyOf(request, "INVITE") : undefined;
    const cancelled = inviteKey === undefined ? undefined : this.#servers.get(inviteKey);
    const runner = new ServerRunner(
      this.#serverSurroundings,
      { key, request, flow },
      cancelled instanceof ServerRunner ? cancelled : undefined,
    );
    this.#servers.set(key, runner);
    const mergeKey = mergeKeyOf(request);
    if (mergeKey !== undefined) this.#byMergeKey.put(mergeKey, runner);
    this.#onRequest(runner);
  }

  #forgetServer(entry: ServerRunner | AnsweredRequest): void {
    this.#servers.delete(entry.key);
    this.#byMergeKey.drop(entry);
  }

  // ---- both ----

  #surroundKept(): Keeper {
    return {
      timers: this.#timers,
      resend: (final) => {
        this.transport.resend(final);
      },
      onAnsweredOver: (over) => {
        this.#forgetServer(over);
      },
      onDoneOver: (over) => {
        this.#clients.delete(over.key);
      },
    };
  }
}
