import { beforeEach, describe, expect, it } from "vitest";
import {
  type MemoryReceiver,
  MsrpBed,
  peerUri,
  type RawPeer,
  type RawSend,
  type RawSession,
  rawSend,
} from "../../../tests/support/msrp-bed.ts";
import { formatMsrpUri } from "../../base/msrp-uri.ts";
import type { SessionOptions } from "./session.ts";

let bed: MsrpBed;
let raw: RawSession;
let peer: RawPeer;
let receiver: MemoryReceiver;

async function begin(options: Partial<SessionOptions> = {}): Promise<void> {
  bed = new MsrpBed();
  raw = await bed.withRawPeer(options);
  ({ peer, receiver } = raw);
}
beforeEach(() => begin());

function text(send: Partial<RawSend>): string {
  return rawSend({ to: raw.uri, from: peerUri(), ...send });
}

/** Sends and returns the statuses that came back. */
async function statuses(...sends: readonly Partial<RawSend>[]): Promise<readonly string[]> {
  for (const send of sends) await peer.say(text(send));
  return peer.responses().map((line) => line.split(" ")[1] ?? "");
}

describe("RFC 4975 §7.2 answering a SEND", () => {
  it.each([
    ["no Failure-Report", "", ["200"], ["415"]],
    ["Failure-Report: yes", "Failure-Report: yes\r\n", ["200"], ["415"]],
    ["Failure-Report: partial", "Failure-Report: partial\r\n", [], ["415"]],
    ["Failure-Report: no", "Failure-Report: no\r\n", [], []],
  ])("MUST follow the matrix for %s", async (_what, extra, good, bad) => {
    await begin({ acceptTypes: ["text/plain"] });
    expect(await statuses({ body: "x", extra })).toEqual(good);
    expect(await statuses({ body: "x", extra, contentType: "image/png" })).toEqual(bad);
  });

  it("MUST keep silent about unknown sessions with Failure-Report no", async () => {
    const to = { ...raw.uri, sessionId: "unknown0" };
    expect(await statuses({ to, extra: "Failure-Report: no\r\n" })).toEqual([]);
  });

  it("MUST NOT answer before the receiver does, and then as it says", async () => {
    receiver.answer = "later";
    expect(await statuses({ body: "x" })).toEqual([]);
    receiver.replies[0]?.(408, "late");
    await bed.clock.advanceAsync(20);
    expect(peer.received).toContain("MSRP tid4raw0 408 late\r\n");
  });

  it("MUST address the response to the previous hop alone", async () => {
    await peer.say(text({ body: "x" }));
    expect(peer.received).toBe(
      `MSRP tid4raw0 200 OK\r\nTo-Path: ${formatMsrpUri(peerUri())}\r\n` +
        `From-Path: ${formatMsrpUri(raw.uri)}\r\n-------tid4raw0$\r\n`,
    );
  });

  it("MUST answer 501 to unknown methods, FILE_OFFSET of deployed clients among them, and go on", async () => {
    for (const method of ["FILE_OFFSET", "AUTH", "NICKNAME", "SENDX"]) {
      await peer.say(text({}).replace(" SEND\r\n", ` ${method}\r\n`));
    }
    expect(await statuses({ body: "x" })).toEqual(["501", "501", "501", "501", "200"]);
  });

  it("answers 413 while the chunk still arrives when the receiver refuses it, and drops the rest", async () => {
    const whole = text({ body: "x".repeat(1000) });
    await peer.say(whole.slice(0, 500));
    receiver.chunks[0]?.reject(413, "no room");
    await bed.clock.advanceAsync(20);
    expect(peer.responses()).toEqual(["tid4raw0 413"]);
    await peer.say(whole.slice(500));
    expect(peer.responses()).toEqual([]);
    expect(receiver.flags).toEqual([]);
    expect(await statuses({ body: "next", messageId: "message2" })).toEqual(["200"]);
  });

  it("does nothing when a chunk is refused after its end", async () => {
    receiver.answer = "later";
    await peer.say(text({ body: "x" }));
    receiver.chunks[0]?.reject(413);
    receiver.replies[0]?.(200);
    await bed.clock.advanceAsync(20);
    expect(peer.responses()).toEqual(["tid4raw0 200"]);
  });

  it("answers at once what the receiver does not want to begin", async () => {
    receiver.rejects = 413;
    await peer.say(text({ body: "x".repeat(1000) }).slice(0, 400));
    expect(peer.responses()).toEqual(["tid4raw0 413"]);
  });

  it("shows the request before its early answer in the trace", async () => {
    receiver.rejects = 413;
    bed.trace.drafts.length = 0;
    await peer.say(text({ body: "x" }));
    expect(
      bed.trace.drafts.map(({ dir, summary }) => [dir, summary.method ?? summary.status]),
    ).toEqual([
      ["in", "SEND"],
      ["out", 413],
    ]);
  });

  it("stamps a SEND in the trace when its head is there, before what a relay makes of it", async () => {
    bed.trace.drafts.length = 0;
    const whole = text({ body: "x".repeat(100) });
    await peer.say(whole.slice(0, -30));
    raw.session.report({ messageId: "abcd", range: { start: 1, end: 2, total: 2 }, status: 200 });
    const between = bed.trace.stamp();
    await peer.say(whole.slice(-30));
    const send = bed.trace.drafts.find(({ summary }) => summary.method === "SEND");
    expect(send?.stamp?.n).toBeLessThan(between.n);
  });

  it("traces header section and end-line, never a body", async () => {
    bed.trace.drafts.length = 0;
    await peer.say(text({ body: "secret", range: "1-6/6" }));
    const [draft] = bed.trace.drafts;
    expect(draft?.summary).toEqual({
      method: "SEND",
      tid: "tid4raw0",
      messageId: "message1",
      byteRange: "1-6/6",
      flag: "$",
      hasBody: true,
    });
    const rawText = Buffer.from(draft?.raw ?? []).toString();
    expect(rawText).not.toContain("secret");
    expect(rawText.endsWith("Content-Type: text/plain\r\n\r\n-------tid4raw0$\r\n")).toBe(true);
  });
});

describe("RFC 4975 §7.3 receiving chunks", () => {
  it("MUST put chunks in their places in any order, the last received winning", async () => {
    const sent = await statuses(
      { body: "world", range: "7-11/11", flag: "+" },
      { body: "hELLO ", range: "1-6/11", flag: "+" },
      { body: "ello ", range: "2-6/11", flag: "$" },
    );
    expect(sent).toEqual(["200", "200", "200"]);
    expect(receiver.bytes.toString()).toBe("hello world");
  });

  it("MUST take a chunk of any size, also one that is not interruptible", async () => {
    const body = "x".repeat(300_000);
    expect(await statuses({ body, range: "1-300000/300000" })).toEqual(["200"]);
    expect(receiver.bytes.toString()).toBe(body);
  });

  it("MUST count what arrives, not what the range says: an interrupted chunk may be shorter", async () => {
    expect(await statuses({ body: "abc", range: "1-10/10", flag: "+" })).toEqual(["200"]);
    expect(receiver.lengths).toEqual([3]);
    expect(await statuses({ body: "defghij", range: "4-10/10" })).toEqual(["200"]);
    expect(receiver.bytes.toString()).toBe("abcdefghij");
  });

  it("MUST take a message without Byte-Range, and an empty one", async () => {
    expect(await statuses({ body: "abc" })).toEqual(["200"]);
    expect(await statuses({ body: "", range: "1-0/0", messageId: "message2" })).toEqual(["200"]);
    expect(receiver.flags).toEqual(["$", "$"]);
    expect(receiver.chunks[1]?.totalOctets).toBe(0);
  });

  it("MUST answer bodiless SENDs and not deliver them", async () => {
    expect(await statuses({}, { range: "1-0/0" })).toEqual(["200", "200"]);
    expect(receiver.chunks).toEqual([]);
  });

  it("hands over type, wishes and other fields", async () => {
    const extra = "Success-Report: yes\r\nContent-Disposition: attachment\r\nX-Extra: 1\r\n";
    await peer.say(text({ body: "abc", range: "1-3/3", extra }));
    expect(receiver.chunks[0]).toMatchObject({
      contentType: "text/plain",
      position: 0,
      totalOctets: 3,
      successReport: true,
      failureReport: "yes",
      headers: [
        { name: "content-disposition", value: "attachment" },
        { name: "x-extra", value: "1" },
      ],
    });
  });

  it("MUST acknowledge a message that comes again and not deliver it (§5.4)", async () => {
    const chunk = { body: "abc", range: "1-3/3" };
    expect(await statuses(chunk, chunk)).toEqual(["200", "200"]);
    expect(receiver.chunks).toHaveLength(1);
  });

  it("waits for holes although the last chunk has come", async () => {
    await statuses({ body: "c", range: "3-3/3" }, { body: "a", range: "1-1/3", flag: "+" });
    await statuses(
      { body: "b", range: "2-2/3", flag: "+" },
      { body: "B", range: "2-2/3", flag: "+" },
    );
    // The fourth came after the message was complete: not written any more.
    expect(receiver.bytes.toString()).toBe("abc");
  });

  it("MUST NOT take more of a message after #", async () => {
    expect(
      await statuses(
        { body: "abc", range: "1-*/9", flag: "#" },
        { body: "def", range: "4-*/9", flag: "+" },
      ),
    ).toEqual(["200", "413"]);
    expect(receiver.chunks).toHaveLength(1);
  });

  it("MUST break the chunk that an end of the connection cuts", async () => {
    await peer.say(text({ body: "abcdef" }).slice(0, -15));
    peer.tcp.end();
    await bed.clock.advanceAsync(20);
    expect(receiver.broken).toBe(1);
    expect(receiver.flags).toEqual([]);
  });

  it("stops reading while the receiver is full, and goes on when told", async () => {
    receiver.accepts = false;
    const body = "x".repeat(1_000_000);
    await peer.say(text({ body }));
    await bed.clock.advanceAsync(1_000);
    const held = receiver.bytes.length;
    expect(held).toBeLessThan(200_000);
    expect(peer.tcp.queuedOctets).toBeGreaterThan(500_000);
    receiver.accepts = true;
    raw.session.resumeReading();
    await bed.clock.advanceAsync(1_000);
    expect(receiver.bytes).toHaveLength(1_000_000);
  });
});

describe("RFC 4975 §7.3 refusing chunks", () => {
  it.each([
    ["start 0", { range: "0-5/9" }],
    ["an end before the start", { range: "5-3/9" }],
    ["an end past the total", { range: "1-10/9" }],
    ["a start past the total", { range: "11-*/9" }],
    ["a sign", { range: "+1-5/9" }],
    ["a number above 2^53", { range: "1-*/9007199254740993" }],
    ["a bad Failure-Report", { extra: "Failure-Report: maybe\r\n" }],
    ["a bad Success-Report", { extra: "Success-Report: maybe\r\n" }],
    ["a Message-ID with a path in it", { messageId: "../../etc" }],
    ["a Message-ID of 33", { messageId: "m".repeat(33) }],
    ["a malformed line", { extra: "no colon here\r\n" }],
    ["Message-ID twice", { extra: "Message-ID: message2\r\n" }],
  ])("MUST answer 400 to %s", async (_what, send) => {
    expect(await statuses({ body: "abc", ...send })).toEqual(["400"]);
    expect(receiver.chunks).toEqual([]);
    expect(await statuses({ body: "abc", messageId: "message9" })).toEqual(["200"]);
  });

  it("MUST answer 400 to a body longer than its range or total, and deliver none of the excess", async () => {
    expect(await statuses({ body: "abcdef", range: "1-3/9" })).toEqual(["400"]);
    expect(await statuses({ body: "abcdef", range: "1-*/3", messageId: "message2" })).toEqual([
      "400",
    ]);
    expect(receiver.bytes).toHaveLength(0);
    expect(receiver.broken).toBe(2);
  });

  it("MUST answer 400 to a total that changes, and to a later chunk without Byte-Range", async () => {
    await statuses({ body: "abc", range: "1-3/9", flag: "+" });
    expect(await statuses({ body: "def", range: "4-6/8", flag: "+" })).toEqual(["400"]);
    expect(await statuses({ body: "def", flag: "+" })).toEqual(["400"]);
  });

  it("MUST answer 413 to what is longer than accepted, before it arrives or as it does", async () => {
    await begin({ maxSizeOctets: 10 });
    expect(await statuses({ body: "a", range: "1-*/11" })).toEqual(["413"]);
    expect(await statuses({ body: "a", range: "12-*/*", messageId: "message2" })).toEqual(["413"]);
    expect(await statuses({ body: "a".repeat(11), range: "1-*/*", messageId: "message3" })).toEqual(
      ["413"],
    );
    expect(await statuses({ body: "a".repeat(10), messageId: "message4" })).toEqual(["200"]);
  });

  it("MUST answer 415 to types that are not accepted", async () => {
    await begin({ acceptTypes: ["image/*", "text/plain"] });
    const answers = await statuses(
      { body: "x", messageId: "message1", contentType: "text/html" },
      { body: "x", messageId: "message2", contentType: "Text/Plain; charset=utf-8" },
      { body: "x", messageId: "message3", contentType: "image/png" },
    );
    expect(answers).toEqual(["415", "200", "200"]);
  });

  it("refuses a message of more ranges than it keeps", async () => {
    const chunks = Array.from({ length: 4097 }, (_, i) =>
      text({ body: "x", range: `${String(i * 2 + 1)}-*/*`, flag: "+" }),
    );
    await peer.say(chunks.join(""));
    await bed.clock.advanceAsync(1000);
    const answers = peer.responses();
    expect(answers.filter((line) => line.endsWith("200"))).toHaveLength(4096);
    expect(answers.at(-1)).toBe("tid4raw0 413");
  });

  it("refuses more unfinished messages than it keeps", async () => {
    const sends = Array.from({ length: 65 }, (_, i) => ({
      body: "x",
      flag: "+",
      messageId: `message${String(i)}`,
    }));
    expect((await statuses(...sends)).filter((status) => status === "413")).toHaveLength(1);
  });
});
