import type { FrameHead } from "../framing/frame-head.ts";
import { type FrameSink, IGNORED_FRAME } from "../framing/frame-wire.ts";
import { type IncomingMessage, IncomingSend, type Reply } from "./incoming-send.ts";
import { ReceivedRanges } from "./received-ranges.ts";
import {
  acceptsType,
  failureReportOf,
  type Refusal,
  readSend,
  type SendHead,
} from "./send-head.ts";
import type { FailureReport, MessageReceiver, MsrpSession } from "./session.ts";

/** Messages of one session that may be unfinished at a time. */
const MAX_OPEN_MESSAGES = 64;

/** Finished messages that are remembered, so that a repetition is acknowledged and not delivered again. */
const MAX_FINISHED_MESSAGES = 1024;

export interface IncomingContext {
  readonly session: MsrpSession;
  readonly receiver: MessageReceiver;
  readonly acceptTypes: readonly string[] | undefined;
  readonly maxSizeOctets: number;
  /** Sends a response to the SEND with this transaction id; the paths are the session's. */
  respond(transactionId: string, status: number, comment: string | undefined): void;
}

/** The messages that one session receives (RFC 4975 §7.3). */
export class IncomingMessages {
  readonly #context: IncomingContext;
  readonly #messages = new Map<string, IncomingMessage>();

  constructor(context: IncomingContext) {
    this.#context = context;
  }

  /** Takes a SEND; never says no, but may answer so. */
  onSend(head: FrameHead): FrameSink {
    const reply = this.#replyTo(head.transactionId, failureReportOf(head));
    if (!head.hasBody) return answerAtEnd(reply, head.malformed === undefined ? 200 : 400);
    const send = readSend(head);
    if (!send.ok) return refuse(reply, send.error);
    const refusal = this.#check(send.value);
    if (refusal !== undefined) return refuse(reply, refusal);
    const message = this.#messageOf(send.value);
    if (message === undefined) return refuse(reply, { status: 413, comment: "too many messages" });
    // RFC 4975 §5.4: what arrives again after a reconnect is acknowledged, not delivered.
    if (message.state === "complete") return answerAtEnd(reply, 200);
    if (message.state === "aborted") return refuse(reply, { status: 413 });
    return this.#begin(head, send.value, message);
  }

  #begin(head: FrameHead, send: SendHead, message: IncomingMessage): FrameSink {
    const failureReport = failureReportOf(head);
    return IncomingSend.begin({
      send,
      message,
      failureReport,
      session: this.#context.session,
      receiver: this.#context.receiver,
      maxSizeOctets: this.#context.maxSizeOctets,
      reply: this.#replyTo(head.transactionId, failureReport),
    });
  }

  #check(send: SendHead): Refusal | undefined {
    const { acceptTypes, maxSizeOctets } = this.#context;
    if (acceptTypes !== undefined && !acceptsType(acceptTypes, send.contentType)) {
      return { status: 415 };
    }
    const { start, end, total } = send.byteRange;
    const isTooLong =
      (total !== "*" && total > maxSizeOctets) ||
      (end !== "*" && end > maxSizeOctets) ||
      start - 1 > maxSizeOctets;
    return isTooLong ? { status: 413, comment: "longer than accepted" } : this.#contradiction(send);
  }

  #contradiction(send: SendHead): Refusal | undefined {
    const known = this.#messages.get(send.messageId);
    if (known === undefined) return undefined;
    // RFC 4975 §7.1.1: every chunk but the first MUST have a Byte-Range.
    const lacksRange = !send.hasByteRange && known.ranges.count > 0 && known.state === "open";
    if (lacksRange) return { status: 400, comment: "Byte-Range missing" };
    const { start, total } = send.byteRange;
    const changesTotal = total !== "*" && known.total !== "*" && total !== known.total;
    const isPastTotal = known.total !== "*" && start - 1 > known.total;
    return changesTotal || isPastTotal
      ? { status: 400, comment: "Byte-Range contradicts an earlier one" }
      : undefined;
  }

  #messageOf(send: SendHead): IncomingMessage | undefined {
    const known = this.#messages.get(send.messageId);
    if (known !== undefined) {
      if (known.total === "*") known.total = send.byteRange.total;
      return known;
    }
    this.#forgetFinished();
    const open = [...this.#messages.values()].filter((message) => message.state === "open");
    if (open.length >= MAX_OPEN_MESSAGES) return undefined;
    const message: IncomingMessage = {
      ranges: new ReceivedRanges(),
      total: send.byteRange.total,
      hasLast: false,
      state: "open",
    };
    this.#messages.set(send.messageId, message);
    return message;
  }

  #forgetFinished(): void {
    if (this.#messages.size < MAX_FINISHED_MESSAGES + MAX_OPEN_MESSAGES) return;
    for (const [messageId, message] of this.#messages) {
      if (message.state === "open") continue;
      this.#messages.delete(messageId);
      return;
    }
  }

  /** The Failure-Report rules: `yes` answers all, `partial` errors, `no` nothing (RFC 4975 §7.2). */
  #replyTo(transactionId: string, failureReport: FailureReport): Reply {
    return (status, comment) => {
      if (failureReport === "no" || (failureReport === "partial" && status === 200)) return;
      this.#context.respond(transactionId, status, comment);
    };
  }
}

/** Answers at once, so that the peer can stop (RFC 4975 §10.5), and drops the frame. */
function refuse(reply: Reply, refusal: Refusal): FrameSink {
  reply(refusal.status, refusal.comment);
  return IGNORED_FRAME;
}

function answerAtEnd(reply: Reply, status: number): FrameSink {
  return {
    ...IGNORED_FRAME,
    onEnd: () => {
      reply(status);
    },
  };
}
