import type { Timer } from "../../base/ports.ts";
import type { SipResponse } from "../message/message.ts";
import type { UaContext } from "./ua-context.ts";

/** More collisions than this in a row are no accident. */
const MAX_RETRIES = 6;
const UNIT_MS = 10;

export interface GlareHandlers {
  retry(): void;
  /** The wait ended without a retry. */
  abandoned(): void;
}

/**
 * Waits after a 491 (RFC 3261 §14.1): the owner of the Call-ID 2.1 to 4 s, the other side 0 to 2 s, in units of 10 ms,
 * so that the two re-INVITEs do not meet again.
 */
export class GlareTimer {
  readonly #context: UaContext;
  #timer: Timer | undefined;
  #handlers: GlareHandlers | undefined;
  #retries = 0;

  constructor(context: UaContext) {
    this.#context = context;
  }

  get isWaiting(): boolean {
    return this.#handlers !== undefined;
  }

  /** @returns false when there were too many retries; no handler is called then */
  wait(role: "uac" | "uas", handlers: GlareHandlers): boolean {
    if (this.#retries >= MAX_RETRIES) return false;
    this.#retries += 1;
    this.#handlers = handlers;
    this.#timer = this.#context.clock.startTimer(this.#delayMs(role), () => {
      this.#handlers = undefined;
      handlers.retry();
    });
    return true;
  }

  /** A re-INVITE came through. */
  reset(): void {
    this.#retries = 0;
  }

  stop(): void {
    const handlers = this.#handlers;
    this.#timer?.cancel();
    this.#handlers = undefined;
    handlers?.abandoned();
  }

  #delayMs(role: "uac" | "uas"): number {
    const random = this.#context.random.bytes(4).readUInt32BE();
    const [fromUnits, units] = role === "uac" ? [210, 191] : [0, 201];
    return (fromUnits + (random % units)) * UNIT_MS;
  }
}

/** RFC 3261 §14.1, §14.2: try again: the requests met, or the peer's last one is not answered yet. */
export function isGlare(response: SipResponse): boolean {
  return (
    response.status === 491 || (response.status === 500 && response.headers.has("Retry-After"))
  );
}
