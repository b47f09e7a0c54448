import { describe, expect, it } from "vitest";
import type { MsrpUri } from "../base/msrp-uri.ts";
import {
  answererTarget,
  answersCema,
  isPathDiverted,
  isUnreachableOffer,
  needsPlainOffer,
  type OwnSide,
  offererTarget,
  preferredRole,
} from "./cema.ts";
import type { MsrpMedia } from "./file-media.ts";

function uri(host: string, port = 2855): MsrpUri {
  return { scheme: "msrp", host, port, sessionId: "s", transport: "tcp", parameters: [] };
}

const PEER = "192.0.2.10";
const BOX = "203.0.113.9";
const PATH = [uri(PEER)];
const RELAYED = [uri("192.0.2.77"), uri(PEER)];

function media(more: Partial<MsrpMedia> = {}): MsrpMedia {
  return {
    ...{ index: 0, port: 2855, protocol: "TCP/MSRP", connectionHost: PEER, path: PATH },
    ...{
      direction: "sendonly",
      acceptTypes: ["*"],
      isCema: true,
      setup: "actpass",
      fingerprints: [],
    },
    ...more,
  };
}

const BEHIND = { connectionHost: BOX, port: 4000 };
const ACTIVE: OwnSide = { hasRelay: false, role: "active" };
const PASSIVE: OwnSide = { hasRelay: false, role: "passive" };

describe("RFC 6714 §4.4 address information", () => {
  it.each<[string, Partial<MsrpMedia>, boolean]>([
    ["the relay of two URIs", { path: RELAYED, connectionHost: "192.0.2.77" }, false],
    ["the peer behind its relay", { path: RELAYED }, false],
    ["neither of two", { path: RELAYED, ...BEHIND }, true],
    [
      "another spelling of IPv6",
      { path: [uri("2001:db8::1")], connectionHost: "2001:DB8:0:0::0001" },
      false,
    ],
    [
      "IPv6 with IPv4 at its end",
      { path: [uri("::ffff:192.0.2.1")], connectionHost: "::FFFF:c000:201" },
      false,
    ],
    ["another IPv6 address", { path: [uri("2001:db8::1")], connectionHost: "2001:db8::2" }, true],
    ["a name, which only DNS could compare", { path: [uri("relay.example")] }, false],
    ["a name with another port", { path: [uri("relay.example", 1)] }, true],
  ])("compares with %s", (_what, more, isDiverted) => {
    expect(isPathDiverted(media(more))).toBe(isDiverted);
  });
});

describe("RFC 6714 §4.3 answerer", () => {
  it("MUST refuse a stream elsewhere than its path without msrp-cema, and only that", () => {
    expect(isUnreachableOffer(media({ ...BEHIND, isCema: false }))).toBe(true);
    expect(isUnreachableOffer(media(BEHIND))).toBe(false);
    expect(isUnreachableOffer(media({ isCema: false }))).toBe(false);
  });

  it.each<[string, Partial<MsrpMedia>, boolean, boolean]>([
    ["an offer with it", {}, false, true],
    ["an offer without it", { isCema: false }, false, false],
    ["both behind relays", { path: RELAYED }, true, false],
    ["an offerer behind a relay", { path: RELAYED }, false, true],
    [
      "an offerer behind a relay that will connect",
      { path: RELAYED, setup: "active" },
      false,
      false,
    ],
    ["an answerer behind a relay", {}, true, true],
    ["an answerer behind a relay that must connect", { setup: "passive" }, true, false],
  ])("says msrp-cema or not: %s", (_what, more, hasRelay, says) => {
    expect(answersCema(media(more), hasRelay)).toBe(says);
  });

  it("MUST connect to c= and m= when it said msrp-cema, else to the path", () => {
    expect(answererTarget(media(BEHIND), ACTIVE)).toEqual({ host: BOX, port: 4000 });
    expect(answererTarget(media(BEHIND), PASSIVE)).toBeUndefined();
    expect(answererTarget(media({ ...BEHIND, isCema: false }), ACTIVE)).toBeUndefined();
    expect(answererTarget(media(BEHIND), { ...ACTIVE, hasRelay: true })).toBeUndefined();
    expect(answererTarget(media({ port: 9 }), ACTIVE)).toBeUndefined();
  });

  it("SHOULD connect where the offerer is behind a relay and a middlebox (§4.5)", () => {
    expect(preferredRole(media({ path: RELAYED, ...BEHIND }), false)).toBe("active");
    expect(preferredRole(media({ path: RELAYED, ...BEHIND }), true)).toBe("passive");
    expect(preferredRole(media({ path: RELAYED }), false)).toBe("passive");
    expect(preferredRole(media(BEHIND), false)).toBe("passive");
  });
});

describe("RFC 6714 §4.2 offerer", () => {
  const plain = { ...BEHIND, isCema: false };
  it.each<[string, Partial<MsrpMedia>, OwnSide, boolean]>([
    ["no middlebox", { isCema: false }, PASSIVE, false],
    ["passive, and the peer without CEMA", plain, PASSIVE, true],
    ["active without relays", plain, ACTIVE, false],
    ["active, the peer behind a relay", { ...plain, path: RELAYED }, ACTIVE, true],
    ["active behind a relay of ours", plain, { ...ACTIVE, hasRelay: true }, true],
    ["passive, and the peer with CEMA", BEHIND, PASSIVE, false],
  ])("MUST offer again or not: %s", (_what, more, own, isNeeded) => {
    expect(needsPlainOffer(media(more), own)).toBe(isNeeded);
  });

  it.each<[string, Partial<MsrpMedia>, OwnSide, boolean]>([
    ["the peer with CEMA", BEHIND, ACTIVE, true],
    ["the peer without it, behind a middlebox", plain, ACTIVE, true],
    ["the peer without it behind a relay", { ...plain, path: RELAYED }, ACTIVE, false],
    ["a relay of ours", BEHIND, { ...ACTIVE, hasRelay: true }, false],
    ["we wait", BEHIND, PASSIVE, false],
  ])("MUST connect to c= and m= or not: %s", (_what, more, own, isUsed) => {
    const target = offererTarget(media(more), own);
    expect(target).toEqual(isUsed ? { host: BOX, port: 4000 } : undefined);
  });
});
