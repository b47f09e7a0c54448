import type { Random } from "../base/ports.ts";
import { randomToken } from "../base/tokens.ts";

/** How one INVITE and its dialog are called on the control connection. */
export interface CallNames {
  /** On the wire. */
  readonly callId: string;
  /** As drachtio-srf sees it. */
  readonly shownCallId: string;
  /** `<Call-ID>;from-tag=<tag of the side that sent the INVITE>`, as drachtio-srf has it built in. */
  readonly dialogId: string;
}

/**
 * drachtio-srf finds pending INVITEs by Call-ID alone and dialogs by Call-ID and the caller's tag alone, so a call to
 * oneself, a merged request or a peer that repeats a Call-ID would mix two calls up. The second one of a Call-ID in use
 * is therefore shown under another.
 */
export class CallNameBook {
  readonly #random: Random;
  readonly #inUse = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  take(callId: string, initiatorTag: string): CallNames {
    const isPlain = !/[|\r\n]/.test(callId);
    let shownCallId = isPlain ? callId : randomToken(this.#random, 20);
    while (this.#inUse.has(shownCallId)) shownCallId = randomToken(this.#random, 20);
    this.#inUse.add(shownCallId);
    const tag = /[|\r\n]/.test(initiatorTag) ? randomToken(this.#random, 12) : initiatorTag;
    return { callId, shownCallId, dialogId: `${shownCallId};from-tag=${tag}` };
  }

  release(names: CallNames): void {
    this.#inUse.delete(names.shownCallId);
  }
}
