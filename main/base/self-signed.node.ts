import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import * as der from "./der.ts";
import { bareHost } from "./host-port.ts";
import type { TlsIdentity } from "./ports.ts";

export interface SelfSignedOptions {
  /** Host names, SIP domains as `sip:DOMAIN`, and addresses that the certificate is for. */
  readonly names: readonly string[];
  /** Wall-clock milliseconds. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const OIDS = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

/** The same for everybody: a certificate is shown to strangers. */
const COMMON_NAME = "CPM Courier";

const ALGORITHM = der.sequence(der.objectId(OIDS.ecdsaWithSha256));

/** A new key on P-256 and a certificate for it that vouches for itself (RFC 5280). */
export function selfSignedIdentity(options: SelfSignedOptions): TlsIdentity {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const content = contentOf(publicKey, options);
  const signature = sign("sha256", content, privateKey);
  const certificate = der.sequence(content, ALGORITHM, der.bitString(signature));
  return {
    certificatePem: toPem(certificate),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    fingerprint: fingerprintOf(certificate),
  };
}

/** As RFC 8122 §5 writes it. */
function fingerprintOf(certificate: Uint8Array): string {
  const hex = createHash("sha256").update(certificate).digest("hex").toUpperCase();
  return hex.replace(/..(?!$)/g, "$&:");
}

/** TBSCertificate, RFC 5280 §4.1.2. */
function contentOf(publicKey: KeyObject, options: SelfSignedOptions): Buffer {
  const name = der.sequence(
    der.setOf(der.sequence(der.objectId(OIDS.commonName), der.utf8String(COMMON_NAME))),
  );
  return der.sequence(
    der.explicit(0, der.unsigned(Buffer.from([2]))),
    der.unsigned(randomBytes(16)),
    ALGORITHM,
    name,
    der.sequence(der.time(options.notBeforeMs), der.time(options.notAfterMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(...extensionsFor(options.names))),
  );
}

function extensionsFor(names: readonly string[]): readonly Buffer[] {
  const usages = [OIDS.serverAuth, OIDS.clientAuth].map(der.objectId);
  const digitalSignature = der.bitString(Buffer.from([0x80]), 7);
  const alternatives = names.map(generalName);
  return [
    extension(OIDS.basicConstraints, der.sequence(), true),
    extension(OIDS.keyUsage, digitalSignature, true),
    extension(OIDS.extendedKeyUsage, der.sequence(...usages)),
    ...(alternatives.length === 0
      ? []
      : [extension(OIDS.subjectAltName, der.sequence(...alternatives))]),
  ];
}

function extension(id: string, value: Uint8Array, isCritical = false): Buffer {
  const critical = isCritical ? [der.boolean(true)] : [];
  return der.sequence(der.objectId(id), ...critical, der.octetString(value));
}

/** RFC 5280 §4.2.1.6: 2 a DNS name, 6 a URI, 7 an address. */
function generalName(text: string): Buffer {
  const host = bareHost(text);
  if (isIP(host) !== 0) return der.element(0x87, addressOctets(host));
  return der.element(text.startsWith("sip:") ? 0x86 : 0x82, Buffer.from(text, "latin1"));
}

function addressOctets(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from(host.split(".").map(Number));
  // The URL parser spells every form of an IPv6 address in one way: groups, and at most one gap.
  const [head = "", tail] = bareHost(new URL(`http://[${host}]`).hostname).split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const gap = Array.from({ length: 8 - before.length - after.length }, () => "0000");
  return Buffer.from([...before, ...gap, ...after].join(""), "hex");
}

function groupsOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(":").map((group) => group.padStart(4, "0"));
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
