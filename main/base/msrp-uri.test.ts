import { describe, expect, it } from "vitest";
import { formatMsrpUri, type MsrpUri, parseMsrpUri, sameMsrpUri } from "./msrp-uri.ts";

function uri(text: string): MsrpUri {
  const parsed = parseMsrpUri(text);
  if (!parsed.ok) throw new Error(`not an MSRP URI: ${text}`);
  return parsed.value;
}

describe("RFC 4975 §6 MSRP URIs", () => {
  it.each([
    "msrp://192.0.2.10:2855/Kx8v1aQ0s7Zr;tcp",
    "msrps://alice@atlanta.example:7654/jshA7weztas;tcp",
    "msrp://[2001:db8::1]:2855/s;tcp;x=1",
    "msrp://relay.example:9000;tcp",
  ])("MUST give %s back as it was", (text) => {
    expect(formatMsrpUri(uri(text))).toBe(text);
  });

  it.each([
    "",
    "msrp://",
    "sip:a@b",
    "http://h:80/x;tcp",
    "msrp://h:0/x;tcp",
    "msrp://h:65536/x;tcp",
    "msrp://h:12x/x;tcp",
    "msrp://h:1/x",
    "msrp://h:1/;tcp",
    "msrp://[::1:1/x;tcp",
    "msrp://[]]]:9/x;tcp",
    "msrp://[[h]]:9/x;tcp",
    "msrp://[h]:9/x;tcp",
    "msrp://h?q#f:9/x;tcp",
    "msrp://h:1/x y;tcp",
    "msrp://h:1/x\r\nTo-Path: y;tcp",
    `msrp://h:1/${"x".repeat(2000)};tcp`,
  ])("MUST refuse %j", (text) => {
    expect(parseMsrpUri(text).ok).toBe(false);
  });
});

describe("RFC 4975 §6.1 comparison", () => {
  it("MUST ignore the case of host, scheme and transport, and the user", () => {
    expect(
      sameMsrpUri(uri("msrp://a@HOST.example:1/x;tcp"), uri("MSRP://host.example:1/x;TCP")),
    ).toBe(true);
  });

  it("MUST compare addresses by what they mean", () => {
    expect(
      sameMsrpUri(uri("msrp://[2001:DB8:0::7]:1/x;tcp"), uri("msrp://[2001:db8::7]:1/x;tcp")),
    ).toBe(true);
    expect(sameMsrpUri(uri("msrp://[::7]:1/x;tcp"), uri("msrp://[::70]:1/x;tcp"))).toBe(false);
  });

  it("MUST compare session id and port exactly, without decoding", () => {
    expect(sameMsrpUri(uri("msrp://h:1/ab;tcp"), uri("msrp://h:1/aB;tcp"))).toBe(false);
    expect(sameMsrpUri(uri("msrp://h:1/ab;tcp"), uri("msrp://h:2/ab;tcp"))).toBe(false);
    expect(sameMsrpUri(uri("msrp://h:1/R;tcp"), uri("msrp://h:1/%52;tcp"))).toBe(false);
  });
});
