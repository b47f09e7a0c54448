import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { MemoryFiles } from "../../../tests/support/memory-files.ts";
import { octets } from "../../../tests/support/octets.ts";
import { EventSource } from "../../base/events.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type {
  MessageOutcome,
  OutgoingHeader,
  OutgoingMessage,
  OutgoingMessageEvents,
} from "../../msrp/session/outgoing-message.ts";
import type { MsrpFailure, MsrpSession, MsrpSessionEvents } from "../../msrp/session/session.ts";
import { FileSender, type FileSpan } from "./file-sender.ts";
import type { FileOutcome } from "./outcome.ts";

const SIZE = 1_000_000;

class FakeMessage implements OutgoingMessage {
  answeredEnd = 0;
  endedChunks = 0;
  readonly messageId = "m1";
  readonly events = new EventSource<OutgoingMessageEvents>();
  readonly outcome: Promise<MessageOutcome>;
  readonly written: Buffer[] = [];
  isWritable = true;
  end: "$" | "#" | undefined;
  settle: (outcome: MessageOutcome) => void = () => undefined;

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  write(bytes: Buffer): boolean {
    this.written.push(bytes);
    return this.isWritable;
  }
  endChunk(): void {
    this.endedChunks += 1;
  }
  seek(): void {
    throw new Error("not used");
  }
  finish(): void {
    this.end = "$";
  }
  abort(): void {
    if (this.end !== undefined) return;
    this.end = "#";
    this.settle({ kind: "aborted" });
  }
}

class FakeSession implements MsrpSession {
  readonly localUri = { scheme: "msrp", host: "h", transport: "tcp", parameters: [] } as const;
  readonly remotePath = [];
  readonly events = new EventSource<MsrpSessionEvents>();
  readonly message = new FakeMessage();
  readonly headers: OutgoingHeader[] = [];
  bound: Promise<Result<void, MsrpFailure>> = Promise.resolve(ok(undefined));

  send(header: OutgoingHeader): OutgoingMessage {
    this.headers.push(header);
    return this.message;
  }
  report(): void {
    throw new Error("a sender reports nothing");
  }
  pauseReading(): void {
    throw new Error("not used");
  }
  resumeReading(): void {
    throw new Error("not used");
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

let clock: FakeClock;
let files: MemoryFiles;
let session: FakeSession;
let sender: FileSender;
let outcome: FileOutcome | undefined;
let acknowledgements: number[];

beforeEach(() => {
  acknowledgements = [];
  clock = new FakeClock();
  files = new MemoryFiles().put("/s/a.bin", octets(SIZE, 1));
  session = new FakeSession();
  outcome = undefined;
});

async function start(isPeerOurs = true, span?: FileSpan): Promise<void> {
  const source = await files.openSource("/s/a.bin");
  if (!source.ok) throw new Error(source.error.message);
  sender = new FileSender(clock, {
    source: source.value,
    session,
    contentType: "image/png",
    isPeerOurs,
    ...(span === undefined ? {} : { span }),
    onAcknowledged: (octets) => acknowledgements.push(octets),
  });
  void sender.run().then((settled) => {
    outcome = settled;
  });
  await clock.settle();
}

function report(status: number, start = 1, end = SIZE): void {
  session.events.emit("report", { messageId: "m1", status, range: { start, end, total: SIZE } });
}

async function acknowledged(): Promise<void> {
  session.message.settle({ kind: "acknowledged" });
  await clock.settle();
}

describe("CR C.x.x.1 step 9: one message per file (RFC 5547 §8.7)", () => {
  it("MUST ask for success and failure reports and send every octet, then `$`", async () => {
    await start();
    expect(session.headers).toEqual([
      { contentType: "image/png", totalOctets: SIZE, successReport: true, failureReport: "yes" },
    ]);
    expect(Buffer.concat(session.message.written).equals(octets(SIZE, 1))).toBe(true);
    expect(session.message.end).toBe("$");
  });

  it("MUST wait for room before it reads on (ARCHITECTURE.md, the hot path)", async () => {
    session.message.isWritable = false;
    await start();
    expect(session.message.written).toHaveLength(1);
    session.message.isWritable = true;
    session.message.events.emit("drained", undefined);
    await clock.settle();
    expect(session.message.end).toBe("$");
  });
});

describe("docs/decisions/0003: verified and confirmed", () => {
  it("MUST be proven by the REPORT of one of our clients over every octet", async () => {
    await start();
    report(200, 1, 500_000);
    await acknowledged();
    expect(outcome).toBeUndefined();
    report(200, 500_001, SIZE);
    await clock.settle();
    expect(outcome).toEqual({ kind: "complete", isProven: true });
  });

  it("MUST not be proven by a stranger's REPORT", async () => {
    await start(false);
    report(200);
    await acknowledged();
    expect(outcome).toEqual({ kind: "complete", isProven: false });
  });

  it("MUST end as confirmed when a stranger's REPORT does not come within 30 s (RFC 4975 §7.1.1)", async () => {
    await start(false);
    await acknowledged();
    await clock.advanceAsync(29_000);
    expect(outcome).toBeUndefined();
    await clock.advanceAsync(1001);
    expect(outcome).toEqual({ kind: "complete", isProven: false });
  });

  it("MUST end as confirmed when a stranger closes the session after every 200", async () => {
    await start(false);
    await acknowledged();
    session.events.emit("closed", {});
    await clock.settle();
    expect(outcome).toEqual({ kind: "complete", isProven: false });
  });

  it("MUST be interrupted when our client, which always reports, has not: it can be asked", async () => {
    await start();
    await acknowledged();
    session.events.emit("closed", {});
    await clock.settle();
    expect(outcome).toMatchObject({ kind: "interrupted", code: "connection" });
  });

  it("MUST NOT be complete when its user cancels before the REPORT", async () => {
    await start();
    await acknowledged();
    sender.stop({ kind: "interrupted", code: "declined", reason: "cancelled" });
    await clock.settle();
    expect(outcome).toMatchObject({ kind: "interrupted", code: "declined" });
  });

  it("MUST be a failed verification when our client reports 400", async () => {
    await start();
    await acknowledged();
    report(400);
    await clock.settle();
    expect(outcome).toMatchObject({ kind: "failed", isMismatch: true });
  });

  it("MUST ignore REPORTs about other messages", async () => {
    await start();
    await acknowledged();
    session.events.emit("report", {
      messageId: "m2",
      status: 400,
      range: { start: 1, end: "*", total: "*" },
    });
    await clock.settle();
    expect(outcome).toBeUndefined();
  });
});

describe("RFC 4975 §10 what stops a file", () => {
  it.each([
    [{ kind: "rejected", status: 413 }, "interrupted", "declined"],
    [{ kind: "rejected", status: 413, comment: "stopped" }, "interrupted", "declined"],
    [{ kind: "rejected", status: 413, comment: "not kept" }, "interrupted", "not-kept"],
    [{ kind: "rejected", status: 415 }, "failed", "protocol"],
    [{ kind: "rejected", status: 481 }, "interrupted", "connection"],
    [{ kind: "timeout" }, "interrupted", "connection"],
    [{ kind: "closed", message: "reset" }, "interrupted", "connection"],
  ] satisfies [MessageOutcome, string, string][])("MUST read %o as %s", async (end, kind, code) => {
    session.message.isWritable = false;
    await start();
    session.message.settle(end);
    await clock.settle();
    expect(outcome).toMatchObject({ kind, code });
    expect(session.message.written).toHaveLength(1);
  });

  it("MUST end the message with `#` on a failure REPORT in its middle (§7.3.2)", async () => {
    session.message.isWritable = false;
    await start();
    report(413, 1, 100);
    await clock.settle();
    expect(session.message.end).toBe("#");
    expect(outcome).toMatchObject({ kind: "interrupted", code: "declined" });
  });

  it("MUST never begin on a session that is not bound", async () => {
    session.bound = Promise.resolve(err({ kind: "connect-failed", message: "refused" }));
    await start();
    expect(session.headers).toEqual([]);
    expect(outcome).toMatchObject({ kind: "interrupted", code: "connection" });
  });

  it("MUST not begin a file that was stopped while it waited", async () => {
    let bind: (value: Result<void, MsrpFailure>) => void = () => undefined;
    session.bound = new Promise((resolve) => {
      bind = resolve;
    });
    await start();
    sender.stop({ kind: "interrupted", code: "declined", reason: "stopped" });
    bind(ok(undefined));
    await clock.settle();
    expect([session.headers, outcome?.kind]).toEqual([[], "interrupted"]);
  });
});

describe("docs/decisions/0006: files that change while they are sent", () => {
  it("MUST not finish a file that changed after it was offered", async () => {
    session.message.isWritable = false;
    await start();
    files.put("/s/a.bin", octets(SIZE, 2));
    session.message.isWritable = true;
    session.message.events.emit("drained", undefined);
    await clock.settle();
    expect(session.message.end).toBe("#");
    expect(outcome).toMatchObject({ kind: "failed", code: "source-changed" });
  });
});

describe("RFC 5547 §6 file-range: the rest of a file", () => {
  const REST = { from: 400_000, to: SIZE };

  it("MUST be a message of its own length, with the octets from there on", async () => {
    await start(true, REST);
    expect(session.headers[0]?.totalOctets).toBe(SIZE - 400_000);
    const sent = Buffer.concat(session.message.written);
    expect(sent.equals(octets(SIZE, 1).subarray(400_000))).toBe(true);
  });

  it("MUST be verified by reports about that message alone", async () => {
    await start(true, REST);
    await acknowledged();
    report(200, 1, SIZE - 400_000);
    await clock.settle();
    expect(outcome).toEqual({ kind: "complete", isProven: true });
  });

  it("MUST count what was acknowledged from the start of the file", async () => {
    await start(true, REST);
    expect(sender.acknowledgedOctets).toBe(400_000);
    session.message.answeredEnd = 100_000;
    session.message.events.emit("acknowledged", { octets: 100_000 });
    expect([sender.acknowledgedOctets, acknowledgements]).toEqual([500_000, [500_000]]);
  });

  it.each([true, false])(
    "MUST NOT make the file complete where it ends before the file (ours: %s)",
    async (isOurs) => {
      await start(isOurs, { from: 0, to: 400_000 });
      await acknowledged();
      report(200, 1, 400_000);
      await clock.settle();
      expect(outcome).toMatchObject({ kind: "interrupted", code: "connection" });
    },
  );

  it("MUST be the end alone where nothing is left", async () => {
    await start(true, { from: SIZE, to: SIZE });
    expect([session.headers[0]?.totalOctets, session.message.end]).toEqual([0, "$"]);
  });
});

describe("ux.md 3.1 Paused: a message that is left where it is", () => {
  const PAUSE = { kind: "interrupted", code: "paused", reason: "You paused it." } as const;

  it("MUST have no `#`, and settle at once", async () => {
    session.message.isWritable = false;
    await start();
    sender.halt(PAUSE);
    await clock.settle();
    expect([outcome, session.message.end, session.message.endedChunks]).toEqual([
      PAUSE,
      undefined,
      1,
    ]);
  });

  it("MUST settle at once also where the peer was never connected", async () => {
    session.bound = new Promise(() => undefined);
    await start();
    sender.halt(PAUSE);
    await clock.settle();
    expect([outcome, session.headers]).toEqual([PAUSE, []]);
  });
});
