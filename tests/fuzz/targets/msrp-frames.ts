import fc from "fast-check";
import { formatByteRange, parseByteRange } from "../../../main/msrp/framing/byte-range.ts";
import { suspectedCut, terminatorOf } from "../../../main/msrp/framing/end-line.ts";
import type { FrameHead } from "../../../main/msrp/framing/frame-head.ts";
import { FrameParser } from "../../../main/msrp/framing/frame-parser.ts";
import { ReceivedRanges } from "../../../main/msrp/session/received-ranges.ts";
import { hold, holdEqual } from "../hold.ts";
import { cuts, mutated, octets, pieces } from "../mutation.ts";
import { type NaiveFrame, type NaiveStream, naiveFrames } from "../naive-framer.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

const PATHS =
  "To-Path: msrp://b.example:2855/sB;tcp\r\nFrom-Path: msrp://a.example:2855/sA;tcp\r\n";
const TIDS = ["a786hjs2", "0000", "x.-+%=", "abcdefghijklmnopqrstuvwxyz012345"] as const;

function send(tid: string, body: string, flag = "$"): string {
  return (
    `MSRP ${tid} SEND\r\n${PATHS}Message-ID: 12339sdqwer\r\nByte-Range: 1-*/${String(body.length)}\r\n` +
    `Content-Type: text/plain\r\n\r\n${body}\r\n-------${tid}${flag}\r\n`
  );
}

const FRAMES: readonly string[] = [
  send("a786hjs2", "Hi, I'm Alice!"),
  send("0000", "a body \r\n-------0000 and more\r\n", "+"),
  send("x.-+%=", send("a786hjs2", "a message inside"), "#"),
  `MSRP a786hjs2 200 OK\r\n${PATHS}-------a786hjs2$\r\n`,
  `MSRP 0000 SEND\r\n${PATHS}Message-ID: 456s9wlk3\r\n-------0000$\r\n`,
  `MSRP x.-+%= REPORT\r\n${PATHS}Message-ID: m123\r\nByte-Range: 1-39/39\r\nStatus: 000 200 OK\r\n-------x.-+%=$\r\n`,
];

const WORDS = [
  ...[
    "-------",
    "\r\n-------",
    "\r\n-------a786hjs2",
    "\r\n-------0000$\r\n",
    "-------x.-+%=#\r\n",
    "MSRP ",
  ],
  ...[
    "Content-Type: a/b",
    "\r\nContent-Type: ",
    "$\r\n",
    "+\r\n",
    "MSRP a786hjs2 SEND\r\n",
    " 200",
    " 2000",
    "1-*/*",
  ],
];

interface Seen extends Omit<NaiveStream, "frames"> {
  readonly frames: readonly { readonly head: FrameHead; body: string; flag: string | undefined }[];
}

function fast(stream: readonly Buffer[]): Seen {
  const frames: { head: FrameHead; body: string; flag: string | undefined }[] = [];
  let losses = 0;
  const parser = new FrameParser({
    onHead: (head) => {
      hold(losses === 0, "nothing after the loss");
      hold(
        frames.every(({ flag }) => flag !== undefined),
        "one frame at a time",
      );
      frames.push({ head, body: "", flag: undefined });
    },
    onBody: (bytes) => {
      const frame = frames.at(-1);
      hold(frame?.flag === undefined && frame?.head.hasBody === true, "a body inside its frame");
      frame.body += bytes.toString("latin1");
    },
    onEnd: (flag) => {
      const frame = frames.at(-1);
      hold(frame !== undefined && frame.flag === undefined, "one end a frame");
      frame.flag = flag;
    },
    onLost: () => {
      losses += 1;
    },
  });
  for (const piece of stream) parser.push(Buffer.from(piece));
  hold(losses <= 1, "lost once");
  return { frames, isLost: losses === 1, isInside: losses === 0 && parser.isInsideFrame };
}

function compare(seen: Seen, naive: NaiveStream): void {
  holdEqual(seen.isLost, naive.isLost, "lost");
  holdEqual(seen.isInside, naive.isInside, "inside a frame at the end");
  holdEqual(seen.frames.length, naive.frames.length, "as many frames");
  for (const [index, frame] of seen.frames.entries()) {
    const expected = naive.frames[index];
    hold(expected !== undefined, "a frame");
    compareFrame(frame, expected);
  }
}

function compareFrame(frame: Seen["frames"][number], expected: NaiveFrame): void {
  const { head, body, flag } = frame;
  holdEqual(head.transactionId, expected.transactionId, "transaction id");
  holdEqual(flag, expected.flag, "flag");
  const lines = head.rawText.split("\r\n").slice(1, head.hasBody ? -2 : -1);
  holdEqual(lines, expected.lines, "field lines");
  const isRequest = !/^\d/.test(expected.what);
  holdEqual(head.kind === "request", isRequest, "kind");
  holdEqual(
    isRequest ? head.method : String(head.status).padStart(3, "0"),
    isRequest ? expected.what : expected.what.slice(0, 3),
    "what",
  );
  if (flag !== undefined) {
    holdEqual(head.hasBody ? body : undefined, expected.body, "body");
    return;
  }
  // What may be the beginning of an end-line is held back; nothing else is.
  const all = octets(expected.body ?? "");
  const terminator = terminatorOf(head.transactionId);
  holdEqual(
    body,
    all.subarray(0, suspectedCut(all, 0, terminator)).toString("latin1"),
    "body so far",
  );
}

/** R7: the fast framer beside the plain one. */
export const msrpFrames: FuzzTarget = fuzzTarget(
  { name: "msrp-frames", clause: "RFC 4975 §7.1", sliceRuns: 3000 },
  fc.property(
    fc.array(mutated(FRAMES, WORDS), { minLength: 1, maxLength: 3 }),
    cuts,
    fc.boolean(),
    (texts, sizes, isSingle) => {
      const stream = octets(texts.join(""));
      const list = isSingle
        ? [...stream].map((octet) => Buffer.from([octet]))
        : pieces(stream, sizes);
      compare(fast(list), naiveFrames(stream.toString("latin1")));
    },
  ),
);

const bodyParts = fc.array(
  fc.oneof(
    fc.constantFrom("\r", "\n", "-", "-------", "$", "+", "#", "\r\n-------", "\0", "\xff", "\r\n"),
    fc.constantFrom(...TIDS),
  ),
  { maxLength: 16 },
);

export const msrpBodies: FuzzTarget = fuzzTarget(
  { name: "msrp-bodies", clause: "RFC 4975 §7.1", sliceRuns: 3000 },
  fc.property(
    fc.array(fc.tuple(fc.constantFrom(...TIDS), bodyParts, fc.constantFrom("$", "+", "#")), {
      minLength: 1,
      maxLength: 4,
    }),
    cuts,
    (list, sizes) => {
      const text = list.map(([tid, parts, flag]) => send(tid, parts.join(""), flag)).join("");
      compare(fast(pieces(octets(text), sizes)), naiveFrames(text));
    },
  ),
);

/** At the edges of the caps, where the fast framer counts and the plain one measures. */
export const msrpLimits: FuzzTarget = fuzzTarget(
  { name: "msrp-limits", clause: "RFC 4975 §14", sliceRuns: 60 },
  fc.property(
    fc.array(fc.constantFrom(1, 2, 100, 12_000, 16_380, 16_381, 16_382, 16_383, 16_384, 16_385), {
      maxLength: 6,
    }),
    fc.integer({ min: 55, max: 66 }),
    fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 6 }),
    (lengths, count, sizes) => {
      const long = lengths.map((length) => `X:${"v".repeat(Math.max(0, length - 2))}\r\n`).join("");
      const text = `MSRP a786hjs2 SEND\r\n${PATHS}${long}${"Y: z\r\n".repeat(count - lengths.length)}-------a786hjs2$\r\n`;
      compare(fast(pieces(octets(text), sizes)), naiveFrames(text));
    },
  ),
);

export const byteRanges: FuzzTarget = fuzzTarget(
  { name: "byte-range", clause: "RFC 4975 §7.1, §9", sliceRuns: 6000 },
  fc.property(mutated(["1-2048/9000", "1-*/*", "1-0/0"], ["-", "/", "*", "1", "0"]), (text) => {
    const parsed = parseByteRange(text);
    if (!parsed.ok) {
      hold(parsed.error.text.length <= 100, "a short excerpt");
      return;
    }
    const { start, end, total } = parsed.value;
    hold(Number.isSafeInteger(start) && start >= 1, "a start that a file can be written at");
    for (const one of [end, total])
      hold(one === "*" || (Number.isSafeInteger(one) && one >= 0), "a number that is exact");
    hold(end === "*" || end >= start - 1, "an end not before the start");
    holdEqual(parseByteRange(formatByteRange(parsed.value)), parsed, "the same range");
  }),
);

export const receivedRanges: FuzzTarget = fuzzTarget(
  { name: "received-ranges", clause: "RFC 4975 §7.3", sliceRuns: 3000 },
  fc.property(
    fc.array(fc.tuple(fc.nat(60), fc.nat(12)), { maxLength: 40 }),
    fc.nat(70),
    (adds, total) => {
      const ranges = new ReceivedRanges();
      const octetsSeen = new Set<number>();
      for (const [start, length] of adds) {
        hold(ranges.add(start, start + length), "room");
        for (let at = start; at < start + length; at += 1) octetsSeen.add(at);
      }
      const isWhole = Array.from({ length: total }, (_, at) => octetsSeen.has(at)).every(Boolean);
      holdEqual(ranges.covers(total), isWhole, "covers what has come and nothing else");
      const beginnings = [...octetsSeen].filter((at) => !octetsSeen.has(at - 1)).length;
      holdEqual(ranges.count, beginnings, "as few ranges as can be");
    },
  ),
);
