import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { FakeNet } from "../../tests/support/fake-net.ts";
import { SeededRandom } from "../../tests/support/fake-random.ts";
import { MemoryTrace, nullLog } from "../../tests/support/null-log.ts";
import { MsrpEndpoint, type MsrpLimits } from "./endpoint.ts";
import type { OutgoingHeader } from "./session/outgoing-message.ts";
import type {
  ChunkSink,
  IncomingChunk,
  MessageReceiver,
  MsrpSession,
  SessionOptions,
} from "./session/session.ts";

const HEADER: OutgoingHeader = {
  contentType: "application/octet-stream",
  totalOctets: "*",
  successReport: false,
  failureReport: "yes",
};

/** Puts every chunk in its place and answers 200. */
class MemoryReceiver implements MessageReceiver {
  readonly chunks: IncomingChunk[] = [];
  readonly flags: string[] = [];
  readonly replies: ((status: number, comment?: string) => void)[] = [];
  bytes = Buffer.alloc(0);
  broken = 0;
  answer: number | "later" = 200;
  rejects: number | undefined;
  accepts = true;

  begin(chunk: IncomingChunk): ChunkSink | { readonly reject: number } {
    this.chunks.push(chunk);
    if (this.rejects !== undefined) return { reject: this.rejects };
    let position = chunk.position;
    return {
      write: (bytes) => {
        const end = position + bytes.length;
        if (end > this.bytes.length) {
          this.bytes = Buffer.concat([this.bytes, Buffer.alloc(end - this.bytes.length)]);
        }
        bytes.copy(this.bytes, position);
        position = end;
        return this.accepts;
      },
      end: (flag, reply) => {
        this.flags.push(flag);
        if (this.answer === "later") this.replies.push(reply);
        else reply(this.answer);
      },
      broken: () => {
        this.broken += 1;
      },
    };
  }
}

let clock: FakeClock;
let net: FakeNet;
let trace: MemoryTrace;

beforeEach(() => {
  clock = new FakeClock();
  net = new FakeNet(clock);
  trace = new MemoryTrace();
});

async function endpoint(address: string, limits: Partial<MsrpLimits> = {}): Promise<MsrpEndpoint> {
  const opened = await MsrpEndpoint.open(
    {
      sockets: net.host(address),
      clock,
      random: new SeededRandom(address.length * 7919 + address.charCodeAt(address.length - 1)),
      log: nullLog(),
      trace,
    },
    { listen: { host: address, port: 0 }, limits },
  );
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

interface Pair {
  readonly a: MsrpEndpoint;
  readonly b: MsrpEndpoint;
  readonly sessionA: MsrpSession;
  readonly sessionB: MsrpSession;
  readonly atA: MemoryReceiver;
  readonly atB: MemoryReceiver;
}

/** A session between two endpoints, A active. */
async function pair(
  options: { readonly a?: Partial<SessionOptions>; readonly b?: Partial<SessionOptions> } = {},
): Promise<Pair> {
  const [a, b] = [await endpoint("10.0.0.1"), await endpoint("10.0.0.2")];
  const [uriA, uriB] = [a.newUri(), b.newUri()];
  const [atA, atB] = [new MemoryReceiver(), new MemoryReceiver()];
  const sessionB = b.session({
    localUri: uriB,
    remotePath: [uriA],
    role: "passive",
    receiver: atB,
    ...options.b,
  });
  const sessionA = a.session({
    localUri: uriA,
    remotePath: [uriB],
    role: "active",
    receiver: atA,
    ...options.a,
  });
  await clock.advanceAsync(10);
  return { a, b, sessionA, sessionB, atA, atB };
}

describe("RFC 4975 §5.4 binding", () => {
  it("MUST bind by a bodiless SEND sent at once by the active side, answered 200", async () => {
    const { sessionA, sessionB } = await pair();
    expect((await sessionA.bound).ok).toBe(true);
    expect((await sessionB.bound).ok).toBe(true);
    const sent = trace.drafts.filter((draft) => draft.dir === "out");
    expect(sent.map((draft) => [draft.summary.method, draft.summary.status])).toEqual([
      ["SEND", undefined],
      [undefined, 200],
    ]);
    expect(sent[0]?.summary).toMatchObject({ hasBody: false, flag: "$" });
  });

  it("moves a message from the active to the passive side", async () => {
    const { sessionA, atB } = await pair();
    const message = sessionA.send({ ...HEADER, totalOctets: 5 });
    message.write(Buffer.from("hello"));
    message.finish();
    await clock.advanceAsync(10);
    expect(await message.outcome).toEqual({ kind: "acknowledged" });
    expect(atB.bytes.toString()).toBe("hello");
    expect(atB.flags).toEqual(["$"]);
  });
});
