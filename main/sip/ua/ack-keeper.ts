import { ackInDialog, cseqNumberOf, type Dialog, type InDialogRequest } from "../dialog/dialog.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { UaContext } from "./ua-context.ts";

interface Ack {
  readonly request: SipRequest;
  readonly nextHop: string;
}

/** Retransmitted 2xx are acknowledged as long as their ACK is kept; a dialog has one INVITE at a time. */
const MAX_KEPT_ACKS = 4;

/** The ACKs of the 2xx that a dialog's INVITEs got (RFC 3261 §13.2.2.4). */
export class AckKeeper {
  readonly #context: UaContext;
  /** The INVITE whose 2xx waits for its ACK. */
  #unacknowledged: SipRequest | undefined;
  readonly #acks = new Map<number, Ack>();

  constructor(context: UaContext) {
    this.#context = context;
  }

  /** A 2xx to `invite` came; `acknowledge` is due. */
  succeeded(invite: SipRequest): void {
    this.#unacknowledged = invite;
  }

  /** Sends the ACK of the last 2xx. False when none is due. */
  acknowledge(dialog: Dialog, options: Omit<InDialogRequest, "method">): boolean {
    const invite = this.#unacknowledged;
    const seq = invite === undefined ? undefined : cseqNumberOf(invite);
    if (invite === undefined || seq === undefined) return false;
    this.#unacknowledged = undefined;
    // RFC 3261 §22.1: an ACK cannot be challenged, so it carries the credentials that the INVITE carried.
    const credentials = (["Authorization", "Proxy-Authorization"] as const).flatMap((name) =>
      invite.headers.getAll(name).map((value) => ({ name, value })),
    );
    const headers = [...credentials, ...options.headers];
    const ack = ackInDialog(dialog, seq, { ...options, headers });
    const [oldest] = this.#acks.keys();
    if (this.#acks.size >= MAX_KEPT_ACKS && oldest !== undefined) this.#acks.delete(oldest);
    this.#acks.set(seq, ack);
    void this.#send(ack);
    return true;
  }

  /** Every retransmission of a 2xx gets the same ACK again. */
  reacknowledge(response: SipResponse): void {
    const ack = this.#acks.get(cseqNumberOf(response) ?? -1);
    if (ack !== undefined) void this.#send(ack);
  }

  async #send(ack: Ack): Promise<void> {
    const located = await this.#context.locator.locate(ack.nextHop);
    const target = located.ok ? located.value[0] : undefined;
    if (target !== undefined) this.#context.transactions.sendAck(ack.request, target);
    else this.#context.log.write("warn", "ACK has no way to its peer", { nextHop: ack.nextHop });
  }
}
