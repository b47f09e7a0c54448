import { beforeEach, describe, expect, it } from "vitest";
import {
  MESSAGE,
  MsrpBed,
  peerUri,
  type RawSession,
  rawSend,
  type SeenSend,
} from "../../../tests/support/msrp-bed.ts";
import { formatMsrpUri } from "../../base/msrp-uri.ts";
import type { MessageOutcome, OutgoingHeader, OutgoingMessage } from "./outgoing-message.ts";

let bed: MsrpBed;
let raw: RawSession;
beforeEach(async () => {
  bed = new MsrpBed();
  raw = await bed.withRawPeer();
});

function sendWhole(body: Buffer, header: Partial<OutgoingHeader> = {}): OutgoingMessage {
  const message = raw.session.send({ ...MESSAGE, totalOctets: body.length, ...header });
  if (body.length > 0) message.write(body);
  message.finish();
  return message;
}

async function answer(send: SeenSend | undefined, status = 200): Promise<void> {
  await raw.peer.answer(send?.tid ?? "none", status, { to: raw.uri, from: peerUri() });
}

/** Plays a peer that answers every chunk, until nothing more comes. */
async function answerAll(statusOf: (send: SeenSend) => number): Promise<readonly SeenSend[]> {
  const all: SeenSend[] = [];
  for (;;) {
    await bed.clock.advanceAsync(20);
    const sends = raw.peer.sends();
    if (sends.length === 0) return all;
    all.push(...sends);
    for (const send of sends) await answer(send, statusOf(send));
  }
}

async function settled(message: OutgoingMessage): Promise<MessageOutcome | "pending"> {
  return Promise.race([
    message.outcome,
    new Promise<"pending">((resolve) => {
      setImmediate(() => {
        resolve("pending");
      });
    }),
  ]);
}

/** Body octets of chunks put in the places that their ranges name. */
function assemble(sends: readonly SeenSend[], length: number): Buffer {
  const whole = Buffer.alloc(length);
  for (const send of sends) {
    const start = Number(send.range.split("-")[0]) - 1;
    Buffer.from(send.body, "latin1").copy(whole, start);
  }
  return whole;
}

function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 7 + (i >> 8)) & 0xff;
  return bytes;
}

describe("RFC 4975 §7.1.1 sending a message in chunks", () => {
  it("MUST write the fields in order, Content-Type last, and an interruptible range", async () => {
    sendWhole(Buffer.from("hello"), {
      successReport: true,
      headers: [{ name: "Content-Disposition", value: "attachment" }],
    });
    await bed.clock.advanceAsync(20);
    const [send] = raw.peer.sends();
    expect(send?.head.split("\r\n").map((line) => line.split(" ")[0])).toEqual([
      "MSRP",
      "To-Path:",
      "From-Path:",
      "Message-ID:",
      "Byte-Range:",
      "Success-Report:",
      "Content-Disposition:",
      "Content-Type:",
      "",
    ]);
    expect(send).toMatchObject({ range: "1-*/5", body: "hello", flag: "$" });
  });

  it("MUST NOT say Failure-Report where it is the default, and MUST say it otherwise", async () => {
    sendWhole(Buffer.from("a"));
    sendWhole(Buffer.from("b"), { failureReport: "partial" });
    await bed.clock.advanceAsync(20);
    const heads = raw.peer.sends().map((send) => send.head);
    expect(heads[0]).not.toContain("Failure-Report");
    expect(heads.join("")).toContain("Failure-Report: partial");
  });

  it("MUST send an empty body for a message without octets", async () => {
    const message = sendWhole(Buffer.alloc(0));
    await bed.clock.advanceAsync(20);
    const [send] = raw.peer.sends();
    expect(send).toMatchObject({ range: "1-0/0", body: "", flag: "$" });
    await answer(send);
    expect(await settled(message)).toEqual({ kind: "acknowledged" });
  });

  it("waits for the first 200 before it sends a second chunk, then sends several without waiting", async () => {
    sendWhole(Buffer.alloc(2_000_000));
    await bed.clock.advanceAsync(100);
    const first = raw.peer.sends();
    expect(first.map((send) => [send.body.length, send.flag])).toEqual([[65_536, "+"]]);
    await answer(first[0]);
    await bed.clock.advanceAsync(100);
    expect(raw.peer.sends()).toHaveLength(2);
  });

  it("uses larger chunks as the peer takes them, and covers every octet", async () => {
    const body = pattern(20_000_000);
    const message = sendWhole(body);
    const sends = await answerAll(() => 200);
    expect(await settled(message)).toEqual({ kind: "acknowledged" });
    expect(Math.max(...sends.map((send) => send.body.length))).toBe(1_048_576);
    expect(sends.map((send) => send.flag).join("")).toMatch(/^\++\$$/);
    expect(assemble(sends, body.length).equals(body)).toBe(true);
  });

  it("tells how many octets 200s cover", async () => {
    const message = sendWhole(Buffer.alloc(100_000));
    const seen: number[] = [];
    message.events.on("acknowledged", ({ octets }) => seen.push(octets));
    await answerAll(() => 200);
    expect(seen).toEqual([65_536, 100_000]);
  });

  it("MUST NOT let its own end-line stand in a body: such octets go in another chunk", async () => {
    const message = raw.session.send(MESSAGE);
    message.write(Buffer.from("first "));
    await bed.clock.advanceAsync(20);
    const tid = /MSRP (\S+) SEND/.exec(raw.peer.received)?.[1] ?? "";
    const trap = `\r\n-------${tid}$\r\ntrap`;
    for (const octet of Buffer.from(trap)) message.write(Buffer.from([octet]));
    message.finish();
    const sends = await answerAll(() => 200);
    expect(sends.length).toBeGreaterThan(1);
    expect(assemble(sends, 6 + trap.length).toString("latin1")).toBe(`first ${trap}`);
  });

  it("ends the running chunk when told, and goes on at another place", async () => {
    const message = raw.session.send({ ...MESSAGE, totalOctets: 100 });
    message.write(Buffer.from("abc"));
    message.endChunk();
    message.seek(51);
    message.write(Buffer.from("xyz"));
    message.finish();
    const sends = await answerAll(() => 200);
    expect(sends.map(({ range, body, flag }) => [range, body, flag])).toEqual([
      ["1-*/100", "abc", "+"],
      ["51-*/100", "xyz", "$"],
    ]);
    expect(await settled(message)).toEqual({ kind: "acknowledged" });
  });

  it("ends a message whose last chunk was ended before with an empty one", async () => {
    const message = raw.session.send({ ...MESSAGE, totalOctets: 3 });
    message.write(Buffer.from("abc"));
    message.endChunk();
    await answerAll(() => 200);
    message.finish();
    const sends = await answerAll(() => 200);
    expect(sends.map(({ range, body, flag }) => [range, body, flag])).toEqual([["4-*/3", "", "$"]]);
  });

  it("MUST interrupt an open chunk for a response or a REPORT", async () => {
    const message = raw.session.send(MESSAGE);
    message.write(Buffer.from("half"));
    raw.session.report({ messageId: "abcd", range: { start: 1, end: 2, total: 2 }, status: 200 });
    await bed.clock.advanceAsync(20);
    expect(raw.peer.received).toMatch(/half\r\n-------\w+\+\r\nMSRP \w+ REPORT/);
  });

  it("takes a bounded number of octets and says when it wants more", async () => {
    const message = raw.session.send(MESSAGE);
    let taken = 0;
    while (message.write(Buffer.alloc(65_536))) taken += 65_536;
    expect(taken).toBeLessThanOrEqual(65_536 + 262_144);
    let drained = 0;
    message.events.on("drained", () => {
      drained += 1;
    });
    await bed.clock.advanceAsync(100);
    expect(drained).toBe(0);
    await answer(raw.peer.sends()[0]);
    expect(drained).toBe(1);
    expect(message.isWritable).toBe(true);
  });
});

describe("RFC 4975 §7.1.1 octets that come one by one, as who means harm sends them through a relay", () => {
  const first = Buffer.alloc(65_536);
  const octet = Buffer.from("x");

  it("go again in smaller chunks, however many pieces they came in", async () => {
    const body = Buffer.concat([first, first, Buffer.alloc(262_144, octet)]);
    const message = raw.session.send({ ...MESSAGE, totalOctets: body.length });
    for (const long of [first, first]) message.write(long);
    for (let i = 0; i < 262_144; i += 1) message.write(octet);
    message.finish();
    const isRefused = (send: SeenSend): boolean => send.body.length > 65_536;
    const sends = await answerAll((send) => (isRefused(send) ? 400 : 200));
    expect(sends.filter(isRefused)).not.toEqual([]);
    expect(await settled(message)).toEqual({ kind: "acknowledged" });
    const taken = sends.filter((send) => !isRefused(send));
    expect(assemble(taken, body.length).equals(body)).toBe(true);
  });

  it("count as answered although what follows them in memory waits", async () => {
    const body = Buffer.alloc(2_000_000);
    const message = raw.session.send({ ...MESSAGE, totalOctets: body.length });
    for (let at = 0; at < body.length; at += 10_000) message.write(body.subarray(at, at + 10_000));
    await bed.clock.advanceAsync(20);
    const [first] = raw.peer.sends();
    await answer(first);
    expect(message.answeredEnd).toBe(first?.body.length);
  });

  it("stop the writer by their number where no two of them follow each other", () => {
    const message = raw.session.send(MESSAGE);
    message.write(Buffer.alloc(131_072));
    let taken = 0;
    for (let place = 200_001; taken < 10_000; place += 2) {
      message.seek(place);
      taken += 1;
      if (!message.write(octet)) break;
    }
    expect(taken).toBeLessThan(1000);
  });
});

describe("RFC 4975 §7.1.1 responses to our chunks", () => {
  it("MUST give up a message whose chunk has no response 30 s after its last octet", async () => {
    const message = sendWhole(Buffer.from("hello"));
    await bed.clock.advanceAsync(29_000);
    expect(await settled(message)).toBe("pending");
    await bed.clock.advanceAsync(2_000);
    expect(await settled(message)).toEqual({ kind: "timeout" });
  });

  it("MUST NOT wait for responses with Failure-Report partial or no", async () => {
    for (const failureReport of ["partial", "no"] as const) {
      const message = sendWhole(Buffer.from("hello"), { failureReport });
      await bed.clock.advanceAsync(20);
      expect(await settled(message)).toEqual({ kind: "acknowledged" });
    }
  });

  it("MUST understand an error with Failure-Report partial", async () => {
    const message = raw.session.send({ ...MESSAGE, failureReport: "partial" });
    message.write(Buffer.from("abc"));
    message.endChunk();
    await bed.clock.advanceAsync(20);
    await answer(raw.peer.sends()[0], 413);
    expect(await settled(message)).toMatchObject({ kind: "rejected", status: 413 });
  });

  it.each([403, 413, 415, 481, 506])(
    "MUST stop at %i, and end an open chunk with #",
    async (status) => {
      const message = raw.session.send(MESSAGE);
      message.write(Buffer.from("abc"));
      message.endChunk();
      message.write(Buffer.from("def"));
      await bed.clock.advanceAsync(20);
      const [first] = raw.peer.sends();
      await answer(first, 200);
      message.write(Buffer.from("ghi"));
      message.endChunk();
      message.write(Buffer.from("open"));
      await bed.clock.advanceAsync(20);
      const [second] = raw.peer.sends();
      await answer(second, status);
      expect(await settled(message)).toMatchObject({ kind: "rejected", status });
      message.write(Buffer.from("never"));
      await bed.clock.advanceAsync(20);
      expect(raw.peer.sends().map(({ body, flag }) => [body, flag])).toEqual([["open", "#"]]);
    },
  );

  it("falls to 8 KiB, then to 2 KiB, one at a time, for a peer that refuses larger chunks", async () => {
    const body = pattern(100_000);
    const message = sendWhole(body);
    const sends = await answerAll((send) => (send.body.length > 4096 ? 501 : 200));
    expect(await settled(message)).toEqual({ kind: "acknowledged" });
    const sizes = [...new Set(sends.map((send) => send.body.length))];
    expect(sizes.slice(0, 3)).toEqual([65_536, 8192, 2048]);
    const accepted = sends.filter((send) => send.body.length <= 4096);
    expect(assemble(accepted, body.length).equals(body)).toBe(true);
    expect(sends.at(-1)?.flag).toBe("$");
  });

  it("keeps to small chunks with that peer, also for the next message", async () => {
    sendWhole(Buffer.alloc(100_000));
    await answerAll((send) => (send.body.length > 8192 ? 400 : 200));
    sendWhole(Buffer.alloc(20_000));
    await bed.clock.advanceAsync(20);
    expect(raw.peer.sends().map((send) => send.body.length)).toEqual([8192]);
  });

  it("tries long chunks again with a session that begins much later", async () => {
    sendWhole(Buffer.alloc(100_000));
    await answerAll((send) => (send.body.length > 8192 ? 400 : 200));
    await bed.clock.advanceAsync(600_001);
    const uri = raw.ours.newUri();
    const { receiver } = raw;
    const later = raw.ours.session({
      localUri: uri,
      remotePath: [peerUri()],
      role: "passive",
      receiver,
    });
    await raw.peer.say(rawSend({ to: uri, from: peerUri() }));
    raw.peer.received = "";
    later.send(MESSAGE).write(Buffer.alloc(100_000));
    await bed.clock.advanceAsync(20);
    expect(raw.peer.sends().map((send) => send.body.length)).toEqual([65_536]);
  });

  it("rejects the message when even the smallest chunks are refused", async () => {
    const message = sendWhole(Buffer.alloc(100_000));
    await answerAll(() => 400);
    expect(await settled(message)).toMatchObject({ kind: "rejected", status: 400 });
  });

  it("starts small after a peer closed in the middle of its first large chunk", async () => {
    const message = sendWhole(Buffer.alloc(100_000));
    await bed.clock.advanceAsync(20);
    raw.peer.tcp.destroy();
    await bed.clock.advanceAsync(20);
    expect((await message.outcome).kind).toBe("closed");
    const uri = raw.ours.newUri();
    const session = raw.ours.session({
      localUri: uri,
      remotePath: [peerUri()],
      role: "passive",
      receiver: raw.receiver,
    });
    const again = await bed.connect(raw.ours);
    await again.say(rawSend({ to: uri, from: peerUri() }));
    session.send(MESSAGE).write(Buffer.alloc(100_000));
    await bed.clock.advanceAsync(20);
    expect(again.sends().map((send) => send.body.length)).toEqual([8192]);
  });
});

describe("RFC 4975 §10.4 responses that are no matter of length", () => {
  it("MUST NOT try again at 408: something behind the peer is gone", async () => {
    const message = sendWhole(Buffer.alloc(100_000));
    await answerAll(() => 408);
    expect(await settled(message)).toMatchObject({ kind: "rejected", status: 408 });
  });

  it("MUST NOT try again in smaller chunks once the peer has taken chunks as long", async () => {
    const message = sendWhole(Buffer.alloc(100_000));
    let count = 0;
    await answerAll(() => {
      count += 1;
      return count === 1 ? 200 : 400;
    });
    expect(await settled(message)).toMatchObject({ kind: "rejected", status: 400 });
    expect(count).toBe(2);
  });
});

describe("RFC 4975 §7.1 aborting", () => {
  it("MUST end with # when we abort, and send nothing after it", async () => {
    const message = raw.session.send(MESSAGE);
    message.write(Buffer.from("half"));
    await bed.clock.advanceAsync(20);
    message.abort();
    message.write(Buffer.from("more"));
    message.finish();
    await bed.clock.advanceAsync(20);
    expect(await settled(message)).toEqual({ kind: "aborted" });
    expect(raw.peer.sends().map(({ body, flag }) => [body, flag])).toEqual([["half", "#"]]);
    expect(raw.peer.received).toBe("");
  });

  it("sends an empty chunk with # when no chunk is open but octets have left", async () => {
    const message = raw.session.send(MESSAGE);
    message.write(Buffer.from("half"));
    message.endChunk();
    await bed.clock.advanceAsync(20);
    message.abort();
    await bed.clock.advanceAsync(20);
    expect(raw.peer.sends().map(({ range, body, flag }) => [range, body, flag])).toEqual([
      ["1-*/*", "half", "+"],
      ["5-*/*", "", "#"],
    ]);
  });

  it("sends nothing when nothing has left", async () => {
    const message = raw.session.send(MESSAGE);
    message.abort();
    await bed.clock.advanceAsync(20);
    expect(await settled(message)).toEqual({ kind: "aborted" });
    expect(raw.peer.received).toBe("");
  });
});

describe("RFC 4975 §7.1.2 REPORTs about our messages", () => {
  function reportText(messageId: string, range: string, status: string): string {
    return (
      `MSRP tid4rept REPORT\r\nTo-Path: ${formatMsrpUri(raw.uri)}\r\nFrom-Path: ${formatMsrpUri(peerUri())}\r\n` +
      `Message-ID: ${messageId}\r\nByte-Range: ${range}\r\nStatus: ${status}\r\n-------tid4rept$\r\n`
    );
  }

  async function report(messageId: string, range: string, status: string): Promise<void> {
    await raw.peer.say(reportText(messageId, range, status));
  }

  it("MUST pass them on and never answer them", async () => {
    const seen: unknown[] = [];
    raw.session.events.on("report", (event) => seen.push(event));
    const message = sendWhole(Buffer.from("hello"), { successReport: true });
    await answerAll(() => 200);
    await report(message.messageId, "1-5/5", "000 200 OK");
    expect(seen).toEqual([
      {
        messageId: message.messageId,
        range: { start: 1, end: 5, total: 5 },
        status: 200,
        comment: "OK",
      },
    ]);
    expect(raw.peer.received).toBe("");
  });

  it("MUST stop sending at a failure REPORT", async () => {
    const message = sendWhole(Buffer.alloc(1_000_000));
    await bed.clock.advanceAsync(20);
    await report(message.messageId, "1-65536/1000000", "000 408 408");
    expect(await settled(message)).toMatchObject({ kind: "rejected", status: 408 });
  });

  it("MUST ignore those about messages and octets that we never sent, and bad ones", async () => {
    const seen: unknown[] = [];
    raw.session.events.on("report", (event) => seen.push(event));
    const message = sendWhole(Buffer.from("hello"));
    await answerAll(() => 200);
    await report("unknown0", "1-5/5", "000 200");
    await report(message.messageId, "1-6/6", "000 200");
    await report(message.messageId, "1-5/5", "200");
    await report(message.messageId, "x", "000 200");
    expect(seen).toEqual([]);
    expect(raw.peer.received).toBe("");
    expect(raw.peer.isClosed).toBe(false);
  });

  it("closes on more than 1000 of those in 10 s, but never counts reports about what we sent", async () => {
    const message = sendWhole(Buffer.from("hello"));
    await answerAll(() => 200);
    await raw.peer.say(reportText(message.messageId, "1-1/5", "000 200").repeat(1500));
    await raw.peer.say(reportText("unknown0", "1-5/5", "000 200").repeat(1000));
    expect(raw.peer.isClosed).toBe(false);
    await report("unknown0", "1-5/5", "000 200");
    expect(raw.peer.isClosed).toBe(true);
  });

  it("MUST ignore a 200 to a REPORT of ours", async () => {
    raw.session.report({ messageId: "abcd", range: { start: 1, end: 2, total: 2 }, status: 200 });
    await bed.clock.advanceAsync(20);
    const tid = /MSRP (\S+) REPORT/.exec(raw.peer.received)?.[1] ?? "";
    await raw.peer.answer(tid, 200, { to: raw.uri, from: peerUri() });
    expect(raw.peer.isClosed).toBe(false);
  });
});

describe("RFC 4975 §7.2 a response to a chunk that has not ended", () => {
  /** The first octets of a message whose chunk stays open. */
  async function open(): Promise<{ readonly message: OutgoingMessage; readonly tid: string }> {
    const message = raw.session.send({ ...MESSAGE, totalOctets: 20_000 });
    message.write(pattern(5000));
    await bed.clock.advanceAsync(20);
    const tid = /^MSRP (\S+) SEND/m.exec(raw.peer.received)?.[1] ?? "none";
    return { message, tid };
  }

  function answerTo(tid: string, status: number): Promise<void> {
    return raw.peer.answer(tid, status, { to: raw.uri, from: peerUri() });
  }

  it("MUST end the message at once where it refuses it, and the chunk with `#`", async () => {
    const { message, tid } = await open();
    await answerTo(tid, 413);
    expect(await settled(message)).toMatchObject({ kind: "rejected", status: 413 });
    expect(raw.peer.received).toContain(`-------${tid}#`);
    expect(bed.clock.pendingTimers).toBe(0);
  });

  it("MUST count as the chunk's answer where it is a 200", async () => {
    const { message, tid } = await open();
    await answerTo(tid, 200);
    message.write(pattern(15_000));
    message.finish();
    await bed.clock.advanceAsync(20);
    expect(await settled(message)).toEqual({ kind: "acknowledged" });
  });

  it("MUST have the octets sent again in shorter chunks where it may be their length", async () => {
    const { message, tid } = await open();
    message.write(pattern(15_000));
    await bed.clock.advanceAsync(20);
    await answerTo(tid, 400);
    message.finish();
    const sends = await answerAll(() => 200);
    expect(await settled(message)).toEqual({ kind: "acknowledged" });
    const whole = Buffer.concat([pattern(5000), pattern(15_000)]);
    expect(assemble(sends, 20_000).equals(whole)).toBe(true);
    expect(Math.max(...sends.slice(1).map(({ body }) => body.length))).toBeLessThanOrEqual(8192);
  });
});
