import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { EventSource } from "../../base/events.ts";
import { parseMsrpUri } from "../../base/msrp-uri.ts";
import { ok } from "../../base/result.ts";
import type {
  MessageOutcome,
  OutgoingHeader,
  OutgoingMessage,
  OutgoingMessageEvents,
} from "../../msrp/session/outgoing-message.ts";
import type {
  ChunkSink,
  IncomingChunk,
  MsrpReport,
  MsrpSession,
  MsrpSessionEvents,
} from "../../msrp/session/session.ts";
import { HELD_REPLY_MS, MediaRelay } from "./media-relay.ts";

/** A message whose octets end here, and whose outcome the test decides. */
class ScriptedMessage implements OutgoingMessage {
  readonly answeredEnd = 0;
  readonly messageId: string;
  readonly events = new EventSource<OutgoingMessageEvents>();
  readonly outcome: Promise<MessageOutcome>;
  readonly log: string[] = [];
  isWritable = true;
  settle: (outcome: MessageOutcome) => void = () => undefined;

  constructor(header: OutgoingHeader) {
    this.messageId = header.messageId ?? "";
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  write(bytes: Buffer): boolean {
    this.log.push(bytes.toString("latin1"));
    return this.isWritable;
  }
  endChunk(): void {
    this.log.push("+");
  }
  seek(startOctet: number): void {
    this.log.push(`@${String(startOctet)}`);
  }
  finish(): void {
    this.log.push("$");
  }
  abort(): void {
    this.log.push("#");
    this.settle({ kind: "aborted" });
  }
}

class ScriptedSession implements MsrpSession {
  readonly localUri = uri("near");
  readonly remotePath = [uri("far")];
  readonly bound = Promise.resolve(ok(undefined));
  readonly events = new EventSource<MsrpSessionEvents>();
  readonly sent: { readonly header: OutgoingHeader; readonly message: ScriptedMessage }[] = [];
  readonly reports: MsrpReport[] = [];
  readonly reading: string[] = [];

  send(header: OutgoingHeader): OutgoingMessage {
    const message = new ScriptedMessage(header);
    this.sent.push({ header, message });
    return message;
  }
  report(report: MsrpReport): void {
    this.reports.push(report);
  }
  pauseReading(): void {
    this.reading.push("pause");
  }
  resumeReading(): void {
    this.reading.push("resume");
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  get message(): ScriptedMessage {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error("nothing was sent on");
    return last.message;
  }
}

function uri(sessionId: string): MsrpSession["localUri"] {
  const parsed = parseMsrpUri(`msrp://192.0.2.1:2855/${sessionId};tcp`);
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

let clock: FakeClock;
let near: ScriptedSession;
let far: ScriptedSession;
let relay: MediaRelay;
let replies: string[];
let rejected: number[];
let comments: string[];

beforeEach(() => {
  clock = new FakeClock();
  near = new ScriptedSession();
  far = new ScriptedSession();
  relay = new MediaRelay(clock, () => far);
  replies = [];
  rejected = [];
  comments = [];
});

function chunk(position: number, overrides: Partial<IncomingChunk> = {}): IncomingChunk {
  return {
    session: near,
    messageId: "m1",
    contentType: "application/pdf",
    byteRange: { start: position + 1, end: "*", total: 10 },
    position,
    totalOctets: 10,
    successReport: true,
    failureReport: "yes",
    headers: [{ name: "Content-Disposition", value: "attachment" }],
    reject: (status, comment) => {
      rejected.push(status);
      if (comment !== undefined) comments.push(comment);
    },
    ...overrides,
  };
}

function begin(position: number, overrides: Partial<IncomingChunk> = {}): ChunkSink {
  const sink = relay.begin(chunk(position, overrides));
  if ("reject" in sink) throw new Error(`rejected with ${String(sink.reject)}`);
  return sink;
}

function end(sink: ChunkSink, flag: "$" | "+" | "#"): void {
  sink.end(flag, (status, comment) => {
    replies.push(`${flag}${String(status)}`);
    if (comment !== undefined) comments.push(comment);
  });
}

describe("CR originating steps 9-12, terminating steps 12-13: the media through a Participating Function", () => {
  it("MUST send the message on with the same Message-ID, content, positions and report wishes", () => {
    begin(0);
    expect(far.sent[0]?.header).toEqual({
      messageId: "m1",
      contentType: "application/pdf",
      totalOctets: 10,
      startOctet: 1,
      successReport: true,
      failureReport: "yes",
      headers: [{ name: "Content-Disposition", value: "attachment" }],
    });
  });

  it("MUST pass body pieces on as they come and answer chunks before the last at once", () => {
    const first = begin(0);
    first.write(Buffer.from("abc"));
    first.write(Buffer.from("de"));
    end(first, "+");
    begin(5).write(Buffer.from("fghij"));
    expect(far.message.log).toEqual(["abc", "de", "fghij"]);
    expect(far.sent).toHaveLength(1);
    expect(replies).toEqual(["+200"]);
  });

  it("MUST answer the last chunk only after the far side did (note N1)", async () => {
    const sink = begin(0);
    sink.write(Buffer.from("abcdefghij"));
    end(sink, "$");
    await clock.advanceAsync(HELD_REPLY_MS - 1);
    expect([far.message.log.at(-1), replies]).toEqual(["$", []]);
    far.message.settle({ kind: "acknowledged" });
    await clock.advanceAsync(0);
    expect([replies, relay.isComplete, clock.pendingTimers]).toEqual([["$200"], true, 0]);
  });

  it("MUST let the answer go after the guard and report a later failure (RFC 4975 §7.1.4)", async () => {
    const sink = begin(0);
    sink.write(Buffer.from("abcdefghij"));
    end(sink, "$");
    await clock.advanceAsync(HELD_REPLY_MS);
    expect(replies).toEqual(["$200"]);
    far.message.settle({ kind: "timeout" });
    await clock.advanceAsync(0);
    expect(near.reports).toEqual([
      { messageId: "m1", range: { start: 1, end: 10, total: 10 }, status: 408 },
    ]);
    expect(replies).toEqual(["$200"]);
  });

  it("MUST NOT report a late failure to a sender that wants none", async () => {
    const sink = begin(0, { failureReport: "no" });
    end(sink, "$");
    await clock.advanceAsync(HELD_REPLY_MS);
    far.message.settle({ kind: "timeout" });
    await clock.advanceAsync(0);
    expect(near.reports).toEqual([]);
  });
});

describe("back-pressure through a Participating Function", () => {
  it("MUST stop the sender when the far window is full and start it again when it drains", () => {
    const sink = begin(0);
    expect(sink.write(Buffer.from("a"))).toBe(true);
    far.message.isWritable = false;
    expect(sink.write(Buffer.from("b"))).toBe(false);
    far.message.events.emit("drained", undefined);
    expect(near.reading).toEqual(["resume"]);
  });

  it("MUST NOT leave the sender stopped when the far side is gone", async () => {
    far = new ScriptedSession();
    const sink = begin(0);
    far.message.isWritable = false;
    expect(sink.write(Buffer.from("b"))).toBe(false);
    far.message.settle({ kind: "closed", message: "gone" });
    await clock.advanceAsync(0);
    expect([near.reading, rejected]).toEqual([["resume"], [408]]);
  });
});

describe("messages that nobody answers behind a Participating Function", () => {
  it("MUST be refused after a few: each has a window of its own, and nothing would slow the sender down", async () => {
    const answers = Array.from({ length: 20 }, (_, at) => {
      const sink = relay.begin(chunk(0, { messageId: `m${String(at)}` }));
      if ("reject" in sink) return sink.reject;
      end(sink, "$");
      return 0;
    });
    expect(answers.filter((status) => status === 413)).toHaveLength(12);
    far.sent[0]?.message.settle({ kind: "acknowledged" });
    await clock.advanceAsync(0);
    expect(relay.begin(chunk(0, { messageId: "later" }))).not.toHaveProperty("reject");
  });
});

describe("RFC 4975 §10: what the receiver says of its refusal, through a Participating Function", () => {
  const refused = { kind: "rejected", status: 413, comment: "not kept" } as const;

  it("MUST reach the sender at once and with every later chunk", async () => {
    begin(0).write(Buffer.from("abc"));
    far.message.settle(refused);
    await clock.advanceAsync(0);
    expect([rejected, comments]).toEqual([[413], ["not kept"]]);
    expect(relay.begin(chunk(5))).toEqual({ reject: 413, comment: "not kept" });
  });

  it("MUST stand in the answer to the last chunk, or in the REPORT that comes after it", async () => {
    end(begin(0), "$");
    far.message.settle(refused);
    await clock.advanceAsync(0);
    expect([replies, comments.at(-1)]).toEqual([["$413"], "not kept"]);
    end(begin(0, { messageId: "m2" }), "$");
    await clock.advanceAsync(HELD_REPLY_MS);
    far.message.settle(refused);
    await clock.advanceAsync(0);
    expect(near.reports).toMatchObject([{ messageId: "m2", status: 413, comment: "not kept" }]);
  });

  it("MUST NOT be longer than a line, nor anything that cannot be shown", async () => {
    end(begin(0), "$");
    far.message.settle({ ...refused, comment: `a\u0085b\u2028c\u202ed${"x".repeat(500)}` });
    await clock.advanceAsync(0);
    expect(comments[0]).toMatch(/^abcdx{100,116}$/);
  });
});

describe("RFC 4975 §10.5, RFC 5547 §8.4: giving up through a Participating Function", () => {
  it("MUST turn the receiver's 413 into a 413 at once and for every later chunk", async () => {
    const sink = begin(0);
    sink.write(Buffer.from("abc"));
    far.message.settle({ kind: "rejected", status: 413 });
    await clock.advanceAsync(0);
    expect(rejected).toEqual([413]);
    sink.write(Buffer.from("de"));
    end(sink, "+");
    expect(far.message.log).toEqual(["abc"]);
    expect(relay.begin(chunk(5))).toEqual({ reject: 413 });
  });

  it("MUST pass the sender's # on and still answer 200", () => {
    const sink = begin(0);
    sink.write(Buffer.from("abc"));
    end(sink, "#");
    expect([far.message.log, replies]).toEqual([["abc", "#"], ["#200"]]);
  });

  it("MUST abort the far side and say so when the sender's connection dies inside a chunk", () => {
    const lost: string[] = [];
    relay.events.on("lost", ({ message }) => lost.push(message));
    begin(0).broken();
    expect([far.message.log, lost.length]).toEqual([["#"], 1]);
  });

  it("MUST refuse a second message while the first is under way (RFC 5547 §8.7)", () => {
    begin(0);
    expect(relay.begin(chunk(0, { messageId: "m2" }))).toEqual({ reject: 400 });
  });

  it("MUST answer 481 when the far side does not exist", () => {
    relay = new MediaRelay(clock, () => undefined);
    expect(relay.begin(chunk(0))).toEqual({ reject: 481 });
  });
});

describe("RFC 4975 §7.3 chunks out of order", () => {
  it("MUST keep every chunk at its own position", () => {
    const late = begin(5);
    late.write(Buffer.from("fghij"));
    end(late, "+");
    begin(0).write(Buffer.from("abcde"));
    expect(far.message.log).toEqual(["fghij", "@1", "abcde"]);
    expect(far.sent[0]?.header.startOctet).toBe(6);
  });
});
