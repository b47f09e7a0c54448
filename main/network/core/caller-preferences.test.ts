import { describe, expect, it } from "vitest";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { SipHeaders } from "../../sip/message/headers.ts";
import { preferredTargets } from "./caller-preferences.ts";

/** Contacts named by their user part. */
const CONTACTS: readonly string[] = [
  '<sip:full@h>;audio;video;+x.ref="urn%3Aa,urn%3Ab";q=0.1',
  '<sip:half@h>;audio;video="FALSE";+x.ref="urn:a"',
  "<sip:plain@h>",
];

function chosen(...fields: readonly (readonly [string, string])[]): readonly string[] {
  const headers = SipHeaders.of(fields.map(([name, value]) => ({ name, value })));
  const targets = CONTACTS.map((text) => {
    const parsed = parseNameAddr(text);
    if (!parsed.ok || parsed.value.uri.kind !== "sip") throw new Error(text);
    return { user: parsed.value.uri.user ?? "", parameters: parsed.value.parameters };
  });
  return preferredTargets(targets, headers, (one) => one.parameters).map((one) => one.user);
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
