import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { SipHeaders } from "./headers.ts";
import { DATAGRAM_LIMITS, STREAM_LIMITS } from "./limits.ts";
import type { SipMessage } from "./message.ts";
import { parseSipMessage } from "./parse.ts";
import { serializeSipMessage } from "./serialize.ts";
import { SipStreamParser, type StreamItem } from "./stream-parser.ts";

function octets(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join("\r\n"), "utf8");
}

function parsed(bytes: Buffer): SipMessage {
  const result = parseSipMessage(bytes);
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
}

const BASICS = [
  "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1",
  "Max-Forwards: 70",
  "From: <sip:alice@a.example>;tag=1",
  "To: <sip:bob@b.example>",
  "Call-ID: 1@a",
  "CSeq: 1 INVITE",
] as const;

const INVITE = octets(
  "INVITE sip:bob@b.example SIP/2.0",
  ...BASICS,
  "Content-Type: text/plain",
  "Content-Length: 4",
  "",
  "abcd",
);

describe("RFC 3261 §7 messages in datagrams", () => {
  it("MUST keep method, URI, header order and body", () => {
    const message = parsed(INVITE);
    expect(message).toMatchObject({ kind: "request", method: "INVITE", uri: "sip:bob@b.example" });
    expect(message.headers.fields.map((f) => `${f.name}: ${f.value}`)).toEqual([
      ...BASICS,
      "Content-Type: text/plain",
      "Content-Length: 4",
    ]);
    expect(message.body.toString("latin1")).toBe("abcd");
    expect(serializeSipMessage(message).equals(INVITE)).toBe(true);
  });

  it("MUST ignore CRLFs before the start line (§7.5)", () => {
    expect(parsed(Buffer.concat([octets("", "", ""), INVITE])).kind).toBe("request");
  });

  it("MUST ignore octets beyond Content-Length (§18.3, RFC 4475 dblreq)", () => {
    expect(serializeSipMessage(parsed(Buffer.concat([INVITE, INVITE]))).equals(INVITE)).toBe(true);
  });

  it("takes the rest as body without Content-Length (§18.3)", () => {
    const message = parsed(octets("INVITE sip:bob@b.example SIP/2.0", ...BASICS, "", "rest of it"));
    expect(message.body.toString("latin1")).toBe("rest of it");
  });

  it("MUST object to a body shorter than Content-Length, with the request to answer 400 to (§18.3, RFC 4475 clerr)", () => {
    const result = parseSipMessage(INVITE.subarray(0, INVITE.length - 1));
    expect(result).toMatchObject({
      ok: false,
      error: { statusHint: 400, partial: { kind: "request", method: "INVITE" } },
    });
  });

  it("unfolds continuation lines to one blank (§7.3.1, RFC 4475 wsinv)", () => {
    const message = parsed(
      octets(
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
        "TO :",
        " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
        "NewFangledHeader:   newfangled value",
        "\tcontinued newfangled value",
        "UnknownHeaderWithUnusualValue: ;;,,;;,;",
        "s :",
        "l: 0",
        "",
        "",
      ),
    );
    expect(message.headers.fields).toEqual([
      { name: "TO", value: "sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n" },
      { name: "NewFangledHeader", value: "newfangled value continued newfangled value" },
      { name: "UnknownHeaderWithUnusualValue", value: ";;,,;;,;" },
      { name: "s", value: "" },
      { name: "l", value: "0" },
    ]);
  });

  it.each([
    [
      "an unusual method (RFC 4475 intmeth)",
      "!interesting-Method0123456789_*+`.%indeed'~ sip:a@b SIP/2.0",
    ],
    ["a percent sign in a method (RFC 4475 esc02)", "RE%47IST%45R sip:b SIP/2.0"],
    ["a lower-case version", "OPTIONS sip:b sip/2.0"],
  ])("accepts %s", (_, line) => {
    expect(parseSipMessage(octets(line, "", "")).ok).toBe(true);
  });

  it("keeps a version that is not ours for the 505 (RFC 4475 badvers)", () => {
    expect(parsed(octets("OPTIONS sip:b SIP/7.0", "", ""))).toMatchObject({ version: "SIP/7.0" });
  });

  it("accepts a status line without a reason phrase (RFC 4475 noreason)", () => {
    expect(parsed(octets("SIP/2.0 100 ", "", ""))).toMatchObject({ status: 100, reason: "" });
    expect(parsed(octets("SIP/2.0 100", "", ""))).toMatchObject({ status: 100, reason: "" });
  });

  it("keeps a UTF-8 reason phrase (RFC 4475 unreason)", () => {
    const bytes = octets("SIP/2.0 200 = 2**3 * 5**2 но сто девяносто", "X: й", "l: 0", "", "");
    expect(parsed(bytes)).toMatchObject({ reason: "= 2**3 * 5**2 но сто девяносто" });
    expect(serializeSipMessage(parsed(bytes)).equals(bytes)).toBe(true);
  });

  it.each([
    ["an empty datagram", ""],
    ["header fields without end", "OPTIONS sip:b SIP/2.0\r\nTo: <sip:b>\r\n"],
    ["a status of four digits (RFC 4475 bigcode)", "SIP/2.0 4294967301 better not break\r\n\r\n"],
    ["a status of 099", "SIP/2.0 099 x\r\n\r\n"],
    ["a request line of two words", "OPTIONS sip:b\r\n\r\n"],
    ["a method that is no token", "OPT(IONS sip:b SIP/2.0\r\n\r\n"],
    ["a header line without colon", "OPTIONS sip:b SIP/2.0\r\nbogus\r\n\r\n"],
    ["a header name with a blank", "OPTIONS sip:b SIP/2.0\r\nX Y: 1\r\n\r\n"],
    ["an empty header name", "OPTIONS sip:b SIP/2.0\r\n: 1\r\n\r\n"],
    [
      "a lone LF, which others may take for a line end",
      "OPTIONS sip:b SIP/2.0\r\nX: 1\nRoute: <sip:x>\r\n\r\n",
    ],
    ["a lone CR", "OPTIONS sip:b SIP/2.0\r\nX: 1\rRoute: <sip:x>\r\n\r\n"],
    ["a negative Content-Length (RFC 4475 ncl)", "OPTIONS sip:b SIP/2.0\r\nl: -999\r\n\r\n"],
    ["a Content-Length with a sign", "OPTIONS sip:b SIP/2.0\r\nl: +0\r\n\r\n"],
    [
      "Content-Lengths that differ (RFC 4475 mcl01)",
      "OPTIONS sip:b SIP/2.0\r\nl: 0\r\nContent-Length: 1\r\n\r\nx",
    ],
  ])("refuses %s", (_, text) => {
    expect(parseSipMessage(Buffer.from(text, "latin1")).ok).toBe(false);
  });
});

describe("RFC 3261 §7.3.1 header text that is not UTF-8", () => {
  it("MUST leave as it came", () => {
    const bytes = Buffer.concat([
      octets("OPTIONS sip:b SIP/2.0", "Subject: "),
      Buffer.from([0xff, 0x80, 0xe4, 0x41]),
      octets("", "Content-Length: 0", "", ""),
    ]);
    const message = parsed(bytes);
    expect(message.encoding).toBe("latin1");
    expect(serializeSipMessage(message).equals(bytes)).toBe(true);
  });

  it("does not let a wide character of ours become a line end", () => {
    const message = parsed(
      Buffer.from("OPTIONS sip:b SIP/2.0\r\nX: \xff\r\nl: 0\r\n\r\n", "latin1"),
    );
    // U+010D and U+010A cut to one octet would be CR and LF.
    const changed = { ...message, headers: message.headers.append("Y", "a\u010d\u010aRoute: x") };
    const again = parsed(serializeSipMessage(changed));
    expect(again.headers.fields.map((f) => f.name)).toEqual(["X", "l", "Y"]);
  });
});

describe("RFC 3261 §7.3 serializer", () => {
  it("sets Content-Length from the body, once, in the first one's place", () => {
    const message = parsed(octets("OPTIONS sip:b SIP/2.0", "l: 0", "X: 1", "l: 0", "", ""));
    const text = serializeSipMessage({ ...message, body: Buffer.from("abc") }).toString("latin1");
    expect(text).toBe("OPTIONS sip:b SIP/2.0\r\nl: 3\r\nX: 1\r\n\r\nabc");
  });

  it("MUST NOT write a value that would forge a header field", () => {
    const message = parsed(octets("OPTIONS sip:b SIP/2.0", "", ""));
    const forged = { ...message, headers: SipHeaders.of([{ name: "X", value: "1\r\nRoute: x" }]) };
    expect(() => serializeSipMessage(forged)).toThrow("line end inside a SIP line");
  });

  it("parse(serialize(m)) = m", () => {
    const token = fc
      .stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,16}$/)
      .filter((t) => t.toLowerCase() !== "l" && t.toLowerCase() !== "content-length");
    const value = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .map((text) => text.replace(/[\r\n]/g, "").replace(/^[ \t]+|[ \t]+$/g, ""));
    fc.assert(
      fc.property(
        token.filter((t) => !t.toUpperCase().startsWith("SIP")),
        fc.array(fc.record({ name: token, value }), { maxLength: 20 }),
        fc.uint8Array({ maxLength: 200 }),
        (method, fields, body) => {
          const message: SipMessage = {
            kind: "request",
            method,
            uri: "sip:b@b.example",
            headers: SipHeaders.of(fields),
            body: Buffer.from(body),
          };
          const again = parsed(serializeSipMessage(message));
          expect(again).toMatchObject({ kind: "request", method, uri: "sip:b@b.example" });
          expect(again.headers.remove("Content-Length").fields).toEqual(fields);
          expect(again.body.equals(message.body)).toBe(true);
        },
      ),
    );
  });
});

describe("RFC 3261 §26.1.5 limits are checked before anything else", () => {
  const head = (fields: readonly string[]): Buffer =>
    octets("OPTIONS sip:b SIP/2.0", ...fields, "", "");

  it("refuses a datagram above 65,535 octets", () => {
    expect(parseSipMessage(Buffer.alloc(65_536, 0x41))).toMatchObject({
      ok: false,
      error: { statusHint: 513 },
    });
  });

  it("takes 128 header fields and not one more", () => {
    expect(parseSipMessage(head(Array.from({ length: 128 }, () => "X: 1"))).ok).toBe(true);
    expect(parseSipMessage(head(Array.from({ length: 129 }, () => "X: 1"))).ok).toBe(false);
  });

  it("takes a header field of 16 KiB, continuation lines included, and not one octet more", () => {
    expect(parseSipMessage(head([`X:${"a".repeat(16_382)}`])).ok).toBe(true);
    expect(parseSipMessage(head([`X:${"a".repeat(16_383)}`])).ok).toBe(false);
    expect(parseSipMessage(head([`X:${"\r\n a".repeat(4_096)}`])).ok).toBe(false);
  });

  it("takes a start line of 16 KiB and not one octet more", () => {
    const line = (length: number): Buffer =>
      octets(`OPTIONS ${"a".repeat(length - 16)} SIP/2.0`, "", "");
    expect(parseSipMessage(line(16_384)).ok).toBe(true);
    expect(parseSipMessage(line(16_385)).ok).toBe(false);
  });

  it("takes a body of 64 KiB from a stream and not one octet more, before it arrives", () => {
    const begin = (octetsOfBody: number): Buffer => head([`l: ${String(octetsOfBody)}`]);
    expect(new SipStreamParser().push(begin(65_536))).toEqual([]);
    expect(new SipStreamParser().push(begin(65_537))).toMatchObject([{ kind: "error" }]);
    expect(DATAGRAM_LIMITS.bodyOctets).toBe(STREAM_LIMITS.bodyOctets);
  });

  it("gives up on a head that does not end after 64 KiB, however it arrives", () => {
    const parser = new SipStreamParser();
    const piece = Buffer.alloc(1_000, 0x41);
    let pushes = 0;
    let items: readonly StreamItem[] = [];
    while (items.length === 0 && pushes < 100) {
      items = parser.push(piece);
      pushes += 1;
    }
    expect(items).toMatchObject([{ kind: "error" }]);
    expect(pushes).toBe(66);
    expect(parser.push(piece)).toEqual([]);
  });

  it("counts a head alike when its empty line is cut in two", () => {
    const fitting = head(["l: 0", "X: 1"]);
    const edge = fitting.length - "\r\n\r\n".length;
    for (const headOctets of [edge, edge - 1]) {
      const expected = new SipStreamParser({ ...STREAM_LIMITS, headOctets }).push(fitting);
      for (let cut = 1; cut < fitting.length; cut += 1) {
        const parser = new SipStreamParser({ ...STREAM_LIMITS, headOctets });
        const items = [fitting.subarray(0, cut), fitting.subarray(cut)].flatMap((piece) =>
          parser.push(piece),
        );
        expect(shown(items)).toEqual(shown(expected));
      }
    }
  });

  it("reads a field of blanks in linear time (PROTOS c07-sip 1286)", () => {
    const blanks = head([`To:${" ".repeat(16_000)}x${" ".repeat(300)}`]);
    expect(parsed(blanks).headers.get("To")).toBe("x");
  });
});

function itemsOf(pieces: readonly Buffer[]): readonly StreamItem[] {
  const parser = new SipStreamParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

/** Messages as octets, so that two ways of splitting compare. */
function shown(items: readonly StreamItem[]): readonly string[] {
  return items.map((item) => {
    if (item.kind === "message") return serializeSipMessage(item.message).toString("latin1");
    return item.kind === "keep-alive" ? item.signal : item.error.what;
  });
}

describe("RFC 3261 §18.3 framing on streams", () => {
  const second = octets("SIP/2.0 200 OK", ...BASICS, "l: 3", "", "\r\n\r");
  const bodiless = octets("OPTIONS sip:b SIP/2.0", "l: 0", "", "");
  const stream = Buffer.concat([octets("", "", ""), INVITE, second, octets("", ""), bodiless]);
  const expected = [
    "pong",
    "ping",
    INVITE.toString("latin1"),
    second.toString("latin1"),
    "pong",
    bodiless.toString("latin1"),
  ];

  it("finds several messages and keep-alives in one segment", () => {
    expect(shown(itemsOf([stream]))).toEqual(expected);
  });

  it("finds the same when split in two at every octet", () => {
    for (let i = 1; i < stream.length; i += 1) {
      expect(shown(itemsOf([stream.subarray(0, i), stream.subarray(i)]))).toEqual(expected);
    }
  });

  it("finds the same one octet at a time", () => {
    const pieces = Array.from(stream, (_, i) => stream.subarray(i, i + 1));
    expect(shown(itemsOf(pieces))).toEqual(expected);
  });

  it("finds the same in any pieces, and bodies keep their octets afterwards", () => {
    const three = Buffer.concat([stream, stream, stream]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 40 }), (lengths) => {
        const pieces: Buffer[] = [];
        let at = 0;
        for (const length of lengths) {
          pieces.push(three.subarray(at, at + length));
          at += length;
        }
        pieces.push(three.subarray(at));
        expect(shown(itemsOf(pieces))).toEqual([...expected, ...expected, ...expected]);
      }),
    );
  });

  it.each([
    ["Content-Length is missing", octets("OPTIONS sip:b SIP/2.0", "", "")],
    ["Content-Lengths that differ", octets("OPTIONS sip:b SIP/2.0", "l: 0", "l: 2", "", "")],
    ["malformed Content-Length", octets("OPTIONS sip:b SIP/2.0", "l: 1e3", "", "")],
    ["malformed request line", octets("GET", "", "")],
    ["CR without LF", Buffer.from("\rX")],
  ])("loses framing for good: %s", (what, bytes) => {
    expect(shown(itemsOf([Buffer.concat([bytes, bodiless]), bodiless]))).toEqual([what]);
  });

  it("knows whether a message is under way", () => {
    const parser = new SipStreamParser();
    expect(parser.isInMessage).toBe(false);
    parser.push(INVITE.subarray(0, INVITE.length - 1));
    expect(parser.isInMessage).toBe(true);
    parser.push(INVITE.subarray(INVITE.length - 1));
    expect(parser.isInMessage).toBe(false);
  });

  it("takes a message of the greatest size one octet at a time", () => {
    const big = Buffer.concat([
      octets("OPTIONS sip:b SIP/2.0", `X: ${"a".repeat(16_000)}`, "l: 65536", "", ""),
      Buffer.alloc(65_536, 0x42),
    ]);
    const parser = new SipStreamParser();
    let found: readonly StreamItem[] = [];
    for (let i = 0; i < big.length; i += 1) found = parser.push(big.subarray(i, i + 1));
    expect(shown(found)).toEqual([big.toString("latin1")]);
  });
});

describe("RFC 4475 §3 octets at random", () => {
  it("never throw, whole or in pieces", () => {
    const noise = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(noise, fc.nat(INVITE.length), fc.nat(30), (bytes, at, cut) => {
        const mutated = Buffer.concat([
          INVITE.subarray(0, at),
          Buffer.from(bytes),
          INVITE.subarray(Math.min(INVITE.length, at + cut)),
        ]);
        const result = parseSipMessage(mutated);
        if (result.ok) expect(parseSipMessage(serializeSipMessage(result.value)).ok).toBe(true);
        itemsOf([mutated.subarray(0, at), mutated.subarray(at)]);
      }),
    );
  });
});
