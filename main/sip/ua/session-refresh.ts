import type { InDialogRequest } from "../dialog/dialog.ts";
import type { HeaderField, SipHeaders } from "../message/headers.ts";
import type { SipMessage, SipResponse } from "../message/message.ts";
import type { ExchangeHandlers } from "./client-exchange.ts";
import { SessionClock } from "./session-clock.ts";
import {
  type AgreedTimer,
  runningTimer,
  supportsOption,
  timerOfResponse,
} from "./session-timer.ts";
import type { UaContext } from "./ua-context.ts";

/** How a session is refreshed and ended. */
export interface RefreshActions {
  update(headers: readonly HeaderField[], handlers: ExchangeHandlers): void;
  reinvite(options: Omit<InDialogRequest, "method">, handlers: ExchangeHandlers): void;
  /** The ACK of a refresh that we sent ourselves. */
  acknowledge(): void;
  expired(): void;
}

/** After a refresh that was refused for the moment the next attempt follows. */
const RETRY_MS = 10_000;

/**
 * Keeps a session alive by RFC 4028: by UPDATE without a description where the peer allows it, else by a re-INVITE with the
 * description that it has (§7.4).
 */
export class SessionRefresh {
  readonly #context: UaContext;
  readonly #actions: RefreshActions;
  readonly #clock: SessionClock;
  #peerAllows = new Set<string>();
  #described: Omit<InDialogRequest, "method"> | undefined;

  constructor(context: UaContext, actions: RefreshActions) {
    this.#context = context;
    this.#actions = actions;
    this.#clock = new SessionClock(context.clock, {
      onRefreshDue: () => {
        this.#refresh();
      },
      onExpired: () => {
        actions.expired();
      },
    });
  }

  /** What the peer said that it can do (RFC 3261 §20.5). */
  learn({ headers }: SipMessage): void {
    const allowed = headers.list("Allow");
    if (allowed.length > 0) this.#peerAllows = new Set(allowed);
  }

  /** The description that the peer has of us now. */
  described(headers: SipHeaders, body: Buffer): void {
    const type = headers.get("Content-Type");
    if (type === undefined || body.length === 0) return;
    this.#described = { headers: [{ name: "Content-Type", value: type }], body };
  }

  timeBy(agreed: AgreedTimer | undefined): void {
    this.#clock.restart(agreed);
  }

  /** A 2xx to a re-INVITE or UPDATE of ours. */
  answered(response: SipResponse): void {
    this.learn(response);
    this.timeBy(timerOfResponse(response, this.#context.config));
  }

  /** The request's own headers, with what keeps a running timer running (§7.4). */
  withTimer(headers: readonly HeaderField[]): readonly HeaderField[] {
    const timer = runningTimer(this.#clock.agreed);
    const isGiven = headers.some(({ name }) => name.toLowerCase() === "session-expires");
    if (timer.length === 0 || isGiven) return headers;
    return [...headers, ...timer, { name: "Supported", value: "timer" }];
  }

  stop(): void {
    this.#clock.stop();
  }

  /** A refusal leaves the session as it is until its end; 408 and 481 end it where requests are sent (§10). */
  #refresh(): void {
    const agreed = this.#clock.agreed;
    const later = (): void => {
      if (agreed !== undefined) this.#clock.refreshIn(RETRY_MS);
    };
    const handlers: ExchangeHandlers = {
      onResponse: (response) => {
        if (response.status >= 200 && response.status < 300) this.#actions.acknowledge();
        else if (response.status >= 300) later();
      },
      onFailure: later,
    };
    if (this.#peerAllows.has("UPDATE")) this.#actions.update([], handlers);
    else if (this.#described !== undefined) this.#actions.reinvite(this.#described, handlers);
  }
}

/** An UPDATE that only refreshes: the stack answers it, no application needs to know (RFC 4028 §9). */
export function isBareRefresh({ headers, body }: SipMessage): boolean {
  return body.length === 0 && (headers.has("Session-Expires") || supportsOption(headers, "timer"));
}
