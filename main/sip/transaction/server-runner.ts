import type { Undo } from "../../base/events.ts";
import type { Log } from "../../base/ports.ts";
import { assertNever } from "../../base/protocol-error.ts";
import { responseTo } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { type Flow, isReliable } from "../transport/flow.ts";
import type { Datagram, TransportLayer } from "../transport/transport-layer.ts";
import type { GroupMember } from "./grouped-set.ts";
import { type IstState, startInviteServer, stepInviteServer } from "./invite-server.ts";
import type { AnsweredRequest } from "./kept-transaction.ts";
import { type NistState, startNonInviteServer, stepNonInviteServer } from "./non-invite-server.ts";
import type { ServerEffect, ServerEvent, ServerStep, ServerTimer } from "./server-fsm.ts";
import type { TimerQueues } from "./timer-queues.ts";
import { TimerSet } from "./timer-set.ts";
import type { TransactionConfig } from "./timers.ts";
import type { ServerEnd, ServerTransaction } from "./transaction.ts";

/** What a server transaction needs of the layer that holds it. */
export interface ServerSurroundings {
  readonly transport: TransportLayer;
  readonly timers: TimerQueues;
  readonly log: Log;
  readonly reliable: TransactionConfig;
  readonly unreliable: TransactionConfig;
  /** An ACK that belongs to the dialog. */
  onDialogAck(ack: SipRequest, flow: Flow): void;
  /** What is left of a non-INVITE over UDP takes the place of its runner. */
  onAnswered(runner: ServerRunner, final: Datagram | undefined, keepMs: number): AnsweredRequest;
  onTerminated(runner: ServerRunner): void;
}

/** A request as it came, and the key of its transaction. */
export interface Arrived {
  readonly key: string;
  readonly request: SipRequest;
  readonly flow: Flow;
}

type State = IstState | NistState;

/** Performs the effects of a server state machine, in order, and feeds back what happens. Decides nothing. */
export class ServerRunner implements ServerTransaction, GroupMember {
  readonly key: string;
  group: string | undefined = undefined;
  place = 0;
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly isInvite: boolean;
  readonly cancelled?: ServerTransaction;
  readonly #surroundings: ServerSurroundings;
  readonly #config: TransactionConfig;
  readonly #timers: TimerSet<ServerTimer>;
  /** What came while another event was under way. */
  #waitingEvents: ServerEvent[] | undefined;
  /** Most transactions have no listener: those have no sets either. */
  #endHandlers: Set<(cause: ServerEnd) => void> | undefined;
  #ackHandlers: Set<(ack: SipRequest) => void> | undefined;
  #state: State;
  #lastSent: Datagram | undefined;
  #answered: AnsweredRequest | undefined;
  #hasFinal = false;
  #isBusy = false;

  constructor(
    surroundings: ServerSurroundings,
    { key, request, flow }: Arrived,
    cancelled: ServerTransaction | undefined,
  ) {
    this.#surroundings = surroundings;
    this.key = key;
    this.request = request;
    this.flow = flow;
    this.isInvite = request.method === "INVITE";
    if (cancelled !== undefined) this.cancelled = cancelled;
    this.#config = isReliable(flow.transport) ? surroundings.reliable : surroundings.unreliable;
    this.#timers = new TimerSet(surroundings.timers, this);
    const begun = this.isInvite
      ? startInviteServer(this.#config)
      : startNonInviteServer(this.#config);
    this.#state = begun.state;
    for (const effect of begun.effects) this.#perform(effect);
  }

  get hasFinal(): boolean {
    return this.#hasFinal;
  }

  respond(response: SipResponse): void {
    this.deliver({ on: "respond", response });
  }

  onEnd(handler: (cause: ServerEnd) => void): Undo {
    if (this.#answered !== undefined) return this.#answered.onEnd(handler);
    if (this.#state.name === "terminated") {
      handler(this.#state.cause);
      return () => undefined;
    }
    this.#endHandlers ??= new Set();
    this.#endHandlers.add(handler);
    return () => {
      this.#endHandlers?.delete(handler);
    };
  }

  onAck(handler: (ack: SipRequest) => void): Undo {
    this.#ackHandlers ??= new Set();
    this.#ackHandlers.add(handler);
    return () => {
      this.#ackHandlers?.delete(handler);
    };
  }

  timerFired(timer: ServerTimer): void {
    this.deliver({ on: "timer", timer });
  }

  /** One event at a time: what the TU causes while it is being told waits its turn. */
  deliver(event: ServerEvent): void {
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
    this.#endHandlers = undefined;
    this.#ackHandlers = undefined;
    this.#state = { name: "terminated", cause: "done" };
  }

  #take(event: ServerEvent): void {
    const before = this.#state;
    const next = this.#step(before, event);
    this.#state = next.state;
    if (event.on === "respond") this.#noteResponse(event.response, next);
    for (const effect of next.effects) this.#perform(effect);
    if (next.state.name === "terminated" && before.name !== "terminated") {
      this.#finish(next.state.cause);
    }
  }

  #step(state: State, event: ServerEvent): ServerStep<State> {
    // The machine was chosen by the method at the start; states of the two that share a name also share their shape.
    return this.isInvite
      ? stepInviteServer(state as IstState, event, this.#config)
      : stepNonInviteServer(state as NistState, event, this.#config);
  }

  #noteResponse(response: SipResponse, next: ServerStep<State>): void {
    if (response.status >= 200) this.#hasFinal = true;
    if (next.effects.length > 0) return;
    this.#surroundings.log.write("debug", "response not sent: the transaction does not allow it", {
      method: this.request.method,
      status: response.status,
      state: next.state.name,
    });
  }

  #finish(cause: ServerEnd): void {
    this.#timers.stopAll();
    this.#surroundings.onTerminated(this);
    for (const handler of [...(this.#endHandlers ?? [])]) handler(cause);
    this.#endHandlers = undefined;
    this.#ackHandlers = undefined;
  }

  #perform(effect: ServerEffect): void {
    switch (effect.do) {
      case "send":
        this.#send(effect.response);
        break;
      case "send-trying":
        this.#send(responseTo(this.request, 100));
        break;
      case "start-timer":
        if (effect.timer === "J") this.#keep(effect.ms);
        else this.#timers.start(effect.timer, effect.ms);
        break;
      case "stop-timers":
        this.#timers.stopAll();
        break;
      case "tell-ack":
        for (const handler of [...(this.#ackHandlers ?? [])]) handler(effect.ack);
        break;
      case "pass-ack":
        this.#surroundings.onDialogAck(effect.ack, this.flow);
        break;
      default:
        assertNever(effect, "server effect");
    }
  }

  #send(response: SipResponse): void {
    this.#lastSent = this.#surroundings.transport.sendResponse(response, this.flow, () => {
      this.deliver({ on: "transport-error" });
    });
  }

  /** The state Completed lasts long, and needs nothing of all this. */
  #keep(ms: number): void {
    const isSilent =
      this.#state.name === "completed" && "final" in this.#state && this.#state.final === undefined;
    const kept = this.#surroundings.onAnswered(this, isSilent ? undefined : this.#lastSent, ms);
    for (const handler of this.#endHandlers ?? []) kept.onEnd(handler);
    this.#answered = kept;
  }
}
