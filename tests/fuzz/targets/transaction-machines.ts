import fc from "fast-check";
import { SipHeaders } from "../../../main/sip/message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../../../main/sip/message/message.ts";
import type {
  ClientEffect,
  ClientEvent,
  ClientStep,
} from "../../../main/sip/transaction/client-fsm.ts";
import {
  type IctState,
  startInviteClient,
  stepInviteClient,
} from "../../../main/sip/transaction/invite-client.ts";
import {
  type IstState,
  startInviteServer,
  stepInviteServer,
} from "../../../main/sip/transaction/invite-server.ts";
import {
  type NictState,
  startNonInviteClient,
  stepNonInviteClient,
} from "../../../main/sip/transaction/non-invite-client.ts";
import {
  type NistState,
  startNonInviteServer,
  stepNonInviteServer,
} from "../../../main/sip/transaction/non-invite-server.ts";
import type {
  ServerEffect,
  ServerEvent,
  ServerStep,
} from "../../../main/sip/transaction/server-fsm.ts";
import { DEFAULT_TIMERS, type TransactionConfig } from "../../../main/sip/transaction/timers.ts";
import { hold, holdEqual } from "../hold.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

/** What stands in the program of events; times are made by the machine itself. */
type Word =
  | "timer"
  | "flow-lost"
  | "transport-error"
  | "moved-to-udp"
  | "cancel"
  | "request"
  | "ack"
  | number;

/** A machine under way: its state, its timers, and all that it made its runner do. */
interface Run<State extends { readonly name: string }, Effect> {
  state: State;
  nowMs: number;
  readonly timers: Map<string, number>;
  readonly done: { readonly in: string; readonly effect: Effect; readonly isReliable: boolean }[];
}

interface AnyEffect {
  readonly do: string;
  readonly timer?: string;
  readonly ms?: number;
}

function perform<State extends { readonly name: string }, Effect extends AnyEffect>(
  run: Run<State, Effect>,
  step: { readonly state: State; readonly effects: readonly Effect[] },
  isReliable: boolean,
): void {
  const before = run.state.name;
  if (before === "terminated") {
    holdEqual(step.effects, [], "nothing is done after the end");
    holdEqual(step.state.name, "terminated", "the end is the end");
  }
  for (const effect of step.effects) {
    run.done.push({ in: before, effect, isReliable });
    if (effect.do === "stop-timers") run.timers.clear();
    if (effect.do !== "start-timer") continue;
    hold((effect.ms ?? 0) > 0, "no timer without time");
    run.timers.set(effect.timer ?? "", run.nowMs + (effect.ms ?? 0));
  }
  run.state = step.state;
  if (run.state.name === "terminated")
    holdEqual([...run.timers.keys()], [], "no timer after the end");
}

/** The timer that is due first, if one runs. */
function nextTimer(run: Run<{ readonly name: string }, unknown>): string | undefined {
  const [first] = [...run.timers].sort(([, a], [, b]) => a - b);
  if (first === undefined) return undefined;
  run.nowMs = Math.max(run.nowMs, first[1]);
  run.timers.delete(first[0]);
  return first[0];
}

function response(status: number): SipResponse {
  return { kind: "response", status, reason: "", headers: SipHeaders.empty, body: NO_BODY };
}

const ACK: SipRequest = {
  kind: "request",
  method: "ACK",
  uri: "sip:b",
  headers: SipHeaders.empty,
  body: NO_BODY,
};
const ERROR = { kind: "socket-error", code: "ECONNRESET", message: "x" } as const;

/** More than any machine takes to come to its end by its own timers. */
const MANY = 400;

// ---- clients ----

function clientEvent(word: Word): ClientEvent | undefined {
  if (typeof word === "number") return { on: "response", response: response(word) };
  if (word === "transport-error" || word === "flow-lost") return { on: word, error: ERROR };
  return word === "cancel" ? { on: word } : undefined;
}

interface ClientMachine<State> {
  readonly start: (config: TransactionConfig) => ClientStep<State>;
  readonly step: (state: State, event: ClientEvent, config: TransactionConfig) => ClientStep<State>;
}

function runClient<State extends { readonly name: string }>(
  machine: ClientMachine<State>,
  words: readonly Word[],
  isReliableAtFirst: boolean,
): Run<State | { readonly name: "terminated" }, ClientEffect> {
  let isReliable = isReliableAtFirst;
  const config = (): TransactionConfig => ({ ...DEFAULT_TIMERS, isReliable });
  const begun = machine.start(config());
  const run: Run<State | { readonly name: "terminated" }, ClientEffect> = {
    state: { name: "terminated" },
    nowMs: 0,
    timers: new Map(),
    done: [],
  };
  run.state = begun.state;
  for (const effect of begun.effects) {
    run.done.push({ in: "start", effect, isReliable });
    if (effect.do === "start-timer") run.timers.set(effect.timer, effect.ms);
  }
  const take = (event: ClientEvent): void => {
    // The state is never the end here for a machine that cares; the end takes everything and does nothing.
    perform(run, machine.step(run.state as State, event, config()), isReliable);
  };
  const read = (word: Word): ClientEvent | undefined => {
    if (word === "timer") {
      const timer = nextTimer(run);
      return timer === undefined ? undefined : { on: "timer", timer: timer as never };
    }
    if (word !== "moved-to-udp") return clientEvent(word);
    const wasReliable = isReliable;
    isReliable = false;
    return wasReliable ? { on: "moved-to-udp" } : undefined;
  };
  for (const word of [...words, ...Array.from({ length: MANY }, () => "timer" as const)]) {
    const event = read(word);
    if (event !== undefined) take(event);
  }
  return run;
}

function told(run: Run<{ readonly name: string }, ClientEffect>): readonly (number | string)[] {
  return run.done.flatMap(({ effect }): (number | string)[] => {
    if (effect.do === "tell-response") return [effect.response.status];
    return effect.do === "tell-timeout" || effect.do === "tell-transport-error" ? [effect.do] : [];
  });
}

function isFinal(one: number | string): boolean {
  return typeof one === "string" || one >= 200;
}

function isSuccess(one: number | string): boolean {
  return typeof one === "number" && one >= 200 && one < 300;
}

const clientWords = fc.array(
  fc.constantFrom<Word>(
    ...([
      "timer",
      "timer",
      "timer",
      "flow-lost",
      "transport-error",
      "moved-to-udp",
      "cancel",
    ] as const),
    ...[100, 180, 183, 200, 202, 301, 401, 486, 487, 503, 603, 699],
  ),
  { maxLength: 30 },
);

type ClientRun = Run<{ readonly name: string }, ClientEffect>;

function checkCancels(run: ClientRun): void {
  let isRung = false;
  let cancels = 0;
  for (const { in: state, effect } of run.done) {
    if (effect.do === "tell-response") isRung = true;
    if (effect.do !== "send-cancel") continue;
    cancels += 1;
    // The first provisional response sets a waiting CANCEL free.
    hold(isRung || state === "calling", "no CANCEL before a provisional response");
    hold(!["completed", "accepted"].includes(state), "no CANCEL after a final response");
  }
  hold(cancels <= 1, "one CANCEL");
}

function checkTimers(run: ClientRun, unreliableOnly: readonly string[]): void {
  for (const { effect, isReliable } of run.done) {
    if (effect.do === "start-timer" && unreliableOnly.includes(effect.timer))
      hold(!isReliable, `no timer ${effect.timer} over a reliable transport`);
  }
}

export const inviteClient: FuzzTarget = fuzzTarget(
  { name: "fsm-invite-client", clause: "RFC 3261 §17.1.1, RFC 6026 §7.2", sliceRuns: 2000 },
  fc.property(clientWords, fc.boolean(), (words, isReliable) => {
    const machine = { start: startInviteClient, step: stepInviteClient };
    const run = runClient<Exclude<IctState, { name: "terminated" }>>(
      machine as never,
      words,
      isReliable,
    );
    // A peer that rings may do so for ever: RFC 3261 leaves it to the user to give up.
    const isWaiting = run.state.name === "proceeding" && run.timers.size === 0;
    hold(run.state.name === "terminated" || isWaiting, `comes to an end, not ${run.state.name}`);
    const heard = told(run);
    const [first, ...after] = heard.slice(heard.findIndex(isFinal));
    const isAccepted = typeof first === "number" && first < 300;
    const mayFollow = (one: number | string): boolean => isAccepted && isSuccess(one);
    hold(!heard.some(isFinal) || after.every(mayFollow), `after the end: ${heard.join(" ")}`);
    for (const { in: state, effect } of run.done) {
      if (effect.do === "send-ack")
        hold(effect.response.status >= 300, "the TU acknowledges a 2xx");
      if (effect.do === "send-request")
        hold(["start", "calling"].includes(state), `no INVITE in ${state}`);
    }
    checkCancels(run);
    checkTimers(run, ["A", "D"]);
  }),
);

export const nonInviteClient: FuzzTarget = fuzzTarget(
  { name: "fsm-client", clause: "RFC 3261 §17.1.2", sliceRuns: 2000 },
  fc.property(clientWords, fc.boolean(), (words, isReliable) => {
    const machine = { start: startNonInviteClient, step: stepNonInviteClient };
    const run = runClient<Exclude<NictState, { name: "terminated" }>>(
      machine as never,
      words,
      isReliable,
    );
    holdEqual(run.state.name, "terminated", "comes to an end");
    hold(told(run).filter(isFinal).length === 1, `one end: ${told(run).join(" ")}`);
    hold(isFinal(told(run).at(-1) ?? ""), "nothing is told after it");
    checkTimers(run, ["E", "K"]);
    for (const { in: state, effect } of run.done) {
      hold(effect.do !== "send-ack" && effect.do !== "send-cancel", "neither ACK nor CANCEL");
      if (effect.do === "send-request")
        hold(state !== "completed", "nothing is sent once answered");
    }
  }),
);

// ---- servers ----

function serverEvent(word: Word): ServerEvent | undefined {
  if (typeof word === "number") return { on: "respond", response: response(word) };
  if (word === "request" || word === "transport-error") return { on: word };
  return word === "ack" ? { on: "ack", ack: ACK } : undefined;
}

function runServer<State extends { readonly name: string }>(
  machine: {
    readonly start: (config: TransactionConfig) => ServerStep<State>;
    readonly step: (
      state: State,
      event: ServerEvent,
      config: TransactionConfig,
    ) => ServerStep<State>;
  },
  words: readonly Word[],
  isReliable: boolean,
): Run<{ readonly name: string }, ServerEffect> {
  const config = { ...DEFAULT_TIMERS, isReliable };
  const begun = machine.start(config);
  const run: Run<{ readonly name: string }, ServerEffect> = {
    ...{ state: { name: "start" }, nowMs: 0 },
    timers: new Map(),
    done: [],
  };
  perform(run, begun, isReliable);
  for (const word of [...words, ...Array.from({ length: MANY }, () => "timer" as const)]) {
    const timer = word === "timer" ? nextTimer(run) : undefined;
    const event: ServerEvent | undefined =
      timer === undefined ? serverEvent(word) : { on: "timer", timer: timer as never };
    if (event !== undefined)
      perform(run, machine.step(run.state as State, event, config), isReliable);
  }
  return run;
}

const serverWords = fc.array(
  fc.constantFrom<Word>(
    ...(["timer", "timer", "timer", "request", "request", "ack", "transport-error"] as const),
    ...[100, 180, 183, 200, 202, 302, 408, 486, 500, 603],
  ),
  { maxLength: 30 },
);

function sent(run: Run<{ readonly name: string }, ServerEffect>): readonly number[] {
  return run.done.flatMap(({ effect }) => {
    if (effect.do === "send-trying") return [100];
    return effect.do === "send" ? [effect.response.status] : [];
  });
}

export const inviteServer: FuzzTarget = fuzzTarget(
  { name: "fsm-invite-server", clause: "RFC 3261 §17.2.1, RFC 6026 §7.1", sliceRuns: 2000 },
  fc.property(serverWords, fc.boolean(), (words, isReliable) => {
    const machine = { start: startInviteServer, step: stepInviteServer };
    const run = runServer<Exclude<IstState, { name: "terminated" }>>(
      machine as never,
      words,
      isReliable,
    );
    // A TU that never answers keeps its transaction: it knows of it.
    const isWaiting = run.state.name === "proceeding" && run.timers.size === 0;
    hold(run.state.name === "terminated" || isWaiting, `comes to an end, not ${run.state.name}`);
    const statuses = sent(run);
    const firstFinal = statuses.findIndex(isFinal);
    const final = statuses[firstFinal] ?? 0;
    const after = firstFinal < 0 ? [] : statuses.slice(firstFinal);
    hold(
      after.every((one) => (final < 300 ? one >= 200 && one < 300 : one === final)),
      `one answer: ${statuses.join(" ")}`,
    );
    for (const { in: state, effect, isReliable: isTcp } of run.done) {
      if (effect.do === "tell-ack") holdEqual(state, "completed", "an ACK of a refusal");
      if (effect.do === "pass-ack") holdEqual(state, "accepted", "an ACK of a dialog");
      if (effect.do === "start-timer" && ["G", "I"].includes(effect.timer))
        hold(!isTcp, `no timer ${effect.timer} over a reliable transport`);
    }
  }),
);

export const nonInviteServer: FuzzTarget = fuzzTarget(
  { name: "fsm-server", clause: "RFC 3261 §17.2.2, RFC 4320 §4", sliceRuns: 2000 },
  fc.property(serverWords, fc.boolean(), (words, isReliable) => {
    const machine = { start: startNonInviteServer, step: stepNonInviteServer };
    const run = runServer<Exclude<NistState, { name: "terminated" }>>(
      machine as never,
      words,
      isReliable,
    );
    holdEqual(run.state.name, "terminated", "comes to an end");
    const statuses = sent(run);
    hold(!statuses.includes(408), "no 408");
    hold(
      statuses.every((one) => one === 100 || one >= 200),
      "no provisional response but 100",
    );
    const finals = new Set(statuses.filter(isFinal));
    hold(finals.size <= 1, `one answer: ${statuses.join(" ")}`);
    const firstFinal = statuses.findIndex(isFinal);
    hold(firstFinal < 0 || statuses.slice(firstFinal).every(isFinal), "no 100 after it");
    for (const { effect } of run.done) hold(!effect.do.endsWith("-ack"), "no ACK");
  }),
);
