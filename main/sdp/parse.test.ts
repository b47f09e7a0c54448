import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { MAX_ATTRIBUTES, MAX_MEDIA, MAX_SDP_OCTETS, parseSdp } from "./parse.ts";
import { serializeSdp } from "./serialize.ts";
import type { SdpError, SessionDescription } from "./session-description.ts";

const HEAD = "v=0\r\no=- 1 2 IN IP4 192.0.2.10\r\ns=-\r\n";

function read(text: string | Buffer): SessionDescription {
  const parsed = parseSdp(typeof text === "string" ? Buffer.from(text) : text);
  if (!parsed.ok) throw new Error(parsed.error.what);
  return parsed.value;
}

function refusal(text: string | Buffer): SdpError | undefined {
  const parsed = parseSdp(typeof text === "string" ? Buffer.from(text) : text);
  return parsed.ok ? undefined : parsed.error;
}

describe("RFC 8866 §5 session description", () => {
  it("keeps every line and attribute, understood or not, in its order", () => {
    const text = `${[
      "v=0",
      "o=alice 3941234567 3941234567 IN IP4 192.0.2.10",
      "s=holiday pictures",
      "i=about",
      "u=http://example.com/",
      "e=a@example.com",
      "p=+1 617 555-6011",
      "c=IN IP4 192.0.2.10",
      "b=AS:128",
      "t=0 0",
      "r=7d 1h 0 25h",
      "X=of the future",
      "a=tool:x",
      "a=recvonly",
      "m=message 2855 TCP/MSRP *",
      "i=title: one",
      "c=IN IP6 2001:db8::1",
      "b=AS:64",
      "a=unknown-flag",
      "a=unknown:with:colons and blanks ",
      "a=path:msrp://192.0.2.10:2855/x;tcp",
      "m=audio 49170/2 RTP/AVP 0 8 97",
    ].join("\r\n")}\r\n`;
    expect(serializeSdp(read(text)).toString()).toBe(text);
  });

  it("SHOULD accept lines that end with a bare LF, and blank lines", () => {
    expect(read(`${HEAD}t=0 0\r\n\r\n`.replaceAll("\r", ""))).toEqual(read(`${HEAD}t=0 0\r\n`));
  });

  it("reads a description without s= and t=, and writes them", () => {
    expect(serializeSdp(read("v=0\r\no=- 1 2 IN IP4 h\r\nb=AS:1\r\na=x\r\n")).toString()).toBe(
      "v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nb=AS:1\r\nt=0 0\r\na=x\r\n",
    );
  });

  it("takes the first of two c= lines of a section and keeps the second", () => {
    const sd = read(`${HEAD}c=IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n`);
    expect([sd.connection?.address, sd.otherLines[0]?.value]).toEqual([
      "192.0.2.1",
      "IN IP4 192.0.2.2",
    ]);
  });

  it("keeps the octets of a description that is not UTF-8", () => {
    const bytes = Buffer.concat([
      Buffer.from(`${HEAD}t=0 0\r\na=x:`),
      Buffer.from([0xe9, 0xff]),
      Buffer.from("\r\n"),
    ]);
    expect(serializeSdp(read(bytes))).toEqual(bytes);
  });

  it.each([
    ["nothing", ""],
    ["no v=", "o=- 1 2 IN IP4 h\r\n"],
    ["another version", "v=1\r\no=- 1 2 IN IP4 h\r\ns=-\r\n"],
    ["a second v=", `${HEAD}v=0\r\n`],
    ["no o=", "v=0\r\ns=-\r\n"],
    ["a second o=", `${HEAD}o=- 1 2 IN IP4 h\r\n`],
    ["o= without an address", "v=0\r\no=- 1 2 IN IP4\r\n"],
    ["o= with a version that is no number", "v=0\r\no=- 1 0x2 IN IP4 h\r\n"],
    ["o= with an endless version", `v=0\r\no=- 1 ${"9".repeat(21)} IN IP4 h\r\n`],
    ["o= of another network", "v=0\r\no=- 1 2 ATM IP4 h\r\n"],
    ["a line without equals sign", `${HEAD}t\r\n`],
    ["a line of blanks", `${HEAD}  \r\n`],
    ["NUL in a line", `${HEAD}a=x:\0\r\n`],
    ["CR in a line", `${HEAD}a=x:1\ra=y:2\r\n`],
    ["m= without protocol", `${HEAD}m=message 2855\r\n`],
    ["m= with a port above 65535", `${HEAD}m=message 65536 TCP/MSRP *\r\n`],
    ["m= with a negative port", `${HEAD}m=message -1 TCP/MSRP *\r\n`],
    ["m= with a port in another notation", `${HEAD}m=message 1e3 TCP/MSRP *\r\n`],
    ["an attribute without a name", `${HEAD}a=:x\r\n`],
    ["text before the first line", `HTTP/1.1 200 OK\r\n${HEAD}`],
  ])("refuses %s with 400", (_what, text) => {
    expect(refusal(text)?.statusHint).toBe(400);
  });
});

describe("RFC 8866 §5 limits of ours", () => {
  it("refuses more than 64 KiB before reading them", () => {
    const padding = "a=x\r\n".repeat(Math.ceil(MAX_SDP_OCTETS / 5));
    expect(refusal(HEAD + padding)?.statusHint).toBe(413);
  });

  it("accepts 100 m= lines and refuses 101 with 488", () => {
    const media = "m=message 0 TCP/MSRP *\r\n";
    expect(read(HEAD + media.repeat(MAX_MEDIA)).media).toHaveLength(MAX_MEDIA);
    expect(refusal(HEAD + media.repeat(MAX_MEDIA + 1))?.statusHint).toBe(488);
  });

  it.each([
    ["x", 1024],
    ["accept-types", 4096],
    ["file-selector", 4096],
    ["path", 8192],
  ])("takes a value of a=%s up to %i characters", (name, limit) => {
    expect(refusal(`${HEAD}a=${name}:${"v".repeat(limit)}\r\n`)).toBeUndefined();
    expect(refusal(`${HEAD}a=${name}:${"v".repeat(limit + 1)}\r\n`)?.statusHint).toBe(400);
  });

  it.each([
    ["the session", HEAD],
    ["a stream", `${HEAD}m=message 0 TCP/MSRP *\r\n`],
  ])("accepts 256 attributes of %s and refuses 257 with 413", (_where, head) => {
    expect(refusal(head + "a=x\r\n".repeat(MAX_ATTRIBUTES))).toBeUndefined();
    expect(refusal(head + "a=x\r\n".repeat(MAX_ATTRIBUTES + 1))?.statusHint).toBe(413);
  });

  it("tells at most 200 characters of the text at fault", () => {
    expect(refusal(`${HEAD}a=:${"v".repeat(900)}\r\n`)?.text).toHaveLength(200);
  });
});

describe("RFC 8866 §5 any octets", () => {
  it("never throws, and what it reads it writes so that it reads the same", () => {
    const line = fc.tuple(
      fc.constantFrom("v", "o", "s", "c", "t", "m", "a", "i", "b", "z", "Q"),
      fc.oneof(
        fc.constantFrom(
          "0",
          "- 1 2 IN IP4 h",
          "message 9 TCP/MSRP *",
          "path:msrp://h:1/s;tcp",
          "IN IP6 ::1",
        ),
        fc.string({ unit: "binary", maxLength: 40 }),
      ),
    );
    const description = fc
      .array(line, { maxLength: 30 })
      .map((lines) => `v=0\no=- 1 2 IN IP4 h\n${lines.map(([t, v]) => `${t}=${v}`).join("\n")}`);
    fc.assert(
      fc.property(fc.oneof(description, fc.string({ unit: "binary" })), (text) => {
        const first = parseSdp(Buffer.from(text));
        if (!first.ok) return;
        expect(read(serializeSdp(first.value)).media).toEqual(first.value.media);
        expect(read(serializeSdp(first.value)).attributes).toEqual(first.value.attributes);
      }),
      { numRuns: 200 },
    );
  });
});
