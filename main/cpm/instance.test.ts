import { describe, expect, it } from "vitest";
import { SipHeaders } from "../sip/message/headers.ts";
import { instanceOf, instanceParameter, isForOther, onlyFor } from "./instance.ts";

const PHONE = "urn:uuid:00000000-0000-4000-8000-000000000001";
const LAPTOP = "urn:uuid:00000000-0000-4000-8000-000000000002";

function contact(value: string): SipHeaders {
  return SipHeaders.of([{ name: "Contact", value }]);
}

describe("RFC 5626 §4.1 instance ids in a Contact", () => {
  it("MUST be read back as they were written", () => {
    const written = `<sip:pf@192.0.2.1>${instanceParameter(PHONE)}`;
    expect(instanceOf(contact(written))).toBe(PHONE);
  });

  it.each([
    ["<sip:bob@192.0.2.1>", "none"],
    [`<sip:bob@192.0.2.1>;+sip.instance="${PHONE}"`, "no angle brackets"],
    ['<sip:bob@192.0.2.1>;+sip.instance="<a,b>"', "a list"],
    ['<sip:bob@192.0.2.1>;+sip.instance="<a;b>"', "a parameter"],
    ['<sip:bob@192.0.2.1>;+sip.instance="<a\\"b>"', "a quote"],
    [`<sip:bob@192.0.2.1>;+sip.instance="<${"u".repeat(201)}>"`, "too long"],
    ["<sip:bob@192.0.2.1", "no Contact that can be read"],
  ])("MUST be none in %s: %s", (value) => {
    expect(instanceOf(contact(value))).toBeUndefined();
  });
});

describe("RFC 3841 §9.2 a request for one device of a user", () => {
  const forPhone = SipHeaders.of([
    { name: "Accept-Contact", value: '*;+g.3gpp.icsi-ref="urn%3Aurn-7"' },
    ...onlyFor(PHONE),
  ]);

  it("MUST be known as such by the device and by the others", () => {
    expect(isForOther(forPhone, PHONE)).toBe(false);
    expect(isForOther(forPhone, LAPTOP)).toBe(true);
  });

  it("MUST be for every device where it names none", () => {
    const forAll = SipHeaders.of([
      { name: "Accept-Contact", value: "*;audio" },
      ...onlyFor(undefined),
    ]);
    expect(isForOther(forAll, LAPTOP)).toBe(false);
    expect(isForOther(SipHeaders.of([]), LAPTOP)).toBe(false);
  });
});
