import { formatMsrpUri } from "../../../main/base/msrp-uri.ts";
import { peerUri } from "../msrp-bed.ts";
import { answered, closes, frame, framed, type MalformedCase } from "./case.ts";

const FROM = formatMsrpUri(peerUri());

/** Header lines that spoil their frame and nothing else. */
const LINES: readonly (readonly [string, string])[] = [
  ["no colon", "nonsense"],
  ["an empty name", ": x"],
  ["a blank before the colon", "X : a"],
  ["a blank in the name", "X Y: a"],
  ["a separator in the name", "X(Y): a"],
  ["a name beyond ASCII", "X\xc3\xa9: a"],
  ["a folded line", "X: a\r\n b"],
  ["a control character", "X: a\x01b"],
  ["NUL", "X: a\0b"],
  ["DEL", "X: a\x7fb"],
  ["CR inside", "X: a\rb"],
  ["CR at its end", "X: a\r"],
  ["octets that are not UTF-8", "X: a\xffb"],
  ["a letter cut in two", "X: a\xc3"],
  ["Message-ID twice", "Message-ID: message2"],
  ["Byte-Range twice", "Byte-Range: 1-3/3\r\nbyte-range: 1-3/4"],
  ["To-Path twice", "To-Path: msrp://h:1/s;tcp"],
  ["Content-Type twice", "Content-Type: a/b"],
  ["a bad Failure-Report", "Failure-Report: maybe"],
  ["an empty Failure-Report", "Failure-Report:"],
  ["a bad Success-Report", "Success-Report: 1"],
  ["Success-Report twice", "Success-Report: yes\r\nSuccess-Report: no"],
];

const IDS: readonly (readonly [string, string])[] = [
  ["of 3", "abc"],
  ["of 33", "m".repeat(33)],
  ["with a path in it", "../../etc/passwd"],
  ["that begins with a mark", "-abcd"],
  ["with a blank", "ab cd"],
  ["with a quote", 'ab"cd'],
];

const LEGAL: readonly MalformedCase[] = [
  answered(
    "a field named __proto__",
    framed({ lines: ["__proto__: x", "constructor: y"], body: "abc" }),
    200,
    { received: "abc" },
  ),
  answered(
    "a Content-Length that lies",
    framed({ lines: ["Content-Length: 1"], body: "abc" }),
    200,
    { received: "abc" },
  ),
  answered(
    "a Content-Length below zero",
    framed({ lines: ["Content-Length: -1"], body: "abc" }),
    200,
    { received: "abc" },
  ),
  answered("tabs and blanks around a value", framed({ lines: ["X:\t a \t"], body: "abc" }), 200, {
    received: "abc",
  }),
  answered("no blank after the colon", framed({ lines: ["X:a"], body: "abc" }), 200, {
    received: "abc",
  }),
  answered("names in other case", framed({ lines: ["SUCCESS-REPORT: no"], body: "abc" }), 200, {
    received: "abc",
  }),
  answered(
    "wishes in other case (ABNF)",
    framed({ lines: ["Success-Report: NO", "Failure-Report: Yes"], body: "abc" }),
    200,
    { received: "abc" },
  ),
  answered(
    "no answer wished, in other case",
    framed({ lines: ["Failure-Report: No"], body: "abc" }),
    [],
    { received: "abc" },
  ),
  answered("a line of 16,384", framed({ lines: [`X: ${"v".repeat(16_381)}`], body: "abc" }), 200, {
    received: "abc",
  }),
  answered(
    "a value that ends with a letter beyond ASCII",
    framed({ lines: ["X: voil\xc3\xa0"], body: "abc" }),
    200,
    { received: "abc" },
  ),
];

const LOST: readonly MalformedCase[] = [
  closes("no To-Path", framed({ paths: `From-Path: ${FROM}` })),
  closes("no From-Path", framed({ paths: "To-Path: msrp://h:1/s;tcp" })),
  closes("no fields", "MSRP tid4mal0 SEND\r\n-------tid4mal0$\r\n"),
  closes("65 fields", framed({ lines: Array.from({ length: 62 }, () => "X: y") })),
  closes("10,000 fields", framed({ lines: Array.from({ length: 10_000 }, () => "X: y") })),
  closes("a line of 16,385", framed({ lines: [`X: ${"v".repeat(16_382)}`] })),
  closes(
    "a head of 1 MiB",
    framed({ lines: Array.from({ length: 64 }, () => `X: ${"v".repeat(16_000)}`) }),
  ),
];

export const HEADERS: readonly MalformedCase[] = [
  ...LINES.map(
    ([what, line]): MalformedCase =>
      answered(what, framed({ lines: [line], body: "abc" }), 400, { received: "" }),
  ),
  ...IDS.map(
    ([what, messageId]): MalformedCase =>
      answered(`a Message-ID ${what}`, framed({ messageId, body: "abc" }), 400, { received: "" }),
  ),
  answered("no Message-ID", framed({ messageId: "", body: "abc" }), 400, { received: "" }),
  answered(
    "an empty Message-ID",
    framed({ messageId: "", lines: ["Message-ID:"], body: "abc" }),
    400,
    { received: "" },
  ),
  answered(
    "the paths in wrong order",
    (uri) =>
      frame(uri, { paths: `From-Path: ${FROM}\r\nTo-Path: ${formatMsrpUri(uri)}`, body: "abc" }),
    400,
    { received: "" },
  ),
  answered(
    "a field before the paths",
    (uri) =>
      frame(uri, {
        paths: `X: y\r\nTo-Path: ${formatMsrpUri(uri)}\r\nFrom-Path: ${FROM}`,
        body: "abc",
      }),
    400,
    { received: "" },
  ),
  answered("a bad line without a body", framed({ lines: ["nonsense"] }), 400),
  ...LEGAL,
  ...LOST,
];
