import { answered, closes, frame, framed, type MalformedCase, type Parts } from "./case.ts";

const PATHS = "To-Path: msrp://h:1/s;tcp\r\nFrom-Path: msrp://h:1/p;tcp\r\n";
const TID = "tid4mal0";

const FOREIGN: readonly MalformedCase[] = [
  closes("HTTP", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
  closes("SIP", "INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n\r\n"),
  closes("a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
  closes("an SSH banner", "SSH-2.0-OpenSSH_9.2\r\n"),
  closes("NUL alone", "\0"),
  closes("keep-alive of SIP", "\r\n\r\n"),
  closes("another scheme's name", `MSRPS ${TID} SEND\r\n${PATHS}-------${TID}$\r\n`),
  closes("a name in lower case", `msrp ${TID} SEND\r\n${PATHS}-------${TID}$\r\n`),
  closes("a blank before the name", ` MSRP ${TID} SEND\r\n${PATHS}-------${TID}$\r\n`),
  closes("tabs for blanks", `MSRP\t${TID}\tSEND\r\n${PATHS}-------${TID}$\r\n`),
];

const START_LINES: readonly (readonly [string, string])[] = [
  ["nothing but the name", "MSRP"],
  ["no transaction id", "MSRP  SEND"],
  ["no method", `MSRP ${TID}`],
  ["a transaction id of 3", "MSRP abc SEND"],
  ["a transaction id of 33", `MSRP ${"a".repeat(33)} SEND`],
  ["a transaction id of 2000", `MSRP ${"a".repeat(2000)} SEND`],
  ["a transaction id that begins with a mark", "MSRP .bcdef SEND"],
  ["a transaction id with a slash", "MSRP abc/def SEND"],
  ["a transaction id with NUL", "MSRP abc\0def SEND"],
  ["a transaction id beyond ASCII", "MSRP abc\xe9def SEND"],
  ["__proto__ as transaction id", "MSRP __proto__ SEND"],
  ["a method in lower case", `MSRP ${TID} send`],
  ["a method with a digit", `MSRP ${TID} SEND2`],
  ["a method of 33 letters", `MSRP ${TID} ${"S".repeat(33)}`],
  ["a method of 2000 letters", `MSRP ${TID} ${"S".repeat(2000)}`],
  ["a blank after the method", `MSRP ${TID} SEND `],
  ["two methods", `MSRP ${TID} SEND SEND`],
  ["a status of 4 digits", `MSRP ${TID} 2000 OK`],
  ["a status of 2 digits", `MSRP ${TID} 20`],
  ["a negative status", `MSRP ${TID} -200`],
  ["a status that runs into its comment", `MSRP ${TID} 200OK`],
];

/** End-lines of a bodiless frame after which nobody knows where the next frame begins. */
const END_LINES: readonly (readonly [string, string])[] = [
  ["another transaction id", "-------tid4mal1$\r\n"],
  ["a transaction id in other case", "-------TID4MAL0$\r\n"],
  ["8 hyphens", `--------${TID}$\r\n`],
  ["no flag", `-------${TID}\r\n`],
  ["an unknown flag", `-------${TID}!\r\n`],
  ["two flags", `-------${TID}$$\r\n`],
  ["a blank before the flag", `-------${TID} $\r\n`],
  ["junk after the flag", `-------${TID}$ x\r\n`],
  ["LF alone behind it", `-------${TID}$\n`],
  ["nothing but hyphens", "-------\r\n"],
];

/** Bodies that hold what is nearly their end-line: all of it is data. */
const NEAR: readonly (readonly [string, string])[] = [
  ["6 hyphens", `x\r\n------${TID}$\r\ny`],
  ["8 hyphens", `x\r\n--------${TID}$\r\ny`],
  ["another transaction id", "x\r\n-------tid4mal1$\r\ny"],
  ["the id in other case", `x\r\n-------TID4MAL0$\r\ny`],
  ["more behind the id", `x\r\n-------${TID}0$\r\ny`],
  ["less of the id", "x\r\n-------tid4mal$\r\ny"],
  ["an unknown flag", `x\r\n-------${TID}!\r\ny`],
  ["no flag", `x\r\n-------${TID}\r\ny`],
  ["two flags", `x\r\n-------${TID}$$\r\ny`],
  ["LF behind the flag", `x\r\n-------${TID}$\ny`],
  ["CR behind the flag", `x\r\n-------${TID}$\ry`],
  ["LF before the hyphens", `x\n-------${TID}$\r\ny`],
  ["CR before the hyphens", `x\r-------${TID}$\r\ny`],
  ["nothing before the hyphens", `-------${TID}$\r\ny`],
  ["the end-line of a frame inside", `x\r\n-------other4id$\r\ny`],
  ["CR at its end", "x\r"],
  ["CRLF at its end", "x\r\n"],
  ["CRLF and hyphens at its end", "x\r\n-------"],
  ["an end-line without flag at its end", `x\r\n-------${TID}`],
  ["NUL", "\0\0\0"],
  ["every octet there is", String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))],
  ["64 KiB of near end-lines", `\r\n-------${TID}!`.repeat(3600)],
  ["64 KiB of CR", "\r".repeat(65_536)],
  ["a blank line", "\r\n\r\n"],
];

const LEGAL: readonly MalformedCase[] = [
  ...["a.+%=-b", "constructor", "a".repeat(32), "0000", "1234567890"].map((tid) =>
    answered(`a legal transaction id: ${tid}`, framed({ tid, body: "x" }), 200, { received: "x" }),
  ),
  answered("no body", framed({}), 200, { received: "" }),
  answered("an empty body", framed({ body: "", range: "1-0/0" }), 200, { received: "" }),
  answered(
    "the end of an empty message twice",
    framed({ body: "", range: "1-0/0" }, { body: "", range: "1-0/0" }),
    [200, 200],
  ),
  answered(
    "a whole request inside a body",
    (uri) =>
      frame(uri, { body: frame(uri, { tid: "inner4id", messageId: "inner001", body: "inside" }) }),
    200,
  ),
  answered(
    "several frames at once",
    framed(
      { body: "ab", range: "1-2/4", flag: "+" },
      { tid: "tid4mal1", body: "cd", range: "3-4/4" },
    ),
    [200, 200],
    { received: "abcd" },
  ),
];

const UNASKED: readonly MalformedCase[] = [
  answered("a 200 to nothing", `MSRP ${TID} 200 OK\r\n${PATHS}-------${TID}$\r\n`, []),
  answered("a 999 to nothing", `MSRP ${TID} 999\r\n${PATHS}-------${TID}$\r\n`, []),
  answered(
    "a response with a body",
    `MSRP ${TID} 200 OK\r\n${PATHS}Content-Type: a/b\r\n\r\nx\r\n-------${TID}$\r\n`,
    [],
  ),
  ...["BOGUS", "FILE_OFFSET", "S".repeat(32)].map((method) =>
    answered(`the method ${method}`, framed({ method, messageId: "", body: "x" }), 501, {
      received: "",
    }),
  ),
  answered("a line of 6 hyphens before the end-line", framed({ lines: [`------${TID}$`] }), 400),
];

const LOST: readonly MalformedCase[] = [
  closes("lines that end with LF", (uri) => frame(uri).replaceAll("\r\n", "\n")),
  closes("lines that end with CR", (uri) => `${frame(uri).replaceAll("\r\n", "\r")}\n`),
  closes("a body without Content-Type", (uri) =>
    frame(uri, { end: "\r\nbody\r\n-------tid4mal0$\r\n" }),
  ),
  closes(
    "no end-line before the next frame",
    (uri) => frame(uri, { end: "" }) + frame(uri, { tid: "tid4mal1" }),
  ),
  closes("a start line of 64 KiB", `MSRP ${TID} ${"S".repeat(65_536)}`),
  { ...closes("junk between frames", (uri) => `${frame(uri)}junk\r\n`), answers: [200] },
  {
    ...closes("an empty line between frames", (uri) => `${frame(uri)}\r\n${frame(uri)}`),
    answers: [200],
  },
];

export const FRAMING: readonly MalformedCase[] = [
  ...FOREIGN,
  ...START_LINES.map(([what, line]) => closes(what, `${line}\r\n${PATHS}-------${TID}$\r\n`)),
  ...END_LINES.map(
    ([what, end]): MalformedCase => closes(`an end-line with ${what}`, framed({ end })),
  ),
  ...NEAR.map(
    ([what, body]): MalformedCase =>
      answered(`a body with ${what}`, framed({ body } satisfies Parts), 200, { received: body }),
  ),
  ...LEGAL,
  ...UNASKED,
  ...LOST,
];
