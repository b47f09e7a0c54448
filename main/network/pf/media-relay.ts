import { EventSource } from "../../base/events.ts";
import type { Clock, Timer } from "../../base/ports.ts";
import type { MessageOutcome, OutgoingMessage } from "../../msrp/session/outgoing-message.ts";
import type {
  ChunkSink,
  ContinuationFlag,
  IncomingChunk,
  MessageReceiver,
  MsrpSession,
} from "../../msrp/session/session.ts";

/** How long the answer to the last chunk waits for the far side, well under the sender's 30 s (note N1 in docs/flows). */
export const HELD_REPLY_MS = 10_000;

/** Messages that were sent on and have no answer yet; RFC 5547 §8.7 knows one in a session. */
const MAX_UNANSWERED = 8;

/** What the far side says of a refusal is for the sender's program, and short. */
const MAX_COMMENT_LENGTH = 120;

export interface MediaRelayEvents {
  /** One side's connection ended although its message was not complete. */
  readonly lost: { readonly message: string };
}

/** A relayed message that has not reached its end. */
interface Passage {
  readonly out: OutgoingMessage;
  /** The chunk that arrives now; the first one's wishes are those of all (RFC 4975 §7.1.1). */
  chunk: IncomingChunk;
  nextPosition: number;
  outcome: MessageOutcome | undefined;
}

type Reply = (status: number, comment?: string) => void;

interface Rejection {
  readonly reject: number;
  readonly comment?: string;
}

/**
 * One direction of the media of one m= line: what arrives on one leg leaves on the other as it comes, body pieces
 * uncopied, chunk by chunk, bounded by the window of the far side. Transaction ids, paths and chunk borders are each
 * leg's own; Message-ID, positions, content and report wishes pass (RFC 4975 §7.1, CR originating steps 9-12).
 */
export class MediaRelay implements MessageReceiver {
  readonly events = new EventSource<MediaRelayEvents>();
  readonly #clock: Clock;
  readonly #to: () => MsrpSession | undefined;
  #passage: Passage | undefined;
  #unanswered = 0;
  #isComplete = false;
  #octets = 0;

  /** @param to the other leg's session; undefined while it does not exist */
  constructor(clock: Clock, to: () => MsrpSession | undefined) {
    this.#clock = clock;
    this.#to = to;
  }

  /** A whole message went through and was acknowledged: losing the connection now loses nothing. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Octets that came in so far. */
  get octets(): number {
    return this.#octets;
  }

  begin(chunk: IncomingChunk): ChunkSink | Rejection {
    const passage = this.#passageFor(chunk);
    if ("reject" in passage) return passage;
    return {
      write: (bytes) => {
        passage.nextPosition += bytes.length;
        this.#octets += bytes.length;
        // The far side refused: the rest of this chunk is read and dropped, the refusal is the reply at its end.
        return passage.outcome !== undefined || passage.out.write(bytes);
      },
      end: (flag, reply) => {
        this.#end(passage, flag, reply);
      },
      broken: () => {
        this.#finished(passage);
        passage.out.abort();
        this.events.emit("lost", { message: "the connection ended inside a chunk" });
      },
    };
  }

  #passageFor(chunk: IncomingChunk): Passage | Rejection {
    const current = this.#passage;
    if (current !== undefined && current.chunk.messageId === chunk.messageId) {
      // RFC 4975 §10.5: after a 413 no further chunk of that message is wanted.
      if (current.outcome !== undefined) {
        const [reject, comment] = refusalOf(current.outcome);
        return { reject, ...(comment === undefined ? {} : { comment }) };
      }
      // RFC 4975 §7.3: a relay before us may have changed the order of chunks.
      if (chunk.position !== current.nextPosition) current.out.seek(chunk.position + 1);
      current.nextPosition = chunk.position;
      current.chunk = chunk;
      return current;
    }
    // RFC 5547 §8.7: one file, one session, one message.
    if (current !== undefined) return { reject: 400 };
    const to = this.#to();
    if (to === undefined) return { reject: 481 };
    // Each of them has a window of its own: without an end to them nothing would slow the sender down.
    if (this.#unanswered >= MAX_UNANSWERED) return { reject: 413 };
    const passage = this.#open(to, chunk);
    this.#passage = passage;
    return passage;
  }

  #open(to: MsrpSession, chunk: IncomingChunk): Passage {
    const out = to.send({
      messageId: chunk.messageId,
      contentType: chunk.contentType,
      totalOctets: chunk.totalOctets,
      startOctet: chunk.position + 1,
      successReport: chunk.successReport,
      failureReport: chunk.failureReport,
      headers: chunk.headers,
    });
    const passage: Passage = { out, chunk, nextPosition: chunk.position, outcome: undefined };
    this.#unanswered += 1;
    out.events.on("drained", () => {
      chunk.session.resumeReading();
    });
    void out.outcome.then((outcome) => {
      passage.outcome = outcome;
      this.#unanswered -= 1;
      // RFC 4975 §10.5: a refusal from the far side stops the sender now, not at the end of a long chunk.
      if (outcome.kind !== "acknowledged") passage.chunk.reject(...refusalOf(outcome));
      // A reader that waits for a window that will never open again would wait for ever.
      chunk.session.resumeReading();
    });
    return passage;
  }

  #end(passage: Passage, flag: ContinuationFlag, reply: Reply): void {
    const { out } = passage;
    if (flag === "+") {
      if (passage.outcome === undefined) reply(200);
      else reply(...refusalOf(passage.outcome));
      return;
    }
    this.#finished(passage);
    if (flag === "#") {
      out.abort();
      reply(200);
      return;
    }
    out.finish();
    this.#holdReply(passage, reply);
  }

  /** CR originating steps 11 and 12: the far side's OK comes before ours. */
  #holdReply(passage: Passage, reply: Reply): void {
    let isReplied = false;
    const guard: Timer = this.#clock.startTimer(HELD_REPLY_MS, () => {
      isReplied = true;
      reply(200);
    });
    void passage.out.outcome.then((outcome) => {
      guard.cancel();
      if (outcome.kind === "acknowledged") this.#isComplete = true;
      if (!isReplied) reply(...refusalOf(outcome));
      else this.#reportLateFailure(passage, outcome);
    });
  }

  /** RFC 4975 §7.1.4: who answered 200 early says later by REPORT that the octets did not arrive. */
  #reportLateFailure(passage: Passage, outcome: MessageOutcome): void {
    const [status, comment] = refusalOf(outcome);
    if (status === 200 || passage.chunk.failureReport === "no") return;
    const { chunk } = passage;
    chunk.session.report({
      messageId: chunk.messageId,
      range: {
        start: chunk.position + 1,
        end: passage.nextPosition,
        total: chunk.totalOctets,
      },
      status,
      ...(comment === undefined ? {} : { comment }),
    });
  }

  #finished(passage: Passage): void {
    if (this.#passage === passage) this.#passage = undefined;
  }
}

/** What a failure on the far leg is called on the near one: time-outs and lost connections are 408 (RFC 4975 §10.4). */
function refusalOf(outcome: MessageOutcome): readonly [status: number, comment?: string] {
  switch (outcome.kind) {
    case "acknowledged":
      return [200];
    case "rejected":
      return [outcome.status, ...printable(outcome.comment)];
    case "aborted":
      return [413];
    case "timeout":
    case "closed":
      return [408];
  }
}

/** A comment of the far side as it may stand in a line of ours; none where nothing of it can be shown. */
function printable(comment: string | undefined): readonly [comment?: string] {
  const text = comment
    ?.slice(0, MAX_COMMENT_LENGTH)
    .replace(/[\p{C}\u2028\u2029]/gu, "")
    .trim();
  return text === undefined || text === "" ? [] : [text];
}
