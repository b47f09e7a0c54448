import { describe, expect, it } from "vitest";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import { buildFileAnswer } from "../../sdp/file-answer.ts";
import { buildFileOffer } from "../../sdp/file-offer.ts";
import { closeMedia } from "../../sdp/later-offer.ts";
import { attributeValue, type SessionDescription } from "../../sdp/session-description.ts";
import { answerLaterOffer, type LiveMedia, offerWithout } from "./later-answer.ts";

const ORIGIN = {
  user: "-",
  sessionId: "1",
  version: "5",
  addressType: "IP4",
  address: "10.0.0.2",
} as const;
const OWN = { origin: ORIGIN, host: "10.0.0.2" };

function uri(host: string, sessionId: string): MsrpUri {
  return { scheme: "msrp", host, port: 2855, sessionId, transport: "tcp", parameters: [] };
}

const OFFER = buildFileOffer({
  origin: ORIGIN,
  host: "10.0.0.1",
  setup: "actpass",
  files: [0, 1, 2].map((index) => ({
    uri: uri("10.0.0.1", `a${String(index)}`),
    transferId: `id${String(index)}`,
    selector: { name: `f${String(index)}`, sizeOctets: 10, hashes: [] },
  })),
});

const LIVE: ReadonlyMap<number, LiveMedia> = new Map(
  [0, 2].map((index) => [
    index,
    {
      uri: uri("10.0.0.2", `b${String(index)}`),
      role: "passive",
      transferId: `id${String(index)}`,
    },
  ]),
);

function answered(offer: SessionDescription): {
  readonly ports: readonly number[];
  readonly closed: readonly number[];
  readonly version: string;
} {
  const answer = answerLaterOffer(offer, LIVE, OWN);
  if (!answer.ok) throw new Error(answer.error.what);
  const { description, closed } = answer.value;
  return {
    ports: description.media.map(({ port }) => port),
    closed,
    version: description.origin.version,
  };
}

describe("RFC 5547 §8.1 Figure 3: later offers in a session", () => {
  it("MUST let running files go on unasked, with the same o= line (RFC 4975 §8.4)", () => {
    expect(answered(OFFER)).toEqual({ ports: [2855, 0, 2855], closed: [], version: "5" });
  });

  it("MUST end the file whose line has port 0, and count o= up", () => {
    expect(answered(closeMedia(OFFER, 0))).toEqual({
      ports: [0, 0, 2855],
      closed: [0],
      version: "6",
    });
  });

  it("MUST end a file whose line carries another id, and refuse the new one", () => {
    const media = OFFER.media.map((one, index) =>
      index === 2
        ? {
            ...one,
            attributes: one.attributes.map((attribute) =>
              attribute.name === "file-transfer-id"
                ? { ...attribute, value: "another" }
                : attribute,
            ),
          }
        : one,
    );
    expect(answered({ ...OFFER, media })).toEqual({
      ports: [2855, 0, 0],
      closed: [2],
      version: "6",
    });
  });

  it("MUST end files whose lines are gone", () => {
    expect(answered({ ...OFFER, media: OFFER.media.slice(0, 1) }).closed).toEqual([2]);
  });
});

describe("RFC 5547 §8.4: our offer that ends one file", () => {
  it("MUST set port 0, keep selector and id, and never offer passive (RFC 6135 §4.2.1)", () => {
    const local = buildFileAnswer(
      OFFER,
      OFFER.media.map((_, index) => ({
        accept: true,
        uri: uri("10.0.0.2", `b${String(index)}`),
        setup: "passive",
      })),
      OWN,
    );
    if (!local.ok) throw new Error(local.error.what);
    const offer = offerWithout(local.value, 1);
    expect(offer.media.map(({ port }) => port)).toEqual([2855, 0, 2855]);
    expect(offer.origin.version).toBe("6");
    expect(offer.media.map(({ attributes }) => attributeValue(attributes, "setup"))).toEqual([
      "actpass",
      "actpass",
      "actpass",
    ]);
    expect(attributeValue(offer.media[1]?.attributes ?? [], "file-transfer-id")).toBe("id1");
  });
});
