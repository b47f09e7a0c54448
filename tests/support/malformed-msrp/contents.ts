import { answered, closes, frame, framed, type MalformedCase, type Parts } from "./case.ts";

const TEXT_ONLY = { session: { acceptTypes: ["text/plain", "image/*"] } } as const;

/** Types that are not accepted, whatever they are made to look like. */
const TYPES: readonly (readonly [string, string])[] = [
  ["another type", "text/html"],
  ["another family", "audio/plain"],
  ["a type that begins like an accepted one", "text/plainx"],
  ["no type before its parameters", ";text/plain"],
  ["a family without type", "image"],
  ["nothing", ""],
  ["a CPIM wrapper around an accepted type", "message/cpim"],
];

export const CONTENTS: readonly MalformedCase[] = [
  ...TYPES.map(
    ([what, type]): MalformedCase =>
      answered(`${what} where text and pictures are accepted`, framed({ type, body: "abc" }), 415, {
        received: "",
        ...TEXT_ONLY,
      }),
  ),
  answered(
    "a type in other case with parameters",
    framed({ type: 'TEXT/PLAIN; charset="utf-8"', body: "abc" }),
    200,
    { received: "abc", ...TEXT_ONLY },
  ),
  answered("a family that is accepted", framed({ type: "image/png", body: "abc" }), 200, {
    received: "abc",
    ...TEXT_ONLY,
  }),
  answered(
    "a name that leads elsewhere",
    framed({
      lines: ['Content-Disposition: attachment; filename="../../.ssh/authorized_keys"'],
      body: "abc",
    }),
    200,
    { received: "abc" },
  ),
  closes("a type of 64 KiB", framed({ type: "a".repeat(65_536), body: "abc" })),
];

function report(parts: Parts, status = "000 200 OK", range = "1-3/3"): Parts {
  const lines = [
    ...(range === "" ? [] : [`Byte-Range: ${range}`]),
    ...(status === "" ? [] : [`Status: ${status}`]),
  ];
  return { method: "REPORT", lines, ...parts };
}

/** Never answered, and never believed. */
const REPORT_FAULTS: readonly (readonly [string, Parts])[] = [
  ["about a message that was never sent", report({})],
  ["without Status", report({}, "")],
  ["with a status alone", report({}, "200")],
  ["with another namespace", report({}, "001 200 OK")],
  ["with a status of 4 digits", report({}, "000 2000")],
  ["without Byte-Range", report({}, "000 200", "")],
  ["with a range past its total", report({}, "000 200", "1-9/3")],
  ["without Message-ID", report({ messageId: "" })],
  ["with a body", report({ body: "abc" })],
  ["that wishes for a report", report({ lines: ["Success-Report: yes", "Failure-Report: yes"] })],
  ["with a bad line", report({ lines: ["nonsense"] })],
  ["with a flag of an unfinished message", report({ flag: "+" })],
];

export const REPORTS: readonly MalformedCase[] = [
  ...REPORT_FAULTS.map(
    ([what, parts]): MalformedCase =>
      answered(`a REPORT ${what}`, framed(parts), [], { received: "" }),
  ),
  answered("1,000 REPORTs about nothing", (uri) => frame(uri, report({})).repeat(1000), []),
  closes("1,001 REPORTs about nothing", (uri) => frame(uri, report({})).repeat(1001)),
  ...["AUTH", "NICKNAME"].map((method) =>
    answered(`${method} at an endpoint`, framed({ method, messageId: "" }), 501),
  ),
  answered(
    "an unknown method that wants no answer",
    framed({ method: "BOGUS", lines: ["Failure-Report: no"] }),
    [],
  ),
];
