import type { Result } from "../../base/result.ts";
import type { SipFailure, SrfDialog } from "../../drachtio/srf.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { sipReason } from "../headers.ts";
import { type ByeCause, GOING_AWAY } from "./session-end.ts";

/**
 * The dialog of an offer that this device has answered. There is none before the ACK, which octets may overtake
 * (RFC 3261 §15: whoever answered sends no BYE before it), so what is to end it waits for it.
 */
export class AnsweredDialog {
  readonly #exists: Promise<SrfDialog | undefined>;
  #settle: (dialog: SrfDialog | undefined) => void = () => undefined;
  #bye: Promise<void> | undefined;
  #isOver = false;
  #isAbandoned = false;

  constructor() {
    this.#exists = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Nothing is to be said in it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param dialog undefined: there will be none */
  begin(dialog: SrfDialog | undefined): void {
    this.#settle(dialog);
    if (this.#isAbandoned) void dialog?.bye(reasonOf(GOING_AWAY));
  }

  /** The device goes away: it waits for no ACK. One that comes all the same is told so. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#settle(undefined);
  }

  /** The other side, or the stack, has ended it. */
  end(): void {
    this.#isOver = true;
  }

  /** Resolves when it is over; at once where it was. While one is on its way, or waits, there is no other. */
  async bye(why?: ByeCause): Promise<void> {
    if (this.#isOver) return;
    this.#bye ??= this.#send(why);
    await this.#bye;
    this.#isOver = true;
  }

  async #send(why: ByeCause | undefined): Promise<void> {
    const dialog = await this.#exists;
    await dialog?.bye(why && reasonOf(why));
  }

  /** undefined: there is no dialog. */
  async reinvite(
    ...request: Parameters<SrfDialog["reinvite"]>
  ): Promise<Result<SipResponse, SipFailure> | undefined> {
    const dialog = await this.#exists;
    return dialog?.reinvite(...request);
  }
}

function reasonOf({ cause, text }: ByeCause): readonly HeaderField[] {
  return [{ name: "Reason", value: sipReason(cause, text) }];
}
