import { beforeEach, describe, expect, it } from "vitest";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { SipHeaders } from "../../sip/message/headers.ts";
import { NO_BODY } from "../../sip/message/message.ts";
import { bestTargets, dispositionOf, rankTargets } from "./caller-preferences.ts";

/** Contacts named by their user part. */
const CONTACTS: readonly string[] = [
  '<sip:full@h>;audio;video;+x.ref="urn%3Aa,urn%3Ab";q=0.1',
  '<sip:half@h>;audio;video="FALSE";+x.ref="urn:a"',
  "<sip:plain@h>",
];

let method: string;
/** Of the last call of `chosen`, as a sequential search would go. */
let order: readonly string[];

beforeEach(() => {
  method = "INVITE";
});

function chosen(...fields: readonly (readonly [string, string])[]): readonly string[] {
  const headers = SipHeaders.of(fields.map(([name, value]) => ({ name, value })));
  const targets = CONTACTS.map((text) => {
    const parsed = parseNameAddr(text);
    if (!parsed.ok || parsed.value.uri.kind !== "sip") throw new Error(text);
    return { user: parsed.value.uri.user ?? "", parameters: parsed.value.parameters };
  });
  const request = { kind: "request" as const, method, uri: "sip:u@h", headers, body: NO_BODY };
  const ranked = rankTargets(targets, request, (one) => one.parameters);
  order = ranked.map((one) => one.target.user);
  return bestTargets(ranked, targets).map((one) => one.user);
}

describe("RFC 3841 §7.2 matching of contacts", () => {
  it("keeps all without preferences", () => {
    expect(chosen()).toEqual(["full", "half", "plain"]);
  });

  it("only ranks without require, and calls the best", () => {
    expect(chosen(["Accept-Contact", "*;audio;video"])).toEqual(["full"]);
    expect(chosen(["Accept-Contact", "*;x-unknown"])).toEqual(["full", "half", "plain"]);
  });

  it("drops what does not match with require", () => {
    expect(chosen(["Accept-Contact", "*;video;require"])).toEqual(["full"]);
    expect(chosen(["Accept-Contact", '*;+x.ref="urn:b";require;explicit'])).toEqual(["full"]);
    expect(chosen(["Accept-Contact", '*;+x.ref="urn:z";require;explicit'])).toEqual([]);
  });

  it("keeps what is not declared with require unless explicit says otherwise", () => {
    expect(chosen(["Accept-Contact", '*;+x.ref="urn:z";require'])).toEqual(["plain"]);
    expect(chosen(["Accept-Contact", "*;audio;require;explicit"])).toEqual(["full", "half"]);
  });

  it("matches a list when any element does, and a negation when none does", () => {
    expect(chosen(["Accept-Contact", '*;+x.ref="urn:b,urn:zz";require;explicit'])).toEqual([
      "full",
    ]);
    expect(chosen(["Accept-Contact", '*;+x.ref="!urn:b";require;explicit'])).toEqual(["half"]);
  });

  it("takes several Accept-Contact values together", () => {
    const both = [
      "Accept-Contact",
      '*;audio;require;explicit, *;+x.ref="urn:b";require;explicit',
    ] as const;
    expect(chosen(both)).toEqual(["full"]);
  });

  it("ignores a value that cannot be read", () => {
    expect(chosen(["Accept-Contact", "*;;;"])).toEqual(["full", "half", "plain"]);
  });

  it("rejects only what declares everything in Reject-Contact", () => {
    expect(chosen(["Reject-Contact", "*;video"])).toEqual(["half", "plain"]);
    expect(chosen(["j", '*;audio;+x.ref="urn:a"'])).toEqual(["plain"]);
  });

  it("rejects nothing by a Reject-Contact without features", () => {
    expect(chosen(["Reject-Contact", "*"])).toEqual(["full", "half", "plain"]);
  });

  it("never takes a parameter of the binding for a feature", () => {
    expect(chosen(["Accept-Contact", "*;q=0.1;require;explicit"])).toEqual([
      "full",
      "half",
      "plain",
    ]);
    expect(chosen(["Reject-Contact", "*;expires=1"])).toEqual(["full", "half", "plain"]);
  });
});

describe("RFC 3841 §7.2.4 the order of contacts", () => {
  it("MUST be that of their q, and within one q that of the caller's preference", () => {
    chosen(["Accept-Contact", "*;audio;video"]);
    expect(order).toEqual(["half", "plain", "full"]);
    chosen(["Accept-Contact", "*;audio"]);
    expect(order).toEqual(["half", "plain", "full"]);
  });
});

describe("RFC 3841 §7.2.2 implicit preferences", () => {
  it("MUST leave out who lists methods or packages without the one asked for, and only those", () => {
    const listed = '<sip:listed@h>;methods="INVITE,BYE";events="reg"';
    const decide = (asked: string, event?: string): boolean => {
      const parsed = parseNameAddr(listed);
      if (!parsed.ok) throw new Error(listed);
      const fields = event === undefined ? [] : [{ name: "Event", value: event }];
      const request = {
        kind: "request" as const,
        method: asked,
        uri: "sip:u@h",
        headers: SipHeaders.of(fields),
        body: NO_BODY,
      };
      return rankTargets([parsed.value], request, (one) => one.parameters).length === 1;
    };
    expect(decide("INVITE")).toBe(true);
    expect(decide("MESSAGE")).toBe(false);
    method = "MESSAGE";
    expect(chosen()).toEqual(["full", "half", "plain"]);
    expect(decide("INVITE", "presence")).toBe(false);
    expect(decide("INVITE", "reg")).toBe(true);
  });
});

describe("RFC 3841 §9.1 Request-Disposition", () => {
  it.each([
    ["", { isSequential: false, isSingle: false, cancelsOthers: true }],
    ["proxy, Sequential, no-cancel", { isSequential: true, isSingle: false, cancelsOthers: false }],
    ["no-fork", { isSequential: false, isSingle: true, cancelsOthers: true }],
    ["x-unknown", { isSequential: false, isSingle: false, cancelsOthers: true }],
  ])("MUST be read from %j", (value, expected) => {
    const fields = value === "" ? [] : [{ name: "d", value }];
    expect(dispositionOf(SipHeaders.of(fields))).toEqual(expected);
  });
});
