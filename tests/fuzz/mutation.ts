import fc from "fast-check";

/** One change of a text whose characters stand for octets. */
export interface Change {
  readonly kind: "replace" | "repeat" | "move" | "flip";
  readonly at: number;
  readonly length: number;
  readonly insert: string;
  readonly times: number;
}

/** What parsers stumble over, whatever the protocol. */
const COMMON: readonly string[] = [
  ...[
    "\r\n",
    "\r",
    "\n",
    "\r\n\r\n",
    "\n\n",
    "\0",
    "\t",
    " ",
    "\x7f",
    "\x80",
    "\xff",
    "\xc3\xa9",
    "\xe2\x80\xa8",
  ],
  ...[
    ":",
    ";",
    ",",
    "=",
    '"',
    "\\",
    "<",
    ">",
    "@",
    "/",
    "%",
    "%00",
    "[",
    "]",
    "?",
    "&",
    "#",
    "*",
    "-",
    "--",
    "+",
  ],
  ...[
    "0",
    "-1",
    "+1",
    "0x10",
    "1e9",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9".repeat(40),
  ],
  ...["", "__proto__", "a".repeat(300), " ".repeat(300)],
];

function applied(text: string, change: Change): string {
  const at = text.length === 0 ? 0 : change.at % (text.length + 1);
  const before = text.slice(0, at);
  const piece = text.slice(at, at + change.length);
  const after = text.slice(at + change.length);
  switch (change.kind) {
    case "replace":
      return before + change.insert + after;
    case "repeat":
      return before + piece.repeat(change.times) + text.slice(at);
    case "move":
      return before + after + piece;
    case "flip":
      return before + flipped(piece, change.times) + after;
    default:
      throw new Error("unknown change");
  }
}

function flipped(piece: string, bit: number): string {
  const code = piece.charCodeAt(0);
  return Number.isNaN(code)
    ? ""
    : String.fromCharCode((code ^ (1 << (bit % 8))) & 0xff) + piece.slice(1);
}

/** No amount of repeating makes a text longer than this: growth has a target of its own. */
const LONGEST = 20_000;

/** Texts of the corpus with up to six changes, and now and then something that was never a message. */
export function mutated(
  corpus: readonly string[],
  dictionary: readonly string[] = [],
): fc.Arbitrary<string> {
  const change = fc.record({
    kind: fc.constantFrom("replace", "replace", "replace", "repeat", "move", "flip"),
    at: fc.nat(4000),
    length: fc.nat(24),
    insert: fc.constantFrom(...COMMON, ...dictionary),
    times: fc.nat(40),
  });
  const changed = fc
    .tuple(fc.constantFrom(...corpus), fc.array(change, { maxLength: 6 }))
    .map(([text, changes]) =>
      changes.reduce((now: string, one) => applied(now, one).slice(0, LONGEST), text),
    );
  const assembled = fc
    .array(fc.constantFrom(...COMMON, ...dictionary), { maxLength: 40 })
    .map((parts) => parts.join(""));
  return fc.oneof({ weight: 9, arbitrary: changed }, { weight: 1, arbitrary: assembled });
}

/** Sizes of the pieces in which a stream arrives. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.integer({ min: 1, max: 60 }), {
  maxLength: 60,
});

/** The stream in pieces of these sizes, the rest as one. */
export function pieces(stream: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const list: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= stream.length) break;
    list.push(stream.subarray(at, at + size));
    at += size;
  }
  if (at < stream.length) list.push(stream.subarray(at));
  return list;
}

export function octets(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
