import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { MemoryFiles } from "../../../tests/support/memory-files.ts";
import { octets } from "../../../tests/support/octets.ts";
import { EventSource } from "../../base/events.ts";
import type { FilePart } from "../../base/files.ts";
import type {
  ChunkSink,
  IncomingChunk,
  MsrpReport,
  MsrpSession,
  MsrpSessionEvents,
} from "../../msrp/session/session.ts";
import { FileReceiver } from "./file-receiver.ts";
import type { FileOutcome } from "./outcome.ts";

const CONTENT = octets(10_000, 5);

/** The receiving end of a session without a wire. */
class FakeSession implements MsrpSession {
  readonly localUri = { scheme: "msrp", host: "h", transport: "tcp", parameters: [] } as const;
  readonly remotePath = [];
  readonly bound = Promise.resolve({ ok: true, value: undefined } as const);
  readonly events = new EventSource<MsrpSessionEvents>();
  readonly reports: MsrpReport[] = [];
  resumed = 0;
  send(): never {
    throw new Error("the receiver sends nothing");
  }
  report(report: MsrpReport): void {
    this.reports.push(report);
  }
  pauseReading(): void {
    throw new Error("write returns false instead");
  }
  resumeReading(): void {
    this.resumed += 1;
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

let clock: FakeClock;
let disk: MemoryFiles;
let session: FakeSession;
let receiver: FileReceiver;
let outcome: FileOutcome | undefined;
let replies: number[];
let rejected: number[];

async function receive(size: number, sha1 = createHash("sha1").update(CONTENT).digest("hex")) {
  const part = await disk.createPart({ folder: "/in", suggestedName: "a.bin", sizeOctets: size });
  if (!part.ok) throw new Error(part.error.message);
  begin(part.value, size, sha1);
}

function begin(part: FilePart, size: number, sha1: string): void {
  receiver = new FileReceiver(clock, {
    part,
    sizeOctets: size,
    hashes: [{ algorithm: "sha-1", hex: sha1 }],
    onReceived: () => undefined,
    onBegun: () => undefined,
  });
  void receiver.outcome.then((settled) => {
    outcome = settled;
  });
}

beforeEach(() => {
  clock = new FakeClock();
  disk = new MemoryFiles();
  session = new FakeSession();
  outcome = undefined;
  replies = [];
  rejected = [];
});

function chunk(position: number, more: Partial<IncomingChunk> = {}): IncomingChunk {
  return {
    session,
    messageId: "m1",
    contentType: "application/octet-stream",
    byteRange: { start: position + 1, end: "*", total: 10_000 },
    position,
    totalOctets: 10_000,
    successReport: true,
    failureReport: "yes",
    headers: [],
    reject: (status) => rejected.push(status),
    ...more,
  };
}

function sinkOf(one: IncomingChunk): ChunkSink {
  const sink = receiver.begin(one);
  if ("reject" in sink) throw new Error(`rejected ${String(sink.reject)}`);
  return sink;
}

/** A whole chunk: octets `from` to `to` of the content. */
function deliver(from: number, to: number, flag: "$" | "+" | "#", source = CONTENT): void {
  const sink = sinkOf(chunk(from));
  sink.write(source.subarray(from, to));
  sink.end(flag, (status) => replies.push(status));
}

function deliverRefused(): void {
  expect(receiver.begin(chunk(8000))).toMatchObject({ reject: 413 });
}

describe("RFC 4975 §7.3 receiving", () => {
  it("MUST answer each chunk, publish the file and only then report the whole range", async () => {
    await receive(10_000);
    deliver(0, 4000, "+");
    await clock.settle();
    expect([replies, session.reports, outcome]).toEqual([[200], [], undefined]);
    deliver(4000, 10_000, "$");
    await clock.settle();
    expect(outcome).toMatchObject({ kind: "complete", isProven: true, path: "/in/a.bin" });
    expect(disk.content.get("/in/a.bin")?.equals(CONTENT)).toBe(true);
    expect(session.reports).toEqual([
      { messageId: "m1", range: { start: 1, end: 10_000, total: 10_000 }, status: 200 },
    ]);
  });

  it("MUST put chunks that come out of order and overlap in their places (§7.3.1)", async () => {
    await receive(10_000);
    deliver(6000, 10_000, "$", Buffer.from(CONTENT));
    await clock.settle();
    expect(outcome).toBeUndefined();
    deliver(0, 5000, "+", Buffer.alloc(10_000, 1));
    deliver(0, 7000, "+");
    await clock.settle();
    expect(outcome?.kind).toBe("complete");
  });

  it("MUST interrupt the file when overtaken chunks never come", async () => {
    await receive(10_000);
    deliver(6000, 10_000, "$");
    await clock.advanceAsync(31_000);
    expect(outcome?.kind).toBe("interrupted");
    expect(disk.openParts).toBe(0);
  });

  it("MUST receive a file without octets", async () => {
    await receive(0, createHash("sha1").update("").digest("hex"));
    const sink = sinkOf(chunk(0, { totalOctets: 0 }));
    sink.end("$", (status) => replies.push(status));
    await clock.settle();
    expect(outcome?.kind).toBe("complete");
    expect(session.reports[0]?.range).toEqual({ start: 1, end: 0, total: 0 });
  });

  it("MUST send no REPORT that nobody asked for", async () => {
    await receive(10_000);
    const sink = sinkOf(chunk(0, { successReport: false }));
    sink.write(CONTENT);
    sink.end("$", () => undefined);
    await clock.settle();
    expect([outcome?.kind, session.reports]).toEqual(["complete", []]);
  });

  it("MUST be interrupted by a `#`, answered 200, when nobody says that the sender gave up", async () => {
    await receive(10_000);
    deliver(0, 100, "#");
    await clock.settle();
    expect([replies, outcome]).toEqual([[200], undefined]);
    await clock.advanceAsync(2_000);
    expect([outcome, disk.openParts]).toMatchObject([
      { kind: "interrupted", code: "connection" },
      0,
    ]);
  });

  it("MUST end at once when a BYE or re-INVITE after the `#` tells why (RFC 5547 §8.4)", async () => {
    await receive(10_000);
    deliver(0, 100, "#");
    receiver.stop({ kind: "interrupted", code: "declined", reason: "the sender cancelled it" });
    await clock.settle();
    expect([outcome, disk.openParts]).toMatchObject([{ kind: "interrupted", code: "declined" }, 0]);
  });
});

describe("RFC 4975 §7.3.1: ranges that lie", () => {
  it.each([
    ["a total other than offered", { totalOctets: 10_001 }],
    ["a place past the end", { position: 10_001, totalOctets: "*" as const }],
  ])("MUST refuse %s with 413", async (_what, lie) => {
    await receive(10_000);
    expect(receiver.begin(chunk(0, lie))).toMatchObject({ reject: 413 });
  });

  it("MUST stop a chunk that brings more octets than were offered, at the first one", async () => {
    await receive(10_000);
    const sink = sinkOf(chunk(9000));
    sink.write(CONTENT.subarray(9000));
    sink.write(Buffer.from("x"));
    await clock.settle();
    expect(rejected).toEqual([413]);
    expect(outcome).toMatchObject({ kind: "failed", code: "protocol" });
    expect([...disk.content.keys()]).toEqual([]);
    expect(disk.openParts).toBe(0);
  });

  it("MUST fail a message whose last chunk ends before the offered length", async () => {
    await receive(10_000);
    deliver(0, 9999, "$");
    await clock.settle();
    expect(replies).toEqual([413]);
    expect(outcome?.kind).toBe("failed");
    expect(session.reports[0]?.status).toBe(400);
  });
});

describe("RFC 5547 §8.7: one file, one message", () => {
  it("MUST refuse another message on the same session", async () => {
    await receive(10_000);
    deliver(0, 100, "+");
    expect(receiver.begin(chunk(100, { messageId: "m2" }))).toMatchObject({ reject: 413 });
  });

  it("MUST refuse a wrapper that would become part of the file", async () => {
    await receive(10_000);
    expect(receiver.begin(chunk(0, { contentType: "message/cpim" }))).toEqual({ reject: 415 });
  });

  it("MUST refuse whatever comes after the user stopped the file, and the running chunk", async () => {
    await receive(10_000);
    const sink = sinkOf(chunk(0));
    receiver.stop({ kind: "interrupted", code: "declined", reason: "You cancelled this file." });
    sink.write(CONTENT);
    sink.end("+", (status) => replies.push(status));
    await clock.settle();
    expect([rejected, replies, disk.openParts]).toEqual([[413], [413], 0]);
    expect(receiver.begin(chunk(0))).toMatchObject({ reject: 413 });
  });
});

describe("docs/decisions/0003: failures are reported over the whole range", () => {
  it("MUST report 400 when the hash differs, with the file set aside", async () => {
    await receive(10_000, "00".repeat(20));
    deliver(0, 10_000, "$");
    await clock.settle();
    expect(session.reports.map(({ status }) => status)).toEqual([400]);
    expect(outcome).toMatchObject({ isMismatch: true, path: "/in/a.bin.damaged" });
  });

  it("MUST answer 413 when the disk is full", async () => {
    disk.trouble.fullAfterOctets = 5000;
    await receive(10_000);
    deliver(0, 4000, "+");
    await clock.settle();
    deliver(4000, 8000, "+");
    await clock.settle();
    deliverRefused();
    expect([replies, session.reports.map(({ status }) => status)]).toEqual([[200, 200], [413]]);
    expect(outcome).toMatchObject({ kind: "failed", code: "no-space" });
    expect(disk.openParts).toBe(0);
  });
});

describe("ARCHITECTURE.md, the hot path: a slow disk", () => {
  it("MUST hold the sender back and let it go on when the disk has caught up", async () => {
    const size = 4 * 1024 * 1024;
    const part = await disk.createPart({ folder: "/in", suggestedName: "a", sizeOctets: size });
    if (!part.ok) throw new Error("no part");
    const waiting: (() => void)[] = [];
    const write = part.value.write.bind(part.value);
    part.value.write = (position, bytes) =>
      new Promise((resolve) => {
        waiting.push(() => {
          void write(position, bytes).then(resolve);
        });
      });
    begin(part.value, size, "");
    const sink = sinkOf(chunk(0, { totalOctets: size }));
    let taken = 0;
    while (sink.write(Buffer.alloc(65_536)) && taken < 64) taken += 1;
    // 1 MiB, with what the pieces themselves take.
    expect(taken).toBe(15);
    while (waiting.length > 0) {
      for (const go of waiting.splice(0)) go();
      await clock.settle();
    }
    expect(session.resumed).toBe(1);
  });
});

describe("RFC 3261 §15: BYE that overtakes the last octets", () => {
  it("MUST still take what arrives within three seconds", async () => {
    await receive(10_000);
    deliver(0, 4000, "+");
    receiver.stopSoon({ kind: "interrupted", code: "connection", reason: "gone" });
    await clock.advanceAsync(1000);
    deliver(4000, 10_000, "$");
    await clock.advanceAsync(5000);
    expect(outcome?.kind).toBe("complete");
  });

  it("MUST give up after them", async () => {
    await receive(10_000);
    deliver(0, 4000, "+");
    receiver.stopSoon({ kind: "interrupted", code: "connection", reason: "gone" });
    await clock.advanceAsync(3001);
    expect([outcome?.kind, disk.openParts]).toEqual(["interrupted", 0]);
  });
});

describe("RFC 3326 §2: why the other side ended it", () => {
  it("MUST be believed, whatever its connection shows afterwards", async () => {
    await receive(10_000);
    deliver(0, 4000, "+");
    receiver.stopSoon({ kind: "interrupted", code: "not-protected", reason: "told" });
    receiver.connectionLost({ kind: "interrupted", code: "connection", reason: "lost" });
    await clock.advanceAsync(10);
    expect(outcome).toMatchObject({ code: "not-protected", reason: "told" });
  });
});

describe("RFC 5547 §6 file-range: the rest of a file", () => {
  const journal = { peer: "p", conversationId: "c", offeredName: "a.bin", hashes: [] };

  async function keptAt(octets: number): Promise<FilePart> {
    const part = await disk.createPart({
      ...{ folder: "/in", suggestedName: "a.bin", sizeOctets: 10_000, journal },
    });
    if (!part.ok) throw new Error(part.error.message);
    await part.value.write(0, CONTENT.subarray(0, octets));
    const kept = await part.value.keep();
    const again = await disk.resumePart(kept?.key ?? "");
    if (!again.ok) throw new Error(again.error.message);
    return again.value;
  }

  function awaitRest(part: FilePart, fromOctet: number): void {
    receiver = new FileReceiver(clock, {
      ...{ part, sizeOctets: 10_000, fromOctet },
      hashes: [{ algorithm: "sha-1", hex: createHash("sha1").update(CONTENT).digest("hex") }],
      onReceived: () => undefined,
      onBegun: () => undefined,
    });
    void receiver.outcome.then((settled) => {
      outcome = settled;
    });
  }

  function deliverRest(from: number, length: number): void {
    const sink = sinkOf(chunk(0, { totalOctets: length }));
    sink.write(CONTENT.subarray(from, from + length));
    sink.end("$", (status) => replies.push(status));
  }

  it("MUST go to its place although Byte-Range starts at 1 again, and the hash be that of the whole", async () => {
    awaitRest(await keptAt(6000), 6000);
    deliverRest(6000, 4000);
    await clock.settle();
    expect(outcome).toMatchObject({ kind: "complete", isProven: true });
    expect(disk.content.get("/in/a.bin")?.equals(CONTENT)).toBe(true);
    expect(session.reports).toMatchObject([{ range: { start: 1, end: 4000, total: 4000 } }]);
  });

  it("MUST take octets again that it has", async () => {
    awaitRest(await keptAt(6000), 5000);
    deliverRest(5000, 5000);
    await clock.settle();
    expect(outcome).toMatchObject({ kind: "complete" });
  });

  it("MUST refuse a message longer than the range", async () => {
    awaitRest(await keptAt(6000), 6000);
    expect(receiver.begin(chunk(0, { totalOctets: 10_000 }))).toMatchObject({ reject: 413 });
    const sink = sinkOf(chunk(0, { totalOctets: "*" }));
    sink.write(CONTENT.subarray(0, 4001));
    await clock.settle();
    expect([rejected, outcome]).toMatchObject([[413], { kind: "failed", code: "protocol" }]);
  });

  it("MUST keep what came when the connection is lost, and say how far it is", async () => {
    awaitRest(await keptAt(6000), 6000);
    const sink = sinkOf(chunk(0, { totalOctets: 4000 }));
    sink.write(CONTENT.subarray(6000, 7000));
    receiver.connectionLost({ kind: "interrupted", code: "connection", reason: "lost" });
    await clock.advanceAsync(2000);
    expect(outcome).toMatchObject({ kind: "interrupted", resumable: { octets: 7000 } });
    expect([disk.openParts, (await disk.parts()).length]).toEqual([0, 1]);
  });

  it("MUST remove what came when somebody chose the end, also a moment after the connection was lost", async () => {
    awaitRest(await keptAt(6000), 6000);
    receiver.connectionLost({ kind: "interrupted", code: "connection", reason: "lost" });
    await clock.advanceAsync(1000);
    expect(outcome).toBeUndefined();
    receiver.stop({ kind: "interrupted", code: "declined", reason: "The sender stopped it." });
    await clock.settle();
    expect(outcome).toMatchObject({ kind: "interrupted", code: "declined" });
    expect(await disk.parts()).toEqual([]);
  });
});
