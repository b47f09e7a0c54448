import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BIG, expectGiven, expectTaken, ONE, PitfallBed } from "../../tests/support/pitfall-bed.ts";
import type { PeerLine } from "../../tests/support/pitfall-peer.ts";
import { answerTo, type RawFrame } from "../../tests/support/raw-frames.ts";

// "from": the peer with the bad habit sends to us. "to": we send to it.

let bed: PitfallBed;

beforeEach(async () => {
  bed = await PitfallBed.start();
});

afterEach(async () => {
  await bed.stop();
});

function rangeOf(frame: RawFrame): string {
  return frame.fields.get("byte-range") ?? "";
}

describe("RFC 4975 §7.3.1 P1: the length of a chunk taken from Byte-Range", () => {
  it("from: MUST take what arrives where the range names less of it", async () => {
    // The first chunk is interrupted: its range still names the end that was intended.
    const total = BIG.length;
    await bed.from(
      (own) => ({
        give: (line, file) =>
          own().giveChunks(line, file, 100_000, (at) => ({
            range: at === 0 ? `1-${String(total)}/${String(total)}` : `${String(at + 1)}-*/*`,
          })),
      }),
      ONE,
    );
    expectTaken(bed, ONE);
  });

  it("from: MUST refuse a chunk longer than its range, and take nothing wrong", async () => {
    const answers: number[] = [];
    await bed.from(
      (own) => ({
        give: async (line, file) => {
          line.write(own().send(file, { tid: "lie1", body: BIG, range: "1-5/300001" }));
          answers.push(await line.answer("lie1"));
        },
      }),
      ONE,
    );
    expect(answers).toEqual([400]);
    expect(bed.pair.alice.received().size).toBe(0);
    expect(bed.pair.alice.last("transfer").state).not.toBe("confirmed");
  });

  it("to: MUST reach one that cuts at the range's end, for ours names none but the true one", async () => {
    const peer = await bed.to((own) => ({
      onSend: (frame, line) => {
        const [, start = "", end = ""] = /^(\d+)-([*\d]+)\//.exec(rangeOf(frame)) ?? [];
        const octets = end === "*" ? undefined : Number(end) - Number(start) + 1;
        own().take(frame, line, frame.body?.subarray(0, octets));
      },
    }));
    expectGiven(bed, peer);
  });
});

describe("RFC 4975 §7.1 P2: one message for each read of the socket", () => {
  it("from: MUST take every message of one read", async () => {
    const peer = await bed.from((own) => ({
      give: async (line, file) => {
        const step = 1000;
        const { length } = file.content;
        const all = [own().send(file, { tid: "bind" })];
        for (let at = 0; at < length; at += step) {
          const body = file.content.subarray(at, at + step);
          const flag = at + step >= length ? "$" : "+";
          const range = `${String(at + 1)}-*/${String(length)}`;
          all.push(own().send(file, { tid: `many${String(at)}`, body, flag, range }));
        }
        line.write(Buffer.concat(all));
        await line.until(({ start }) => start.startsWith("REPORT"));
      },
    }));
    expectTaken(bed);
    expect(
      peer.lines.flatMap(({ frames }) => frames.map(({ start }) => start.slice(0, 3))),
    ).toEqual(expect.not.arrayContaining(["400"]));
  });

  it("to: MUST reach one that loses the second message, one chunk at a time, the next time", async () => {
    // Reads on after the first message, but only with what the next read brings.
    const peer = await bed.to({ onRead: firstMessageOnly() }, ONE);
    expect(bed.pair.alice.last("transfer").state).toBe("interrupted");
    peer.received.clear();
    await bed.send(ONE);
    expectGiven(bed, peer, ONE);
  });
});

/** Forgets what follows the first end-line of a read. */
function firstMessageOnly(): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const end = /\r\n-------[\w.+%=-]+[$+#]\r\n/.exec(bytes.toString("latin1"));
    return end === null ? bytes : bytes.subarray(0, end.index + end[0].length);
  };
}

describe("RFC 4975 §7.1 P3: end-lines that are cut, and octets that look like them", () => {
  const tricky = (tid: string): Buffer =>
    Buffer.from(
      ["", `-------${tid}`, `------${tid}$`, `-------${tid}x$`, "-------$", `-------${tid}*`, ""]
        .join("\r\n")
        .repeat(300),
    );

  it("from: MUST take near end-lines for octets of the file, wherever reads are cut", async () => {
    const content = tricky("s0chunk0");
    const files = new Map([["big.txt", content]]);
    for (const cut of [1, 7, 13, 64]) {
      await bed.from(
        (own) => ({
          give: async (line, file) => {
            const whole = own().send(file, {
              ...{ tid: "s0chunk0", body: file.content },
              range: `1-*/${String(content.length)}`,
            });
            await inPieces(line, whole, cut);
            await line.until(({ start }) => start.startsWith("REPORT"));
          },
        }),
        files,
      );
      expectTaken(bed, files);
      bed.pair.alice.files.content.delete("/alice/big.txt");
      bed.pair.alice.seen.length = 0;
    }
  });

  it("to: MUST give a chunk whose own end-line would be in it another end-line", async () => {
    // The same seeds make the same transaction ids: a first world tells what the second one will use.
    const first = await bed.to({}, ONE);
    const tids = first.sends.map(({ tid }) => tid);
    expect(tids.length).toBeGreaterThan(2);
    await bed.stop();
    bed = await PitfallBed.start();
    const content = Buffer.from(BIG);
    for (const [nth, tid] of tids.entries()) {
      const at = (nth + 1) * 40_000;
      if (at < content.length) content.write(`\r\n-------${tid}$\r\n`, at, "latin1");
    }
    const files = new Map([["big.txt", content]]);
    const second = await bed.to({}, files);
    expect(tids).toContain(second.sends[0]?.tid);
    expectGiven(bed, second, files);
  });
});

/** A write for each piece: each is a read of its own at the other end. */
async function inPieces(line: PeerLine, whole: Buffer, octets: number): Promise<void> {
  for (let at = 0; at < whole.length; at += octets) {
    line.write(whole.subarray(at, at + octets));
    await later(0);
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    bed.pair.clock.startTimer(ms, resolve);
  });
}

describe("RFC 4975 §7.1.1 P4: long chunks that cannot be interrupted", () => {
  it("from: MUST take chunks of 10 KiB with a number for the range's end", async () => {
    await bed.from((own) => ({
      give: (line, file) =>
        own().giveChunks(line, file, 10_240, (at) => {
          const { length } = file.content;
          const end = Math.min(at + 10_240, length);
          return { range: `${String(at + 1)}-${String(end)}/${String(length)}` };
        }),
    }));
    expectTaken(bed);
  });

  it("to: MUST NOT send a body of more than 2,048 octets that cannot be interrupted", async () => {
    const peer = await bed.to({});
    const long = peer.sends.filter(({ body }) => (body?.length ?? 0) > 2048);
    expect(long.length).toBeGreaterThan(1);
    for (const frame of long) expect(rangeOf(frame)).toMatch(/^\d+-\*\/\d+$/);
  });
});

describe("RFC 4975 §7.1.2 P5: a 200 to a REPORT", () => {
  it("from: MUST ignore one, and go on with the other file of the connection", async () => {
    const peer = await bed.from({
      onOther: (frame, line) => {
        if (frame.start.startsWith("REPORT")) line.write(answerTo(frame, 200).repeat(3));
      },
    });
    expectTaken(bed);
    expect(peer.lines.every(({ frames }) => frames.length > 0)).toBe(true);
  });

  it("to: MUST NOT send one", async () => {
    const peer = await bed.to({});
    const tids = peer.lines.flatMap(({ frames }) =>
      frames.filter(({ start }) => /^\d/.test(start)).map(({ tid }) => tid),
    );
    expect(tids.filter((tid) => tid.startsWith("report"))).toEqual([]);
    expectGiven(bed, peer);
  });
});

describe("RFC 4975 §7.1 P6: ids used again, one session to a connection, idle connections", () => {
  it("from: MUST take chunks that all have the same transaction id", async () => {
    await bed.from((own) => ({
      give: (line, file) => own().giveChunks(line, file, 50_000, () => ({ tid: "same-tid" })),
    }));
    expectTaken(bed);
  });

  it("from: MUST take a file that begins a minute after the connection", async () => {
    await bed.from(
      (own) => ({
        give: async (line, file) => {
          line.write(own().send(file, { tid: "bind" }));
          await later(60_000);
          await own().giveChunks(line, file, 65_536);
        },
      }),
      ONE,
    );
    expectTaken(bed, ONE);
  });

  it("to: MUST NOT use a transaction id twice", async () => {
    const peer = await bed.to({});
    const tids = peer.sends.map(({ tid }) => tid);
    expect(new Set(tids).size).toBe(tids.length);
    expectGiven(bed, peer);
  });

  it("to: MUST reach one that takes one session on a connection, over a connection for each", async () => {
    const owner = new Map<PeerLine, string>();
    const peer = await bed.to((own) => ({
      onBind: (frame, line) => {
        const first = owner.get(line) ?? frame.fields.get("to-path") ?? "";
        owner.set(line, first);
        return first === frame.fields.get("to-path") ? 200 : 506;
      },
      onSend: (frame, line) => {
        own().take(frame, line);
      },
    }));
    expectGiven(bed, peer);
    expect(peer.lines.length).toBe(2);
  });

  it("to: MUST give one that takes a single m= line that file, and call the other one declined", async () => {
    const peer = await bed.to({
      editSdp: (sdp) =>
        sdp
          .split(/(?=m=)/)
          .slice(0, 2)
          .join(""),
    });
    expect(peer.received.get("s0")?.equals(BIG)).toBe(true);
    expect(bed.pair.alice.last("transfer").state).toBe("partly");
    expect(bed.pair.alice.last("answered")).toMatchObject({ accepted: [0], declined: [1] });
  });
});

describe("RFC 4975 §7.1.2 P15: odd REPORTs and transaction ids", () => {
  it("to: MUST take 'Status: 000 413 413' for the 413 that it is, with a plus in the id", async () => {
    const peer = await bed.to(
      (own) => ({
        onSend: (frame, line) => {
          line.write(answerTo(frame, 200));
          if (own().sends.length === 1)
            line.write(own().report(frame, "1-1000/300001", "000 413 413", "n02s00i2t0+1937"));
        },
      }),
      ONE,
    );
    expect(bed.pair.alice.last("file")).toMatchObject({ state: "interrupted", code: "declined" });
    expect(peer.isByeSeen).toBe(true);
  });

  it("from: MUST answer a SEND whose id has a plus in it with that id", async () => {
    const peer = await bed.from(
      (own) => ({
        give: (line, file) =>
          own().giveChunks(line, file, 50_000, (at) => ({ tid: `n02s00i2t0+${String(at)}` })),
      }),
      ONE,
    );
    expectTaken(bed, ONE);
    expect(peer.lines[0]?.frames[0]).toMatchObject({ tid: "n02s00i2t0+0", flag: "$" });
  });
});

describe("RFC 4975 §7.1.1 P16: buffers of 64 KiB for a whole message", () => {
  it("from: MUST take a message however its segments are cut", async () => {
    await bed.from((own) => ({
      give: async (line, file) => {
        const range = `1-*/${String(file.content.length)}`;
        const whole = own().send(file, { tid: "whole", body: file.content, range });
        for (let at = 0, size = 1; at < whole.length; at += size, size = (size * 7) % 65_521) {
          line.write(whole.subarray(at, at + size));
          await later(0);
        }
        await line.until(({ start }) => start.startsWith("REPORT"));
      },
    }));
    expectTaken(bed);
  });

  it("to: MUST reach one that closes when a message is longer, in shorter chunks, the next time", async () => {
    const peer = await bed.to(
      (own) => ({
        onSend: (frame, line) => {
          if ((frame.body?.length ?? 0) > 60_000) line.destroy();
          else own().take(frame, line);
        },
      }),
      ONE,
    );
    expect(bed.pair.alice.last("transfer").state).toBe("interrupted");
    await bed.send(ONE);
    expectGiven(bed, peer, ONE);
  });
});

describe("RFC 4975 §7.1 P19: SENDs without a body", () => {
  it("from: MUST answer them, and take them for no message and no end", async () => {
    const beats: number[] = [];
    await bed.from((own) => ({
      give: async (line, file) => {
        await own().giveChunks(line, file, 50_000, (at) => {
          line.write(own().send(file, { tid: `beat${String(at)}`, messageId: "beat" }));
          return {};
        });
        beats.push(await line.answer("beat0"));
      },
    }));
    expectTaken(bed);
    expect(beats).toEqual([200, 200]);
  });

  it("to: MUST answer them with nothing but 200 while it sends", async () => {
    const peer = await bed.to((own) => ({
      onSend: (frame, line) => {
        const path = frame.fields.get("from-path") ?? "";
        const session = /\/(\w+);tcp$/.exec(frame.fields.get("to-path") ?? "")?.[1] ?? "";
        const tid = `beat${String(own().sends.length)}`;
        line.write(own().send({ path, session }, { tid, messageId: tid }));
        own().take(frame, line);
      },
    }));
    expectGiven(bed, peer);
    const answers = peer.lines.flatMap(({ frames }) =>
      frames.filter(({ tid }) => tid.startsWith("beat")),
    );
    expect(answers.length).toBe(peer.sends.length);
    expect(answers.every(({ start, body }) => start.startsWith("200") && body === undefined)).toBe(
      true,
    );
  });
});
