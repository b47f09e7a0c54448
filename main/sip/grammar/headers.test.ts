import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { formatAuthValue, parseAuthValue } from "./credentials.ts";
import { formatCSeq, parseCSeq } from "./cseq.ts";
import { formatNameAddr, parseNameAddr } from "./name-addr.ts";
import { parameter } from "./parameters.ts";
import { formatReason, parseReason } from "./reason.ts";
import { splitValues } from "./split.ts";
import { parseParameterizedValue } from "./value.ts";
import { formatVia, parseVia } from "./via.ts";

describe("RFC 3261 §7.3.1 several values in one field", () => {
  it("splits at commas outside quotes and angle brackets", () => {
    expect(splitValues('"a, \\", b" <sip:a,b@c>;x="1,2" , <sip:d>,')).toEqual([
      '"a, \\", b" <sip:a,b@c>;x="1,2"',
      "<sip:d>",
      "",
    ]);
  });
});

describe("RFC 3261 §20.10 name-addr and addr-spec", () => {
  it("gives parameters after a bare URI to the header", () => {
    expect(parseNameAddr("sip:alice@a.example;tag=1")).toEqual({
      ok: true,
      value: {
        uri: {
          kind: "sip",
          scheme: "sip",
          user: "alice",
          host: "a.example",
          parameters: [],
          headers: [],
        },
        uriText: "sip:alice@a.example",
        parameters: [{ name: "tag", value: "1" }],
      },
    });
  });

  it("undoes escapes in a quoted display name", () => {
    const parsed = parseNameAddr('"J Rosenberg \\\\\\"" <sip:jdrosen@example.com> ; tag = 98asjd8');
    expect(parsed).toMatchObject({
      ok: true,
      value: { displayName: 'J Rosenberg \\"', parameters: [{ name: "tag", value: "98asjd8" }] },
    });
  });

  it("needs no blank between a display name of tokens and the bracket (RFC 4475 lwsdisp)", () => {
    expect(parseNameAddr("caller<sip:caller@example.com>;tag=323")).toMatchObject({
      ok: true,
      value: { displayName: "caller" },
    });
  });

  it.each([
    ["a quote that does not end (RFC 4475 quotbal)", '"Mr. J. User <sip:j.user@example.com>'],
    [
      "a comma in a name without quotes (RFC 4475 baddn)",
      "Bell, Alexander <sip:a.g.bell@example.com>;tag=43",
    ],
    ["blanks inside the brackets (RFC 4475 badaspec)", "< sip:t.watson@example.org >"],
    [
      "a question mark outside brackets (RFC 4475 regbadct)",
      "sip:user@example.com?Route=%3Csip:sip.example.com%3E",
    ],
    ["a bracket that does not end", "<sip:a@b.example"],
    ["octets after the bracket", "<sip:a@b.example> x"],
    ["a semicolon without parameter (RFC 4475 badinv01)", "<sip:a@b.example>;;tag=1"],
    ["a parameter without value", "<sip:a@b.example>;tag="],
  ])("refuses %s", (_, text) => {
    expect(parseNameAddr(text).ok).toBe(false);
  });

  it("parse(format(address)) = address for any display name and parameter value", () => {
    const printable = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((t) => !/[\r\n]/.test(t));
    fc.assert(
      fc.property(printable, printable, (displayName, value) => {
        const text = formatNameAddr({
          displayName,
          uri: "sip:a@b.example;lr",
          parameters: [{ name: "x", value, quoted: true }],
        });
        const parsed = parseNameAddr(text);
        expect(parsed).toMatchObject({
          ok: true,
          value: { displayName, uriText: "sip:a@b.example;lr", parameters: [{ name: "x", value }] },
        });
      }),
    );
  });
});

describe("RFC 3261 §20.42 Via", () => {
  it("allows blanks around the slashes and the colon (RFC 4475 wsinv)", () => {
    expect(
      parseVia("SIP  / 2.0  / TCP     spindle.example.com : 5061 ; branch  =   z9hG4bK9ikj8"),
    ).toEqual({
      ok: true,
      value: {
        transport: "TCP",
        host: "spindle.example.com",
        port: 5061,
        parameters: [{ name: "branch", value: "z9hG4bK9ikj8" }],
      },
    });
  });

  it("writes IPv6 with brackets and reads it back", () => {
    const via = {
      transport: "UDP",
      host: "2001:db8::9:1",
      port: 5060,
      parameters: [{ name: "received", value: "2001:db8::9:255" }, { name: "rport" }],
    };
    expect(parseVia(formatVia(via))).toEqual({ ok: true, value: via });
  });

  it.each([
    "SIP/2.0/UDP 192.0.2.15;;,;,,",
    "SIP/7.0/UDP c.example.com",
    "SIP/2.0/UDP",
    "SIP/2.0/UDP host:70000",
    "SIP/2.0/UDP host;branch=",
    "SIP/2.0/UDP [::1",
    "sip/2.0/UDPhost",
  ])("refuses %s", (text) => {
    expect(parseVia(text).ok).toBe(false);
  });

  it("accepts a received address with and without brackets (RFC 5118 §4.5)", () => {
    for (const received of ["[2001:db8::9:255]", "2001:db8::9:255"]) {
      const via = parseVia(
        `SIP/2.0/UDP [2001:db8::9:1];received=${received};branch=z9hG4bKas3-111`,
      );
      expect(via.ok && parameter(via.value.parameters, "received")).toBe(received);
    }
  });
});

describe("RFC 3261 §20.16 CSeq", () => {
  it("reads and writes number and method", () => {
    const cseq = parseCSeq("0009\t INVITE");
    expect(cseq).toEqual({ ok: true, value: { number: 9, method: "INVITE" } });
    expect(cseq.ok && formatCSeq(cseq.value)).toBe("9 INVITE");
  });

  it.each([
    "36893488147419103232 REGISTER",
    "2147483648 INVITE",
    "-1 INVITE",
    "1INVITE",
    "1",
    "INVITE",
    "0x1 INVITE",
    "1 INVITE x",
  ])("refuses %s", (text) => {
    expect(parseCSeq(text).ok).toBe(false);
  });
});

describe("RFC 3326 Reason", () => {
  it("writes the text in quotes and reads it back", () => {
    const text = 'SIP;cause=200;text="Call completed elsewhere"';
    const reason = parseReason(text);
    expect(reason).toEqual({
      ok: true,
      value: { protocol: "SIP", cause: 200, text: "Call completed elsewhere" },
    });
    expect(reason.ok && formatReason(reason.value)).toBe(text);
  });
});

describe("RFC 3261 §25.1 values with parameters", () => {
  it("read a media type with blanks around its slash", () => {
    expect(parseParameterizedValue("application / sdp ; charset = utf-8")).toEqual({
      ok: true,
      value: { value: "application/sdp", parameters: [{ name: "charset", value: "utf-8" }] },
    });
  });

  it.each(["", ";x", "application/", "a b", "a;;b", "a;b=", 'a;b="c'])("refuse %j", (text) => {
    expect(parseParameterizedValue(text).ok).toBe(false);
  });
});

describe("RFC 3841 §9.2 Accept-Contact", () => {
  it("keeps quoted commas and colons of feature values", () => {
    const parsed = parseParameterizedValue(
      '*;+g.3gpp.icsi-ref="urn%3Aurn-7%3Aa,urn%3Aurn-7%3Ab";require;explicit',
    );
    expect(parsed.ok && parsed.value).toEqual({
      value: "*",
      parameters: [
        { name: "+g.3gpp.icsi-ref", value: "urn%3Aurn-7%3Aa,urn%3Aurn-7%3Ab", quoted: true },
        { name: "require" },
        { name: "explicit" },
      ],
    });
  });
});

describe("RFC 3261 §20.7 and §20.44 credentials and challenges", () => {
  it("keeps which values were quoted", () => {
    const text = 'Digest username="a\\"b", realm="x, y", nc=00000001, qop=auth, uri="sip:a@b;x=1"';
    const parsed = parseAuthValue(text);
    expect(parsed.ok && formatAuthValue(parsed.value)).toBe(text);
    expect(parsed.ok && parameter(parsed.value.parameters, "REALM")).toBe("x, y");
  });

  it.each(["Digest", 'Digest username="a', "Digest username", "Digest a=1,,b=2", "Digest a=1 b=2"])(
    "refuses %s",
    (text) => {
      expect(parseAuthValue(text).ok).toBe(false);
    },
  );
});
