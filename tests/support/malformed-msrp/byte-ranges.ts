import { answered, framed, type MalformedCase, type Parts } from "./case.ts";

/** Refused before one octet is delivered. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["start 0", "0-5/9"],
  ["an end before the start", "5-3/9"],
  ["an end past the total", "1-10/9"],
  ["a start past the total", "11-*/9"],
  ["a negative start", "-1-5/9"],
  ["a negative end", "1--5/9"],
  ["a negative total", "1-*/-9"],
  ["a plus sign", "+1-5/9"],
  ["hexadecimal digits", "0x1-0x5/0x9"],
  ["an exponent", "1e0-5/9"],
  ["a fraction", "1.0-5/9"],
  ["blanks inside", "1 - 5 / 9"],
  ["a tab inside", "1-5\t/9"],
  ["nothing", ""],
  ["no end", "1-/9"],
  ["no start", "-5/9"],
  ["no total", "1-5/"],
  ["no slash", "1-5"],
  ["no hyphen", "15/9"],
  ["a star for the start", "*-5/9"],
  ["two slashes", "1-5/9/9"],
  ["a parameter", "1-5/9;x=y"],
  ["digits of another script", "\xd9\xa1-5/9"],
  ["a start of 2^53", "9007199254740992-*/*"],
  ["a total of 2^53", "1-*/9007199254740992"],
  ["a total of 2^63", "1-*/9223372036854775808"],
  ["a total of 2^64", "1-*/18446744073709551616"],
  ["a total of 10^30", `1-*/1${"0".repeat(30)}`],
  ["a total of 10,000 digits", `1-*/${"9".repeat(10_000)}`],
  ["NaN", "1-NaN/9"],
  ["Infinity", "1-Infinity/9"],
];

function chunk(at: number, body: string, total: number | "*", flag: string): Parts {
  return { range: `${String(at)}-*/${String(total)}`, body, flag };
}

const LENGTHS: readonly MalformedCase[] = [
  answered("a body longer than its range", framed({ body: "abcdef", range: "1-3/9" }), 400, {
    received: "",
    broken: 1,
  }),
  answered("a body longer than its total", framed({ body: "abcdef", range: "1-*/3" }), 400, {
    received: "",
    broken: 1,
  }),
  answered(
    "a body past the total of its message",
    framed(chunk(1, "abc", 5, "+"), chunk(4, "defg", 5, "$")),
    [200, 400],
    { received: "abc", broken: 1 },
  ),
  answered(
    "a body shorter than its range: an interrupted chunk",
    framed({ body: "ab", range: "1-3/9", flag: "+" }),
    200,
    { received: "ab" },
  ),
  answered("a total above what is accepted", framed({ body: "a", range: "1-*/11" }), 413, {
    received: "",
    session: { maxSizeOctets: 10 },
  }),
  answered("a start above what is accepted", framed({ body: "a", range: "12-*/*" }), 413, {
    received: "",
    session: { maxSizeOctets: 10 },
  }),
  answered(
    "a body above what is accepted, of unknown total",
    framed({ body: "a".repeat(11), range: "1-*/*" }),
    413,
    { received: "", broken: 1, session: { maxSizeOctets: 10 } },
  ),
  answered("leading zeros", framed({ body: "abc", range: "0001-0003/0003" }), 200, {
    received: "abc",
  }),
  answered(
    "the greatest total there is",
    framed({ body: "a", range: "1-1/9007199254740991", flag: "+" }),
    200,
    { received: "a" },
  ),
];

const SERIES: readonly MalformedCase[] = [
  answered(
    "an early end: the message waits for the rest",
    framed(chunk(1, "ab", 5, "$"), chunk(3, "cde", 5, "$"), chunk(1, "X", 5, "$")),
    [200, 200, 200],
    { received: "abcde" },
  ),
  answered(
    "a hole before the end",
    framed(chunk(4, "de", 5, "$"), chunk(1, "abc", 5, "+"), chunk(1, "X", 5, "+")),
    [200, 200, 200],
    { received: "abcde" },
  ),
  answered(
    "a total that changes",
    framed(chunk(1, "abc", 9, "+"), chunk(4, "def", 8, "+")),
    [200, 400],
    { received: "abc" },
  ),
  answered(
    "chunks in the wrong order",
    framed(chunk(5, "e", 5, "$"), chunk(3, "cd", 5, "+"), chunk(1, "ab", 5, "+")),
    [200, 200, 200],
    { received: "abcde" },
  ),
  answered(
    "a chunk twice",
    framed(chunk(1, "abc", 5, "+"), chunk(1, "abc", 5, "+"), chunk(4, "de", 5, "$")),
    [200, 200, 200],
    { received: "abcde" },
  ),
  answered(
    "an overlap: what came last counts",
    framed(chunk(1, "abX", 5, "+"), chunk(3, "cde", 5, "$")),
    [200, 200],
    { received: "abcde" },
  ),
  answered(
    "a rewrite of a whole message",
    framed(chunk(1, "abc", 3, "$"), chunk(1, "XYZ", 3, "$")),
    [200, 200],
    { received: "abc" },
  ),
  answered(
    "a chunk after #",
    framed(chunk(1, "abc", 9, "#"), chunk(4, "def", 9, "+")),
    [200, 413],
    { received: "abc" },
  ),
  answered(
    "no range on the second chunk",
    framed(chunk(1, "abc", 9, "+"), { body: "def", flag: "+" }),
    [200, 400],
    { received: "abc" },
  ),
  answered(
    "a second message in the same session",
    framed(chunk(1, "abc", 3, "$"), { messageId: "message2", body: "", range: "1-0/0" }),
    [200, 200],
    { received: "abc" },
  ),
  answered(
    "2,000 chunks of one octet from the last to the first",
    framed(
      ...Array.from({ length: 2000 }, (_, i) => chunk(2000 - i, "x", 2000, i === 0 ? "$" : "+")),
    ),
    Array.from({ length: 2000 }, () => 200),
    { received: "x".repeat(2000) },
  ),
  answered(
    "more ranges than are kept",
    framed(...Array.from({ length: 4098 }, (_, i) => chunk(i * 2 + 1, "x", "*", "+"))),
    [...Array.from({ length: 4096 }, () => 200), 413, 413],
    { broken: 2 },
  ),
  answered(
    "1,000 empty chunks",
    framed(...Array.from({ length: 1000 }, () => ({ body: "", range: "1-*/*", flag: "+" }))),
    Array.from({ length: 1000 }, () => 200),
    { received: "" },
  ),
];

export const BYTE_RANGES: readonly MalformedCase[] = [
  ...REFUSED.map(
    ([what, range]): MalformedCase =>
      answered(what, framed({ body: "abc", range }), 400, { received: "" }),
  ),
  ...LENGTHS,
  ...SERIES,
];
