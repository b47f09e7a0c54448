import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { acceptsType, parseAcceptTypes } from "./accept-types.ts";
import { formatDateTime, formatFileDates, parseDateTime, parseFileDates } from "./file-date.ts";
import { formatFileRange, parseFileRange } from "./file-range.ts";
import { parseFingerprint } from "./fingerprint.ts";
import { answerDirection, directionOf } from "./media-direction.ts";
import { parseMsrpPath } from "./msrp-path.ts";
import { answerSetup, offererRole, parseSetup } from "./setup.ts";

describe("RFC 5547 §6 file-date", () => {
  it("reads the dates of the RFC's example", () => {
    expect(
      parseFileDates(
        'creation:"Mon, 15 May 2006 15:01:31 +0300" modification:"Tue, 16 May 2006 15:01:31 +0300" read:"Wed, 17 May 2006 15:01:31 +0300"',
      ),
    ).toEqual({
      creationMs: Date.UTC(2006, 4, 15, 12, 1, 31),
      modificationMs: Date.UTC(2006, 4, 16, 12, 1, 31),
      readMs: Date.UTC(2006, 4, 17, 12, 1, 31),
    });
  });

  it("takes the first of each kind and passes over malformed ones", () => {
    expect(
      parseFileDates('creation:"yesterday" creation:"15 May 2006 00:00 GMT" modification:"open'),
    ).toEqual({ creationMs: Date.UTC(2006, 4, 15) });
  });

  it("MUST write a numeric zone", () => {
    expect(formatFileDates({ creationMs: 0, readMs: 951_782_399_999 })).toBe(
      'creation:"Thu, 01 Jan 1970 00:00:00 +0000" read:"Mon, 28 Feb 2000 23:59:59 +0000"',
    );
  });

  it.each([
    "",
    "31 Feb 2006 00:00:00 +0000",
    "29 Feb 2100 00:00:00 +0000",
    "1 Foo 2006 00:00:00 +0000",
    "1 Jan 2006 24:00:00 +0000",
    "1 Jan 2006 00:60:00 +0000",
    "1 Jan 2006 00:00:00",
    "1 Jan 2006 00:00:00 +00000",
    "1 Jan 2006 00:00:00 EST",
    "1 Jan 06 00:00:00 +0000",
  ])("refuses %j", (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });

  it("agrees with the calendar of the system, leap years included", () => {
    const seconds = fc.integer({ min: -11_000_000_000, max: 250_000_000_000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const ms = second * 1000;
        expect(formatDateTime(ms)).toBe(new Date(ms).toUTCString().replace("GMT", "+0000"));
        expect(parseDateTime(formatDateTime(ms))).toBe(ms);
      }),
    );
  });
});

describe("RFC 5547 §6 file-range", () => {
  it.each([
    ["1-4092", { start: 1, stop: 4092 }],
    ["1-*", { start: 1, stop: "*" }],
    ["1-0", { start: 1, stop: 0 }],
    ["0-5", undefined],
    ["5-3", undefined],
    ["-5", undefined],
    ["1-9007199254740992", undefined],
    ["*-1", undefined],
  ])("reads %s", (text, range) => {
    expect(parseFileRange(text)).toEqual(range);
    if (range !== undefined)
      expect(formatFileRange(range as { start: number; stop: "*" })).toBe(text);
  });
});

describe("RFC 4975 §8.6 accept-types", () => {
  const accepted = parseAcceptTypes("message/cpim  text/* image/PNG;q=1");
  it.each([
    ["message/cpim", true],
    ["Message/CPIM; charset=utf-8", true],
    ["text/html", true],
    ["image/png", true],
    ["image/jpeg", false],
    ["textual/x", false],
    ["", false],
  ])("judges %s", (type, isAccepted) => {
    expect(acceptsType(accepted, type)).toBe(isAccepted);
  });

  it("allows everything by *", () => {
    expect(acceptsType(["*"], "x/y")).toBe(true);
  });
});

describe("RFC 4975 §8.2 path", () => {
  it("reads several URIs, the next hop first", () => {
    const path = parseMsrpPath("msrps://relay:9/a;tcp msrp://[2001:db8::1]:2855/b;tcp");
    expect(path.ok && path.value.map((uri) => `${uri.host} ${String(uri.sessionId)}`)).toEqual([
      "relay a",
      "2001:db8::1 b",
    ]);
  });

  it.each([
    "",
    "http://h/",
    "msrp://h/s;tcp",
    "msrp://h:1;tcp",
    "msrp://h:1/s",
    "msrp://h:1/s;tcp x",
  ])("refuses %j", (text) => {
    expect(parseMsrpPath(text).ok).toBe(false);
  });

  it("refuses more than 16 URIs", () => {
    expect(parseMsrpPath("msrp://h:1/s;tcp ".repeat(17)).ok).toBe(false);
  });
});

describe("RFC 6135 §4.2 setup", () => {
  it("ignores holdconn and anything unknown", () => {
    expect(["holdconn", "x", undefined, "Active"].map(parseSetup)).toEqual([
      undefined,
      undefined,
      undefined,
      "active",
    ]);
  });

  it("lets the answerer of actpass choose, and makes it passive to an active offerer", () => {
    expect([
      answerSetup("actpass", "passive"),
      answerSetup("actpass", "active"),
      answerSetup("active", "active"),
      answerSetup(undefined, "active"),
    ]).toEqual(["passive", "active", "passive", "passive"]);
  });

  it("connects to a peer that offers passive although it MUST NOT", () => {
    expect(answerSetup("passive", "passive")).toBe("active");
  });

  it("makes the offerer active unless the answerer took that part", () => {
    expect([
      offererRole("actpass", "active"),
      offererRole("actpass", "passive"),
      offererRole("actpass", undefined),
      offererRole("actpass", "actpass"),
      offererRole("active", "active"),
    ]).toEqual(["passive", "active", "active", "active", "active"]);
  });
});

describe("RFC 3264 §6.1 direction", () => {
  it("prefers the stream's over the session's, else sendrecv", () => {
    expect([
      directionOf([{ name: "sendonly" }], [{ name: "inactive" }]),
      directionOf([], [{ name: "inactive" }]),
      directionOf([], []),
    ]).toEqual(["sendonly", "inactive", "sendrecv"]);
  });

  it("answers sendonly and sendrecv with recvonly, recvonly with sendonly", () => {
    expect(
      (["sendonly", "sendrecv", "recvonly", "inactive"] as const).map(answerDirection),
    ).toEqual(["recvonly", "recvonly", "sendonly", "inactive"]);
  });
});

describe("RFC 8122 §5 fingerprint", () => {
  it("compares without regard to case", () => {
    expect(parseFingerprint(`SHA-256 ${"ab:".repeat(31)}cd`)).toEqual({
      algorithm: "sha-256",
      value: `${"AB:".repeat(31)}CD`,
    });
  });

  it.each([
    "",
    "sha-256",
    "sha-256 AB",
    `sha-256 ${"zz:".repeat(31)}cd`,
    `a b ${"ab:".repeat(31)}cd`,
  ])("refuses %j", (text) => {
    expect(parseFingerprint(text)).toBeUndefined();
  });
});
