import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BIG,
  BOTH,
  expectGiven,
  expectTaken,
  NOTE,
  ONE,
  PitfallBed,
} from "../../tests/support/pitfall-bed.ts";
import {
  type GivenFile,
  ownUri,
  type PeerHabits,
  type PeerLine,
  type PitfallPeer,
} from "../../tests/support/pitfall-peer.ts";
import { answerTo } from "../../tests/support/raw-frames.ts";

// "from": the peer with the bad habit sends to us. "to": we send to it.

let bed: PitfallBed;

beforeEach(async () => {
  bed = await PitfallBed.start();
});

afterEach(async () => {
  await bed.stop();
});

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    bed.pair.clock.startTimer(ms, resolve);
  });
}

const without =
  (pattern: RegExp) =>
  (sdp: string): string =>
    sdp.replace(pattern, "");

const NO_SETUP = without(/^a=setup:.*\r\n/gm);

/** Alice said that it broke, soon, and keeps nothing that is not whole. */
function expectEndedWithin(startMs: number, limitMs: number): void {
  expect(bed.pair.clock.nowMs() - startMs).toBeLessThan(limitMs);
  expect(bed.pair.alice.last("transfer").state).toBe("interrupted");
  expect(bed.pair.alice.received().size).toBe(0);
}

describe("RFC 6135 §4.2 P8: who connects, and who speaks first", () => {
  it.each<[string, PeerHabits]>([
    ["connects", { setup: "active" }],
    ["wants to be connected to, though an offer must not", { setup: "passive" }],
    ["does not say", { editSdp: NO_SETUP }],
    ["says holdconn", { editSdp: (sdp) => sdp.replaceAll("setup:active", "setup:holdconn") }],
    ["leaves it to us", { editSdp: (sdp) => sdp.replaceAll("setup:active", "setup:actpass") }],
  ])("from: MUST take the files of one that %s", async (_what, habits) => {
    await bed.from(habits);
    expectTaken(bed);
  });

  it("from: MUST keep to one connection where both connect", async () => {
    const statuses: number[] = [];
    await bed.from(
      (own) => ({
        setup: "passive",
        give: async (line, file) => {
          const second = await own().connect(file.path);
          second.write(own().send(file, { tid: "second" }));
          statuses.push(await second.answer("second"));
          await own().giveChunks(line, file, 65_536);
        },
      }),
      ONE,
    );
    expect(statuses).toEqual([506]);
    expectTaken(bed, ONE);
  });

  it("from: MUST end in half a minute where nobody connects", async () => {
    const startMs = bed.pair.clock.nowMs();
    await bed.from({ neverConnects: true }, ONE);
    expectEndedWithin(startMs, 35_000);
  });

  it.each<[string, PeerHabits]>([
    ["connects", { setup: "active" }],
    ["is connected to", { setup: "passive" }],
    ["does not say", { editSdp: NO_SETUP }],
    ["answers actpass", { editSdp: (sdp) => sdp.replaceAll("setup:passive", "setup:actpass") }],
  ])("to: MUST send to one that %s", async (_what, habits) => {
    expectGiven(bed, await bed.to(habits));
  });

  it("to: MUST keep to one connection where both connect", async () => {
    const second: PeerLine[] = [];
    const peer = await bed.to((own) => ({
      setup: "passive",
      onBind: () => {
        if (second.length === 0)
          void own()
            .connect("msrp://10.0.0.1:2855/x;tcp")
            .then((line) => {
              second.push(line);
              const path = /a=path:(\S+)/.exec(own().aliceSdp)?.[1] ?? "";
              line.write(own().send({ path, session: "s0" }, { tid: "second" }));
            });
        return 200;
      },
    }));
    expectGiven(bed, peer);
    expect(second[0]?.frames[0]?.start).toMatch(/^506/);
    expect(second.flatMap(({ frames }) => frames).some(({ body }) => body !== undefined)).toBe(
      false,
    );
  });

  it.each<[string, PeerHabits]>([
    ["nobody connects", { setup: "active", neverConnects: true }],
    ["it connects and never speaks", { setup: "active", neverBinds: true }],
    ["it never answers our first SEND", { onBind: () => 0 }],
  ])("to: MUST end in half a minute where %s", async (_what, habits) => {
    const startMs = bed.pair.clock.nowMs();
    const peer = await bed.to(habits, ONE);
    expectEndedWithin(startMs, 35_000);
    expect(peer.isByeSeen).toBe(true);
  });
});

describe("RFC 4975 §5.4 P9: a connection that is there before the ACK", () => {
  it("to: MUST take the connection of a callee that comes before its 200", async () => {
    expectGiven(bed, await bed.to({ setup: "active", connectsEarly: true }));
  });

  it("from: MUST keep what a caller sends before its ACK", async () => {
    bed.pair.sip.ackMs = 5000;
    await bed.from({});
    expectTaken(bed);
  });

  it("from: MUST be taken as callee that connects, however long the ACK takes", async () => {
    bed.pair.sip.ackMs = 5000;
    await bed.from({ setup: "passive" });
    expectTaken(bed);
  });
});

describe("RFC 4975 §8.6 P12: CPIM wrappers", () => {
  it("from: MUST take a file out of its wrapper", async () => {
    const peer = await bed.from((own) => ({
      give: (line, file) => giveWrapped(own(), line, file, 1_000_000),
    }));
    expectTaken(bed);
    // The REPORT is about the message, wrapper included.
    expect(reportsOf(peer.lines)).toEqual(
      [...BOTH.values()].map((content) => {
        const octets = String(HEADERS.length + content.length);
        return `1-${octets}/${octets}`;
      }),
    );
  });

  it("to: MUST wrap for one that takes nothing but CPIM", async () => {
    const peer = await bed.to({
      editSdp: (sdp) =>
        sdp.replaceAll(
          "a=accept-types:*",
          "a=accept-types:message/cpim\r\na=accept-wrapped-types:*",
        ),
    });
    for (const [index, content] of [...BOTH.values()].entries()) {
      const whole = peer.received.get(`s${String(index)}`) ?? Buffer.alloc(0);
      expect(unwrapped(whole)?.equals(content)).toBe(true);
    }
    expect(bed.pair.alice.last("transfer").state).toBe("confirmed");
    expect(peer.sends[0]?.fields.get("content-type")).toBe("message/cpim");
  });

  it("to: MUST NOT wrap for one that refuses CPIM", async () => {
    const peer = await bed.to((own) => ({
      onSend: (frame, line) => {
        const isWrapped = frame.fields.get("content-type") === "message/cpim";
        if (isWrapped) line.write(answerTo(frame, 415));
        else own().take(frame, line);
      },
    }));
    expectGiven(bed, peer);
  });
});

describe("RFC 4975 §11.4 P20: CPIM headers in the first chunk only", () => {
  it.each([1, 60, 137, 2048])(
    "from: MUST take chunks of %i octets whose first ones have the headers",
    async (step) => {
      const files = step < 100 ? new Map([["note.txt", NOTE]]) : BOTH;
      await bed.from(
        (own) => ({ give: (line, file) => giveWrapped(own(), line, file, step) }),
        files,
      );
      expectTaken(bed, files);
    },
  );

  it("from: MUST check the hash of the file, not of the wrapper", async () => {
    const hex = createHash("sha1").update(BIG).digest("hex").toUpperCase();
    const hash = hex.match(/../g)?.join(":") ?? "";
    await bed.from(
      (own) => ({
        editSdp: (sdp) => sdp.replace("size:300001", `size:300001 hash:sha-1:${hash}`),
        give: (line, file) => giveWrapped(own(), line, file, 10_000),
      }),
      ONE,
    );
    expect(bed.pair.alice.last("file")).toMatchObject({ state: "complete", verified: true });
  });

  it("from: MUST take chunks that come twice, headers included", async () => {
    await bed.from(
      (own) => ({
        give: async (line, file) => {
          const content = Buffer.concat([HEADERS, file.content]);
          const total = String(content.length);
          const cuts = [0, 100, 100, 1000, 0, 500, 50, 5000, 5000, content.length];
          for (let nth = 0; nth < cuts.length; nth += 2) {
            const [from = 0, to = 0] = cuts.slice(nth);
            const tid = `again${String(nth)}`;
            const flag = to === content.length ? "$" : "+";
            const range = `${String(from + 1)}-*/${total}`;
            const body = content.subarray(from, to);
            line.write(own().send(file, { tid, body, range, flag, type: "message/cpim" }));
            await line.answer(tid);
          }
          await line.until(({ start }) => start === "REPORT");
        },
      }),
      ONE,
    );
    expectTaken(bed, ONE);
  });

  it("from: MUST NOT publish anything of a wrapper without an end", async () => {
    const statuses: number[] = [];
    await bed.from(
      (own) => ({
        byeReason: "SIP;cause=408",
        give: async (line, file) => {
          const body = Buffer.from(`X: ${"y".repeat(60_000)}`);
          const range = `1-*/${String(BIG.length + 100)}`;
          const sent = { tid: "endless", body, range, flag: "+", type: "message/cpim" } as const;
          line.write(own().send(file, sent));
          statuses.push(await line.answer("endless"));
        },
      }),
      ONE,
    );
    expect(statuses).toEqual([400]);
    expect(bed.pair.alice.received().size).toBe(0);
  });

  it("to: MUST send them once, and then the file alone", async () => {
    const peer = await bed.to(
      {
        editSdp: (sdp) =>
          sdp.replaceAll(
            "a=accept-types:*",
            "a=accept-types:message/cpim\r\na=accept-wrapped-types:*",
          ),
      },
      ONE,
    );
    expect(peer.sends.length).toBeGreaterThan(2);
    const withHeaders = peer.sends.filter(({ body }) => body?.includes("From: <sip:"));
    expect(withHeaders.length).toBe(1);
    expect(withHeaders[0]).toBe(peer.sends[0]);
  });
});

describe("RFC 4975 §7.1.1 P17: methods and attributes of one maker", () => {
  it("from: MUST answer FILE_OFFSET with 501, and take the file", async () => {
    const statuses: number[] = [];
    await bed.from((own) => ({
      editSdp: (sdp) =>
        sdp.replaceAll(
          "a=sendonly",
          "a=x-file-offset\r\na=file-location:http://x.example/1\r\na=file-disposition:timelen=9\r\na=sendonly",
        ),
      give: async (line, file) => {
        line.write(fileOffset(file.path, file.session));
        statuses.push(await line.answer("offs1234"));
        await own().giveChunks(line, file, 65_536);
      },
    }));
    expect(statuses).toEqual([501, 501]);
    expectTaken(bed);
  });

  it("to: MUST answer FILE_OFFSET with 501, and go on sending", async () => {
    const peer = await bed.to((own) => ({
      editSdp: (sdp) => sdp.replaceAll("a=recvonly", "a=x-file-offset\r\na=recvonly"),
      onSend: (frame, line) => {
        const session = /\/(\w+);tcp$/.exec(frame.fields.get("to-path") ?? "")?.[1] ?? "";
        if (own().sends.length === 1)
          line.write(fileOffset(frame.fields.get("from-path") ?? "", session));
        own().take(frame, line);
      },
    }));
    expectGiven(bed, peer);
    const all = peer.lines.flatMap(({ frames }) => frames);
    expect(all.filter(({ tid }) => tid === "offs1234").map(({ start }) => start)).toEqual([
      expect.stringMatching(/^501/),
    ]);
  });
});

function fileOffset(path: string, session: string): string {
  return `MSRP offs1234 FILE_OFFSET\r\nTo-Path: ${path}\r\nFrom-Path: ${ownUri(session)}\r\nMessage-ID: offset1\r\n-------offs1234$\r\n`;
}

describe("RFC 4975 §7.1.1 P24: a REPORT that was asked for and never comes", () => {
  it("to: MUST end with BYE in half a minute, and say that nobody vouched for it", async () => {
    const startMs = bed.pair.clock.nowMs();
    const peer = await bed.to({ neverReports: true });
    expectGiven(bed, peer);
    expect(bed.pair.clock.nowMs() - startMs).toBeLessThan(40_000);
    expect(peer.isByeSeen).toBe(true);
    expect(bed.pair.alice.last("file")).toMatchObject({ state: "complete", verified: false });
  });

  it("to: MUST NOT wait where it closes the connection instead", async () => {
    const startMs = bed.pair.clock.nowMs();
    const peer = await bed.to(
      (own) => ({
        neverReports: true,
        onSend: (frame, line) => {
          own().take(frame, line);
          if (frame.flag === "$") line.end();
        },
      }),
      ONE,
    );
    expectGiven(bed, peer, ONE);
    expect(bed.pair.clock.nowMs() - startMs).toBeLessThan(5000);
  });

  it("from: MUST keep the file of one that ends without waiting for the REPORT it asked for", async () => {
    await bed.from(
      (own) => ({
        give: async (line, file) => {
          const range = `1-*/${String(BIG.length)}`;
          line.write(own().send(file, { tid: "whole", body: BIG, range }));
          await line.answer("whole");
          line.destroy();
        },
      }),
      ONE,
    );
    expectTaken(bed, ONE);
  });

  it("from: MUST NOT report where nobody asked", async () => {
    const peer = await bed.from((own) => ({
      give: async (line, file) => {
        const range = `1-*/${String(file.content.length)}`;
        const sent = { tid: "whole", body: file.content, range, success: "no" } as const;
        line.write(own().send(file, sent));
        await line.answer("whole");
        await later(1000);
      },
    }));
    expectTaken(bed);
    expect(reportsOf(peer.lines)).toEqual([]);
  });
});

/** Ranges of the success REPORTs that came. */
function reportsOf(lines: readonly PeerLine[]): readonly string[] {
  return lines.flatMap(({ frames }) =>
    frames
      .filter(({ start, fields }) => start === "REPORT" && fields.get("status")?.includes(" 200"))
      .map(({ fields }) => fields.get("byte-range") ?? ""),
  );
}

const HEADERS = Buffer.from(
  "From: <sip:bob@b.example>\r\nTo: <sip:alice@a.example>\r\nNS: imdn <urn:ietf:params:imdn>\r\n" +
    "imdn.Message-ID: x1\r\nDateTime: 2026-01-01T00:00:00Z\r\n\r\nContent-Type: text/plain\r\n\r\n",
);

/** The wrapper and the file, as one message in chunks of so many octets. */
async function giveWrapped(
  own: PitfallPeer,
  line: PeerLine,
  file: GivenFile,
  step: number,
): Promise<void> {
  const content = Buffer.concat([HEADERS, file.content]);
  await own.giveChunks(line, { ...file, content }, step, () => ({ type: "message/cpim" }));
}

/** What follows the headers of the wrapper and those of the content. */
function unwrapped(message: Buffer): Buffer | undefined {
  const first = message.indexOf("\r\n\r\n");
  const second = message.indexOf("\r\n\r\n", first + 4);
  return first < 0 || second < 0 ? undefined : message.subarray(second + 4);
}
