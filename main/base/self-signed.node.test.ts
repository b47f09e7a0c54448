import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type SelfSignedOptions, selfSignedIdentity } from "./self-signed.node.ts";

const YEAR_MS = 365 * 86_400_000;
const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const OPTIONS: SelfSignedOptions = {
  names: ["sip:a.example", "core.a.example", "127.0.0.1", "[2001:db8::1:0]", "::1"],
  notBeforeMs: START_MS,
  notAfterMs: START_MS + YEAR_MS,
};

function read(options: Partial<SelfSignedOptions> = {}) {
  const identity = selfSignedIdentity({ ...OPTIONS, ...options });
  return { identity, certificate: new X509Certificate(identity.certificatePem) };
}

describe("RFC 5280 §4.1 a certificate of our own", () => {
  it("MUST be read and verified with its own key by a foreign reader", () => {
    const { identity, certificate } = read();
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(identity.privateKeyPem).toContain("BEGIN PRIVATE KEY");
    expect([certificate.subject, certificate.issuer]).toEqual(["CN=CPM Courier", "CN=CPM Courier"]);
  });

  it("MUST have each kind of name in subjectAltName", () => {
    expect(read().certificate.subjectAltName?.split(", ")).toEqual([
      "URI:sip:a.example",
      "DNS:core.a.example",
      "IP Address:127.0.0.1",
      "IP Address:2001:DB8:0:0:0:0:1:0",
      "IP Address:0:0:0:0:0:0:0:1",
    ]);
    expect(read({ names: [] }).certificate.subjectAltName).toBeUndefined();
  });

  it("MUST be no issuer, and for both ends of TLS only", () => {
    const { certificate } = read();
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  });

  it("MUST be valid for the time given, also beyond 2049", () => {
    const { certificate } = read({ notAfterMs: Date.UTC(2061, 10, 30, 22, 33, 44) });
    const [from, to] = [certificate.validFrom, certificate.validTo].map((text) =>
      new Date(text).toISOString(),
    );
    expect([from, to]).toEqual(["2026-01-02T03:04:05.000Z", "2061-11-30T22:33:44.000Z"]);
  });

  it("MUST have a serial number and a key of its own each time", () => {
    const [a, b] = [read(), read()];
    expect(a.certificate.serialNumber).not.toBe(b.certificate.serialNumber);
    expect(a.identity.fingerprint).not.toBe(b.identity.fingerprint);
  });
});

describe("RFC 8122 §5 fingerprint", () => {
  it("MUST be SHA-256 in upper-case pairs with colons", () => {
    const { identity, certificate } = read();
    expect(identity.fingerprint).toBe(certificate.fingerprint256);
    expect(identity.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });
});
