import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { aorOf, formatUri, parseSipUri, parseUri, sameUri, type Uri } from "./uri.ts";

function uri(text: string): Uri {
  const parsed = parseUri(text);
  if (!parsed.ok) throw new Error(`${parsed.error.what}: ${text}`);
  return parsed.value;
}

describe("RFC 3261 §19.1 SIP and SIPS URIs", () => {
  it.each([
    "sip:alice@a.example",
    "sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr",
    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
    "sip:user;par=u%40example.net@example.com",
    "sip:a.example:5070",
    "sip:alice@a.example;maddr=10.0.0.1?Subject=hi&Route=%3Csip:x%3E",
    "tel:+1-201-555-0123;phone-context=example.com",
    "urn:service:sos",
  ])("writes %s as it was read", (text) => {
    expect(formatUri(uri(text))).toBe(text);
  });

  it.each([
    "alice@a.example",
    "sip:",
    "sip:@a.example",
    "sip:alice@",
    "sip:alice@a.example ",
    "sip: alice@a.example",
    "<sip:alice@a.example>",
    "sip:alice@a.example; lr",
    "sip:al%4ice@a.example",
    "sip:alice@a.example:0",
    "sip:alice@a.example:65536",
    "sip:alice@a.example:",
    "sip:alice@[::1",
    "sip:alice@[::1]x",
    "sip:alice@2001:db8::1",
    "sip:alice@a.example;;lr",
    "sip:al@ice@a.example",
    "sip:alïce@a.example",
    "tel:call-me",
    "tel:--",
    "tel:+()",
  ])("refuses %s", (text) => {
    expect(parseUri(text).ok).toBe(false);
  });

  it("answers 416 to another scheme where a SIP URI is needed (§8.2.2.1)", () => {
    expect(parseSipUri("nobodyKnowsThisScheme:totallyopaquecontent")).toMatchObject({
      ok: false,
      error: { statusHint: 416 },
    });
  });

  it("keeps IPv6 hosts without brackets", () => {
    expect(uri("sip:[::1]:5060")).toMatchObject({ host: "::1", port: 5060 });
  });
});

describe("RFC 3261 §19.1.4 comparison", () => {
  it.each([
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"],
    ["sip:a.example;transport=tcp;lr", "sip:a.example;lr;transport=tcp"],
    ["sip:a@b.example?to=x&from=y", "sip:a@b.example?from=y&to=x"],
    ["tel:+1-201-555", "tel:+1201555"],
  ])("finds %s and %s equal", (a, b) => {
    expect(sameUri(uri(a), uri(b))).toBe(true);
  });

  it.each([
    ["SIP:ALICE@AtLanTa.CoM", "sip:alice@AtLanTa.CoM"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"],
    ["sip:bob@biloxi.com", "sips:bob@biloxi.com"],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"],
  ])("finds %s and %s different", (a, b) => {
    expect(sameUri(uri(a), uri(b))).toBe(false);
    expect(sameUri(uri(b), uri(a))).toBe(false);
  });
});

describe("RFC 3261 §10.3 step 5 address-of-record key", () => {
  it("drops port, parameters and headers and unifies escapes and host", () => {
    expect(aorOf(uri("sips:%61lice@A.Example:5061;transport=tcp?x=y"))).toBe("sip:alice@a.example");
  });
});

describe("RFC 3261 §19.1.1 round trip of URIs", () => {
  const name = fc.stringMatching(/^[a-z0-9_.~-]{1,12}$/);
  const value = fc.stringMatching(/^([a-zA-Z0-9!*+$]|%[0-9A-F]{2}){1,12}$/);
  it("parse(format(uri)) = uri", () => {
    fc.assert(
      fc.property(
        fc.option(value, { nil: undefined }),
        fc.constantFrom("a.example", "10.0.0.1", "::1", "2001:db8::a"),
        fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
        fc.array(fc.tuple(name, fc.option(value, { nil: undefined }))),
        (user, host, port, pairs) => {
          const built: Uri = {
            kind: "sip",
            scheme: "sip",
            ...(user === undefined ? {} : { user }),
            host,
            ...(port === undefined ? {} : { port }),
            parameters: pairs.map(([n, v]) =>
              v === undefined ? { name: n } : { name: n, value: v },
            ),
            headers: [],
          };
          expect(uri(formatUri(built))).toEqual(built);
        },
      ),
    );
  });
});
