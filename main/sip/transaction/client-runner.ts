import type { SocketError } from "../../base/ports.ts";
import { assertNever } from "../../base/protocol-error.ts";
import type { HeaderField } from "../message/headers.ts";
import type { SipRequest } from "../message/message.ts";
import { type Flow, isFlow, isReliable, type Target, targetKey } from "../transport/flow.ts";
import type { TransportLayer } from "../transport/transport-layer.ts";
import type { ClientEffect, ClientEvent, ClientStep, ClientTimer } from "./client-fsm.ts";
import type { GroupMember } from "./grouped-set.ts";
import { ackFor, cancelFor } from "./hop-requests.ts";
import { type IctState, startInviteClient, stepInviteClient } from "./invite-client.ts";
import { clientKey } from "./matching.ts";
import { type NictState, startNonInviteClient, stepNonInviteClient } from "./non-invite-client.ts";
import type { TimerQueues } from "./timer-queues.ts";
import { TimerSet } from "./timer-set.ts";
import type { TransactionConfig } from "./timers.ts";
import type { ClientHandlers, ClientTransaction } from "./transaction.ts";

/** What a client transaction needs of the layer that holds it. */
export interface ClientSurroundings {
  readonly transport: TransportLayer;
  readonly timers: TimerQueues;
  readonly reliable: TransactionConfig;
  readonly unreliable: TransactionConfig;
  /** The place that the request went to has become known or has changed. */
  onPlace(runner: ClientRunner, key: string): void;
  /** Starts the CANCEL's own transaction (RFC 3261 §9.1). */
  startCancel(cancel: SipRequest, where: Target | Flow): void;
  /** A non-INVITE over UDP has its final response: something smaller takes its place. */
  onDone(runner: ClientRunner, keepMs: number, onEnd: (() => void) | undefined): void;
  onTerminated(runner: ClientRunner): void;
}

type State = IctState | NictState;

/** Performs the effects of a client state machine, in order, and feeds back what happens. Decides nothing. */
export class ClientRunner implements ClientTransaction, GroupMember {
  readonly key: string;
  group: string | undefined = undefined;
  place = 0;
  readonly branch: string;
  readonly #surroundings: ClientSurroundings;
  readonly #handlers: ClientHandlers;
  readonly #timers: TimerSet<ClientTimer>;
  /** What came while another event was under way. */
  #waitingEvents: ClientEvent[] | undefined;
  readonly #isInvite: boolean;
  /** Where retransmissions, ACK and CANCEL go: the way that the request really took. */
  #where: Target | Flow;
  #request: SipRequest;
  #isReliable: boolean;
  #state: State | undefined;
  #cancelHeaders: readonly HeaderField[] = [];
  #isBusy = false;

  constructor(
    surroundings: ClientSurroundings,
    request: SipRequest,
    where: Target | Flow,
    context: { readonly branch: string; readonly handlers: ClientHandlers },
  ) {
    this.#surroundings = surroundings;
    this.#request = request;
    this.#where = where;
    this.branch = context.branch;
    this.key = clientKey(context.branch, request.method);
    this.#handlers = context.handlers;
    this.#isInvite = request.method === "INVITE";
    this.#isReliable = isReliable(where.transport);
    this.#timers = new TimerSet(surroundings.timers, this);
  }

  get request(): SipRequest {
    return this.#request;
  }

  get target(): Target {
    const where = this.#where;
    if (!isFlow(where)) return where;
    return { transport: where.transport, isTransportFixed: true, remote: where.remote };
  }

  /** Sends the request for the first time: only now it is known whether its size makes it go over TCP. */
  start(): void {
    this.#isBusy = true;
    this.#send();
    const begun = this.#isInvite
      ? startInviteClient(this.#config())
      : startNonInviteClient(this.#config());
    this.#state = begun.state;
    for (const effect of begun.effects) if (effect.do !== "send-request") this.#perform(effect);
    this.#isBusy = false;
    const waiting = this.#waitingEvents?.shift();
    if (waiting !== undefined) this.deliver(waiting);
  }

  cancel(headers: readonly HeaderField[] = []): void {
    if (this.#cancelHeaders.length === 0) this.#cancelHeaders = headers;
    this.deliver({ on: "cancel" });
  }

  timerFired(timer: ClientTimer): void {
    this.deliver({ on: "timer", timer });
  }

  /** One event at a time: what the TU causes while it is being told waits its turn. */
  deliver(event: ClientEvent): void {
    if (this.#isBusy) {
      this.#waitingEvents ??= [];
      this.#waitingEvents.push(event);
      return;
    }
    this.#isBusy = true;
    try {
      this.#take(event);
      for (let next = this.#waitingEvents?.shift(); next; next = this.#waitingEvents?.shift()) {
        this.#take(next);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Ends without a word to anybody. */
  abandon(): void {
    this.#timers.stopAll();
    this.#state = { name: "terminated" };
  }

  #take(event: ClientEvent): void {
    const state = this.#state;
    if (state === undefined || state.name === "terminated") return;
    const next = this.#step(state, event);
    this.#state = next.state;
    for (const effect of next.effects) this.#perform(effect);
    if (next.state.name === "terminated") this.#finish();
  }

  #step(state: State, event: ClientEvent): ClientStep<State> {
    // The machine was chosen by the method at the start; states of the two that share a name also share their shape.
    return this.#isInvite
      ? stepInviteClient(state as IctState, event, this.#config())
      : stepNonInviteClient(state as NictState, event, this.#config());
  }

  #finish(): void {
    this.#timers.stopAll();
    this.#surroundings.onTerminated(this);
    this.#handlers.onEnd?.();
  }

  #onEnd(): (() => void) | undefined {
    const handlers = this.#handlers;
    return handlers.onEnd === undefined ? undefined : () => handlers.onEnd?.();
  }

  #config(): TransactionConfig {
    return this.#isReliable ? this.#surroundings.reliable : this.#surroundings.unreliable;
  }

  #perform(effect: ClientEffect): void {
    switch (effect.do) {
      case "send-request":
        this.#send();
        break;
      case "send-ack":
        this.#sendHop(ackFor(this.#request, effect.response));
        break;
      case "send-cancel":
        this.#surroundings.startCancel(cancelFor(this.#request, this.#cancelHeaders), this.#where);
        break;
      case "start-timer":
        if (effect.timer === "K") this.#surroundings.onDone(this, effect.ms, this.#onEnd());
        else this.#timers.start(effect.timer, effect.ms);
        break;
      case "stop-timers":
        this.#timers.stopAll();
        break;
      case "tell-response":
        this.#handlers.onResponse(effect.response);
        break;
      case "tell-timeout":
        this.#handlers.onTimeout();
        break;
      case "tell-transport-error":
        this.#handlers.onTransportError(effect.error);
        break;
      default:
        assertNever(effect, "client effect");
    }
  }

  #send(): void {
    const first = this.#where;
    const sent = this.#surroundings.transport.sendRequest(
      this.#request,
      first,
      (error) => {
        this.#onFailure(error);
      },
      (moved) => {
        this.#where = first;
        this.#isReliable = isReliable(moved.transport);
        this.#request = moved.request;
        this.#tellPlace();
        this.deliver({ on: "moved-to-udp" });
      },
    );
    this.#request = sent.request;
    this.#isReliable = isReliable(sent.transport);
    if (!isFlow(first) && first.transport !== sent.transport) {
      this.#where = { ...first, transport: sent.transport };
    }
    this.#tellPlace();
  }

  #tellPlace(): void {
    this.#surroundings.onPlace(this, targetKey(this.#where));
  }

  #onFailure(error: SocketError): void {
    this.deliver({ on: "transport-error", error });
  }

  #sendHop(request: SipRequest): void {
    this.#surroundings.transport.sendRequest(request, this.#where, (error) => {
      this.#onFailure(error);
    });
  }
}
