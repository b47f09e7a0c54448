import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import type { FrameHead } from "./frame-head.ts";
import { FRAME_LIMITS, FrameParser } from "./frame-parser.ts";

const PATHS =
  "To-Path: msrp://b.example:2855/sB;tcp\r\nFrom-Path: msrp://a.example:2855/sA;tcp\r\n";

interface SeenFrame {
  readonly start: string;
  readonly fields: readonly string[];
  readonly body: string | undefined;
  readonly flag: string;
}
interface Seen {
  readonly frames: readonly SeenFrame[];
  readonly lost: string | undefined;
}

function startOf(head: FrameHead): string {
  const rest =
    head.kind === "request" ? head.method : `${String(head.status)} ${head.comment}`.trimEnd();
  return `${head.transactionId} ${rest}`;
}

/** Feeds the pieces and writes down what the parser says. */
function parse(pieces: readonly Buffer[]): Seen {
  const frames: SeenFrame[] = [];
  let head: FrameHead | undefined;
  let body: Buffer[] = [];
  let lost: string | undefined;
  const parser = new FrameParser({
    onHead: (next) => {
      head = next;
      body = [];
    },
    onBody: (bytes) => body.push(Buffer.from(bytes)),
    onEnd: (flag) => {
      if (head === undefined) throw new Error("end without head");
      frames.push({
        start: startOf(head),
        fields: head.fields.names.map((name, i) => `${name}=${head?.fields.values[i] ?? ""}`),
        body: head.hasBody ? Buffer.concat(body).toString("latin1") : undefined,
        flag,
      });
      head = undefined;
    },
    onLost: (reason) => {
      lost = reason;
    },
  });
  for (const piece of pieces) parser.push(piece);
  return { frames, lost };
}

/** As slow and plain as can be: cuts whole streams of well-formed frames by reading RFC 4975 §7.1 literally. */
function naiveFrames(stream: string): readonly SeenFrame[] {
  const frames: SeenFrame[] = [];
  let rest = stream;
  while (rest !== "") {
    const lines: string[] = [];
    let body: string | undefined;
    let flag = "";
    for (;;) {
      const end = rest.indexOf("\r\n");
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      const tid = (lines[0] ?? line).split(" ")[1] ?? "";
      if (line.startsWith("-------")) {
        flag = line.slice(-1);
        break;
      }
      if (line === "") {
        const ends = ["$", "+", "#"].map((f) => rest.indexOf(`\r\n-------${tid}${f}\r\n`));
        const at = Math.min(...ends.filter((index) => index >= 0));
        body = rest.slice(0, at);
        flag = rest.charAt(at + 9 + tid.length);
        rest = rest.slice(at + 12 + tid.length);
        break;
      }
      lines.push(line);
    }
    frames.push({
      start: (lines[0] ?? "").slice(5),
      fields: lines.slice(1).map((line) => {
        const colon = line.indexOf(":");
        return `${line.slice(0, colon).toLowerCase()}=${line.slice(colon + 1).trim()}`;
      }),
      body,
      flag,
    });
  }
  return frames;
}

function send(tid: string, body: string, flag = "$"): string {
  return (
    `MSRP ${tid} SEND\r\n${PATHS}Message-ID: 12339sdqwer\r\nByte-Range: 1-*/${String(body.length)}\r\n` +
    `Content-Type: text/plain\r\n\r\n${body}\r\n-------${tid}${flag}\r\n`
  );
}

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const lostOf = (text: string): string | undefined => parse([bytes(text)]).lost;

describe("RFC 4975 §7.1 framing", () => {
  it("MUST read several frames from one read, requests and responses, with and without body", () => {
    const stream =
      send("a786hjs2", "Hi, I'm Alice!") +
      `MSRP d93kswow 200 OK\r\n${PATHS}-------d93kswow$\r\n` +
      `MSRP dkei38sd SEND\r\n${PATHS}Message-ID: 456s9wlk3\r\n-------dkei38sd$\r\n`;
    expect(parse([bytes(stream)])).toEqual({ frames: naiveFrames(stream), lost: undefined });
    expect(parse([bytes(stream)]).frames.map((f) => f.start)).toEqual([
      "a786hjs2 SEND",
      "d93kswow 200 OK",
      "dkei38sd SEND",
    ]);
  });

  it("MUST tell an empty body from no body", () => {
    const empty = parse([bytes(send("a786hjs2", ""))]).frames;
    expect(empty.map((f) => f.body)).toEqual([""]);
    const none = `MSRP a786hjs2 SEND\r\n${PATHS}-------a786hjs2$\r\n`;
    expect(parse([bytes(none)]).frames.map((f) => f.body)).toEqual([undefined]);
  });

  it("MUST treat every near end-line as data", () => {
    const near = [
      "-------a786hjs2$\r\n",
      "\r\n------a786hjs2$\r\n",
      "\r\n--------a786hjs2$\r\n",
      "\r\n-------a786hjs2!\r\n",
      "\r\n-------a786hjs2$$\r\n",
      "\r\n-------a786hjs2$\n",
      "\r\n-------a786hjs2$\r",
      "\n-------a786hjs2$\r\n",
      "\r\n-------A786HJS2$\r\n",
      "\r\n-------a786hjs3$\r\n",
      "\r\n-------a786hjs2",
      "\r",
      "\r\n",
      send("othertid", "a message inside"),
    ];
    for (const body of near) {
      const stream = bytes(send("a786hjs2", `x${body}`));
      expect(
        parse([stream]).frames.map((f) => f.body),
        body,
      ).toEqual([`x${body}`]);
      const single = parse([...stream].map((octet) => Buffer.from([octet])));
      expect(
        single.frames.map((f) => f.body),
        body,
      ).toEqual([`x${body}`]);
    }
  });

  it("MUST give the same frames however the stream is cut in two", () => {
    const stream = bytes(
      send("a786hjs2", "data\r\n-------a786hjs2", "+") +
        `MSRP d93kswow 413 stop it\r\n${PATHS}-------d93kswow$\r\n` +
        send("tid.with+%=-", "\r\n-------tid.with+%=-\r", "#"),
    );
    const whole = parse([stream]);
    expect(whole.frames).toHaveLength(3);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      expect(parse([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(whole);
    }
    expect(parse([...stream].map((octet) => Buffer.from([octet])))).toEqual(whole);
  });

  it("MUST cut frames as a plain reference does, for any bodies and any reads", () => {
    const tids = ["a786hjs2", "0000", "x.-+%=", "abcdefghijklmnopqrstuvwxyz012345"];
    const fragments = ["\r", "\n", "-", "-------", "$", "+", "#", "\r\n-------", "\0", "\xff"];
    const body = fc
      .array(fc.oneof(fc.constantFrom(...fragments), fc.constantFrom(...tids)), { maxLength: 12 })
      .map((parts) => parts.join(""));
    const frame = fc.record({
      tid: fc.constantFrom(...tids),
      body,
      flag: fc.constantFrom("$", "+", "#"),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }),
        (list, sizes) => {
          const parts = list
            // A sender never lets its own end-line stand in the body.
            .filter((f) => !endsInside(f.body, f.tid))
            .map((f) => send(f.tid, f.body, f.flag));
          const stream = bytes(parts.join(""));
          const pieces: Buffer[] = [];
          let at = 0;
          for (const size of sizes) {
            pieces.push(stream.subarray(at, at + size));
            at += size;
          }
          pieces.push(stream.subarray(at));
          expect(parse(pieces)).toEqual({ frames: naiveFrames(parts.join("")), lost: undefined });
        },
      ),
      { numRuns: 2000, seed: 4975 },
    );
  });

  it("SHOULD read method names of deployed extensions, so that they can be answered 501", () => {
    const stream = `MSRP a786hjs2 FILE_OFFSET\r\n${PATHS}-------a786hjs2$\r\n`;
    expect(parse([bytes(stream)]).frames.map((f) => f.start)).toEqual(["a786hjs2 FILE_OFFSET"]);
  });

  it.each([
    ["another protocol", "GET / HTTP/1.1\r\n"],
    ["a TLS hello", "\x16\x03\x01\x02"],
    ["SIP", "INVITE sip:b@b.example SIP/2.0\r\n"],
    ["a line ended by LF alone", "MSRP a786hjs2 SEND\n"],
    ["no transaction id", "MSRP  SEND\r\n"],
    ["a transaction id of 3", "MSRP abc SEND\r\n"],
    ["a transaction id of 33", `MSRP ${"a".repeat(33)} SEND\r\n`],
    ["a transaction id that begins with a mark", "MSRP .bcdef SEND\r\n"],
    ["an illegal transaction id", "MSRP abc/def SEND\r\n"],
    ["a method in lower case", "MSRP a786hjs2 send\r\n"],
    ["a method of 2000 letters", `MSRP a786hjs2 ${"S".repeat(2000)}\r\n`],
    ["a status of 4 digits", "MSRP a786hjs2 2000 OK\r\n"],
    ["a status of 2 digits", "MSRP a786hjs2 20\r\n"],
    ["another end-line", `MSRP a786hjs2 SEND\r\n${PATHS}-------a786hjs3$\r\n`],
    ["an end-line without flag", `MSRP a786hjs2 SEND\r\n${PATHS}-------a786hjs2\r\n`],
    ["an end-line with an unknown flag", `MSRP a786hjs2 SEND\r\n${PATHS}-------a786hjs2!\r\n`],
    ["an end-line of 8 hyphens", `MSRP a786hjs2 SEND\r\n${PATHS}--------a786hjs2$\r\n`],
    ["junk after the flag", `MSRP a786hjs2 SEND\r\n${PATHS}-------a786hjs2$x\r\n`],
    ["a body without Content-Type", `MSRP a786hjs2 SEND\r\n${PATHS}\r\nbody`],
    ["junk between frames", `${send("a786hjs2", "x")}junk\r\n`],
  ])("MUST give up framing at %s", (_what, text) => {
    expect(lostOf(text)).toBeTypeOf("string");
  });

  it("MUST cap lines, fields and the section, before they are kept", () => {
    const start = `MSRP a786hjs2 SEND\r\n${PATHS}`;
    const line = (length: number): string => `X: ${"v".repeat(length - 3)}\r\n`;
    const end = "-------a786hjs2$\r\n";
    expect(lostOf(start + line(FRAME_LIMITS.lineOctets) + end)).toBeUndefined();
    expect(lostOf(start + line(FRAME_LIMITS.lineOctets + 1) + end)).toBe("line too long");
    expect(lostOf("MSRP a786hjs2 ".padEnd(FRAME_LIMITS.lineOctets + 3, "S"))).toBe("line too long");
    expect(lostOf(start + "X: y\r\n".repeat(62) + end)).toBeUndefined();
    expect(lostOf(start + "X: y\r\n".repeat(63) + end)).toBe("too many headers");
    expect(lostOf(start + line(16_000).repeat(5) + end)).toBe("header section too long");
  });

  it.each([
    ["no To-Path", "From-Path: msrp://a:1/s;tcp\r\n"],
    ["the paths in wrong order", "From-Path: msrp://a:1/s;tcp\r\nTo-Path: msrp://b:1/s;tcp\r\n"],
    ["To-Path twice", `${PATHS}To-Path: msrp://b:1/s;tcp\r\n`],
    ["Message-ID twice", `${PATHS}Message-ID: abcd\r\nmessage-id: abcd\r\n`],
    ["a line without colon", `${PATHS}nonsense\r\n`],
    ["an empty name", `${PATHS}: x\r\n`],
    ["a folded line", `${PATHS}X: a\r\n b\r\n`],
    ["a blank before the colon", `${PATHS}X : a\r\n`],
    ["NUL in a value", `${PATHS}X: a\0b\r\n`],
    ["CR in a value", `${PATHS}X: a\rb\r\n`],
    ["CR at the end of a value", `${PATHS}X: a\r\r\n`],
    ["a form feed before a value", `${PATHS}X:\fa\r\n`],
  ])("MUST mark %s as malformed and keep the framing", (_what, fields) => {
    const heads: FrameHead[] = [];
    const parser = new FrameParser({
      onHead: (head) => heads.push(head),
      onBody: () => {},
      onEnd: () => {},
      onLost: (reason) => {
        throw new Error(reason);
      },
    });
    parser.push(bytes(`MSRP a786hjs2 SEND\r\n${fields}-------a786hjs2$\r\n`));
    expect(heads[0]?.malformed).toBeTypeOf("string");
  });

  it("MUST keep every octet of a value that ends with a letter beyond ASCII", () => {
    const line = Buffer.from("X-Name: \t voil\u00e0 \u0420 \t\r\n", "utf8").toString("latin1");
    const { frames } = parse([bytes(`MSRP a786hjs2 SEND\r\n${PATHS}${line}-------a786hjs2$\r\n`)]);
    expect(frames[0]?.fields.at(-1)).toBe("x-name=voil\u00e0 \u0420");
  });

  it("MUST keep what comes while held, and go on where it stopped", () => {
    const seen: string[] = [];
    const parser: FrameParser = new FrameParser({
      onHead: (head) => {
        seen.push(head.transactionId);
        if (seen.length === 1) parser.hold();
      },
      onBody: (body) => seen.push(body.toString("latin1")),
      onEnd: (flag) => seen.push(flag),
      onLost: (reason) => seen.push(reason),
    });
    parser.push(bytes(send("a786hjs2", "one")));
    parser.push(bytes(send("b786hjs2", "two", "+")));
    expect(seen).toEqual(["a786hjs2"]);
    expect(parser.backlogOctets).toBeGreaterThan(0);
    parser.release();
    expect(seen).toEqual(["a786hjs2", "one", "$", "b786hjs2", "two", "+"]);
    expect(parser.backlogOctets).toBe(0);
  });

  it("MUST take a body as views of what was read, without copying it", () => {
    const body = Buffer.alloc(200_000, "x");
    const whole = Buffer.concat([bytes(send("a786hjs2", "")).subarray(0, -20), body]);
    const pieces: Buffer[] = [];
    const parser = new FrameParser({
      onHead: () => {},
      onBody: (piece) => pieces.push(piece),
      onEnd: () => {},
      onLost: () => {},
    });
    parser.push(whole);
    expect(pieces.every((piece) => piece.buffer === whole.buffer)).toBe(true);
  });
});

function endsInside(body: string, tid: string): boolean {
  return ["$", "+", "#"].some((flag) => `${body}\r\n`.includes(`\r\n-------${tid}${flag}\r\n`));
}
