import { describe, expect, it } from "vitest";
import type { MsrpUri } from "../base/msrp-uri.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import type { Result } from "../base/result.ts";
import {
  buildFileAnswer,
  type FileAnswer,
  type FileDecision,
  readFileAnswer,
} from "./file-answer.ts";
import type { FileMedia } from "./file-media.ts";
import { buildFileOffer, readFileOffer } from "./file-offer.ts";
import { parseSdp } from "./parse.ts";
import { type Protection, protectionOf } from "./protection.ts";
import { relaySdp } from "./relay.ts";
import { serializeSdp } from "./serialize.ts";
import type { Origin, SdpError, SessionDescription } from "./session-description.ts";

const OURS = `${"AB:".repeat(31)}CD`;
const THEIRS = `${"01:".repeat(31)}23`;
const HOST = "192.0.2.10";

function value<T>(result: Result<T, { readonly what: string }>): T {
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
}

function uri(sessionId: string, scheme: "msrp" | "msrps" = "msrps"): MsrpUri {
  return { scheme, host: HOST, port: 2856, sessionId, transport: "tcp", parameters: [] };
}

const origin: Origin = {
  ...{ user: "-", sessionId: "3941234567", version: "1" },
  addressType: "IP4",
  address: HOST,
};

function offerOf(...schemes: readonly ("msrp" | "msrps")[]): SessionDescription {
  return through(
    buildFileOffer({
      ...{ origin, host: HOST, setup: "actpass", fingerprint: OURS },
      files: schemes.map((scheme, index) => ({
        uri: uri(`offered${String(index)}`, scheme),
        selector: { name: "a.bin", type: "application/octet-stream", sizeOctets: 7, hashes: [] },
        transferId: `vBnG916bdberum2fFEABR1FR3ExZMUr${String(index)}`,
      })),
    }),
  );
}

function answerTo(offer: SessionDescription): SessionDescription {
  const decisions = offer.media.map(
    ({ protocol }, index): FileDecision => ({
      accept: true,
      setup: "passive",
      uri: uri(`answered${String(index)}`, protocol === "TCP/TLS/MSRP" ? "msrps" : "msrp"),
    }),
  );
  const own = { origin, host: HOST, fingerprint: THEIRS };
  return through(value(buildFileAnswer(offer, decisions, own)));
}

function through(sd: SessionDescription): SessionDescription {
  return value(parseSdp(serializeSdp(sd)));
}

/** The same description after somebody on the way has changed its text. */
function changed(
  sd: SessionDescription,
  ...replacements: readonly (readonly [RegExp, string])[]
): SessionDescription {
  const text = replacements.reduce(
    (now, [what, by]) => now.replaceAll(new RegExp(what, "g"), by),
    serializeSdp(sd).toString(),
  );
  return value(parseSdp(Buffer.from(text)));
}

function firstFile(sd: SessionDescription): FileMedia {
  const [file] = value(readFileOffer(sd));
  if (file === undefined) throw new Error("no file");
  return file;
}

function offered(sd: SessionDescription): Result<Protection, SdpError> {
  return protectionOf(firstFile(sd));
}

function linesOf(sd: SessionDescription, wanted: RegExp): readonly string[] {
  return serializeSdp(sd)
    .toString()
    .split("\r\n")
    .filter((line) => wanted.test(line));
}

const TLS: Protection = { kind: "tls", fingerprints: [OURS] };

describe("RFC 4975 §14.4 and RFC 8122 §5 offer of a protected connection", () => {
  it("MUST say TCP/TLS/MSRP, msrps and the fingerprint of the certificate", () => {
    expect(linesOf(offerOf("msrps"), /^m=|path|fingerprint/)).toEqual([
      `a=fingerprint:sha-256 ${OURS}`,
      "m=message 2856 TCP/TLS/MSRP *",
      `a=path:msrps://${HOST}:2856/offered0;tcp`,
    ]);
  });

  it("one fingerprint serves all lines", () => {
    const files = value(readFileOffer(offerOf("msrps", "msrps", "msrps")));
    expect(files.map((file) => protectionOf(file))).toEqual(
      Array.from({ length: 3 }, () => ({ ok: true, value: TLS })),
    );
  });

  it("without TLS there is no fingerprint", () => {
    const offer = offerOf("msrp");
    expect(linesOf(offer, /fingerprint/)).toEqual([]);
    expect(offered(offer)).toEqual({ ok: true, value: { kind: "none" } });
  });

  it("TLS without a certificate is a mistake of ours", () => {
    const build = (): unknown =>
      buildFileOffer({
        ...{ origin, host: HOST, setup: "actpass" },
        files: [
          {
            uri: uri("offered"),
            transferId: "vBnG916bdberum2fFEABR1FR3ExZMUrd",
            selector: { name: "a", sizeOctets: 1, hashes: [] },
          },
        ],
      });
    expect(build).toThrow(LocalProtocolError);
  });
});

describe("RFC 8122 §5.1 several fingerprints", () => {
  const other = `${"EE:".repeat(31)}FF`;

  it("those of the m= line replace those of the session", () => {
    const sd = changed(offerOf("msrps"), [
      /a=sendonly/,
      `a=fingerprint:sha-256 ${other}\r\na=sendonly`,
    ]);
    expect(offered(sd)).toEqual({ ok: true, value: { kind: "tls", fingerprints: [other] } });
  });

  it("any of those of one hash function may match", () => {
    const sd = changed(offerOf("msrps"), [
      /a=fingerprint/,
      `a=fingerprint:SHA-256 ${other.toLowerCase()}\r\na=fingerprint`,
    ]);
    expect(offered(sd)).toEqual({ ok: true, value: { kind: "tls", fingerprints: [other, OURS] } });
  });

  it("lines with other hash functions, and broken ones, count for nothing", () => {
    const sd = changed(offerOf("msrps"), [
      /a=fingerprint/,
      `a=fingerprint:sha-1 ${"AB:".repeat(19)}CD\r\na=fingerprint:sha-256 ${"AB:".repeat(19)}CD\r\na=fingerprint:nonsense\r\na=fingerprint`,
    ]);
    expect(offered(sd)).toEqual({ ok: true, value: TLS });
  });
});

describe("RFC 8122 §5 and RFC 4975 §14.4 what is half protected is refused", () => {
  const SHA_512 = `a=fingerprint:sha-512 ${"AB:".repeat(63)}CD`;

  it.each([
    ["no fingerprint", /a=fingerprint[^\r]*\r\n/, ""],
    ["a hash function that is not known", /a=fingerprint[^\r]*/, SHA_512],
    ["a fingerprint that cannot be read", /a=fingerprint:sha-256 AB/, "a=fingerprint:sha-256 XY"],
    ["a path without TLS", /msrps:/, "msrp:"],
    ["an m= line without TLS", /TCP\/TLS\/MSRP/, "TCP/MSRP"],
    ["a relay in the path", /a=path:/, "a=path:msrps://relay.example:2855/r;tcp "],
  ] as const)("%s", (_what, pattern, by) => {
    const protection = offered(changed(offerOf("msrps"), [pattern, by]));
    expect(protection).toMatchObject({
      ok: false,
      error: { statusHint: 488, isAboutProtection: true },
    });
  });
});

describe("RFC 3264 §6 and RFC 8122 §5 answer to a protected offer", () => {
  const offer = offerOf("msrps", "msrps");
  const read = (answer: SessionDescription): Result<readonly FileAnswer[], SdpError> =>
    readFileAnswer(offer, answer);

  it("MUST keep the transport and bring the answerer's fingerprint", () => {
    const answer = answerTo(offer);
    expect(linesOf(answer, /^m=|fingerprint/)).toEqual([
      `a=fingerprint:sha-256 ${THEIRS}`,
      "m=message 2856 TCP/TLS/MSRP *",
      "m=message 2856 TCP/TLS/MSRP *",
    ]);
    const protections = value(read(answer)).map((one) => one.isAccepted && one.protection);
    expect(protections).toEqual([
      { kind: "tls", fingerprints: [THEIRS] },
      { kind: "tls", fingerprints: [THEIRS] },
    ]);
  });

  it.each([
    ["no fingerprint", [[/a=fingerprint[^\r]*\r\n/, ""]]],
    ["an unknown hash function", [[/sha-256/, "sha-3"]]],
    [
      "TCP throughout",
      [
        [/TCP\/TLS\/MSRP/, "TCP/MSRP"],
        [/msrps:/, "msrp:"],
        [/a=fingerprint[^\r]*\r\n/, ""],
      ],
    ],
    ["TCP in the m= line alone", [[/TCP\/TLS\/MSRP/, "TCP/MSRP"]]],
    ["TCP in the path alone", [[/msrps:/, "msrp:"]]],
  ] as const)("an answer with %s is no answer", (_what, replacements) => {
    expect(read(changed(answerTo(offer), ...replacements))).toMatchObject({
      ok: false,
      error: { statusHint: 488, isAboutProtection: true },
    });
  });

  it("a refused line needs none of it", () => {
    const refused = value(buildFileAnswer(offer, [], { origin, host: HOST }));
    expect(linesOf(refused, /fingerprint/)).toEqual([]);
    expect(value(read(through(refused))).map(({ isAccepted }) => isAccepted)).toEqual([
      false,
      false,
    ]);
  });

  it("TLS in the answer to an offer without is no answer either", () => {
    const plain = offerOf("msrp");
    const answer = changed(
      answerTo(plain),
      [/TCP\/MSRP/, "TCP/TLS/MSRP"],
      [/msrp:/, "msrps:"],
      [/a=sendonly|a=recvonly/, `a=fingerprint:sha-256 ${THEIRS}\r\na=recvonly`],
    );
    expect(readFileAnswer(plain, answer)).toMatchObject({
      ok: false,
      error: { isAboutProtection: true },
    });
  });
});

describe("RFC 8122 §5 a relay protects each leg by itself", () => {
  const offer = offerOf("msrps", "msrp");
  const relay = (schemes: readonly ("msrp" | "msrps")[]): SessionDescription =>
    through(
      relaySdp(offer, {
        ...{ origin, host: "192.0.2.99", fingerprint: THEIRS },
        media: schemes.map((scheme, index) => ({ uri: uri(`relay${String(index)}`, scheme) })),
      }),
    );

  it("its own fingerprint replaces that of the other leg", () => {
    expect(linesOf(relay(["msrps", "msrps"]), /^m=|fingerprint/)).toEqual([
      `a=fingerprint:sha-256 ${THEIRS}`,
      "m=message 2856 TCP/TLS/MSRP *",
      "m=message 2856 TCP/TLS/MSRP *",
    ]);
  });

  it("a leg without TLS has none", () => {
    expect(linesOf(relay(["msrp", "msrp"]), /^m=|fingerprint/)).toEqual([
      "m=message 2856 TCP/MSRP *",
      "m=message 2856 TCP/MSRP *",
    ]);
  });
});
