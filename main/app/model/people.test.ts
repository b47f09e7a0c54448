import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import type { StoredPerson } from "../../base/app-store.ts";
import { isTakenByRule } from "./auto-accept.ts";
import { readNotices, withNotice } from "./notices.ts";
import { afterOffer, isSamePerson, nameOf, peopleOf, personKey, plainAddress } from "./people.ts";

const ALICE: StoredPerson = {
  ...{ aor: "sip:alice@a.example", name: "Al", isMe: false, isBlocked: false },
};

describe("who is who", () => {
  it("scheme, port and parameters make nobody another person; the user's case does", () => {
    expect(isSamePerson("sip:alice@A.Example;x=y", "sips:alice@a.example:5061")).toBe(true);
    expect(isSamePerson("sip:Alice@a.example", "sip:alice@a.example")).toBe(false);
    expect(personKey("tel:+49 30-1")).toBe("+49301");
    expect(plainAddress("SIP:alice@A.example:5060;transport=tcp")).toBe("sip:alice@a.example");
  });

  it("the user's own name for somebody counts most, then what the network says, then the address", () => {
    expect(nameOf([ALICE], "sip:alice@a.example", "Eve")).toBe("Al");
    expect(nameOf([], "sip:alice@a.example", "Alice B.")).toBe("Alice B.");
    expect(nameOf([], "sip:alice@a.example", " ")).toBe("Alice");
    expect(nameOf([], "sip:alice@a.example", "\u202Eevil")).toBe("\uFFFDevil");
  });

  it("a name once learned stays, whatever the person calls himself later", () => {
    const first = afterOffer(undefined, { uri: "sip:x@y", displayName: "Xaver", atMs: 1 });
    expect(first).toEqual({
      aor: "sip:x@y",
      name: "Xaver",
      isMe: false,
      isBlocked: false,
      lastMs: 1,
    });
    const next = afterOffer(first, { uri: "sip:x@y", displayName: "Mum", atMs: 2 });
    expect(next).toEqual({ ...first, lastMs: 2 });
  });

  it("the user's own address stands for the other devices, once", () => {
    const people = peopleOf(
      [ALICE, { ...ALICE, aor: "sip:me@a.example" }],
      "sip:me@a.example",
      "Another device of mine",
    );
    expect(people.map(({ aor, name, isMe }) => [aor, name, isMe])).toEqual([
      ["sip:me@a.example", "Another device of mine", true],
      ["sip:alice@a.example", "Al", false],
    ]);
    expect(peopleOf([ALICE], undefined, "")).toEqual([ALICE]);
  });
});

describe("ux 3.5: whom the user trusts is not asked about", () => {
  const card = (sizes: readonly number[], isDangerous = false): Card => ({
    ...{ id: "x", direction: "incoming", peer: ALICE.aor, peerName: "Al", state: "ringing" },
    startedMs: 0,
    files: sizes.map((sizeOctets, index) => ({
      ...{ index, name: "a", type: "b", sizeOctets, state: "offered", octets: 0 },
      ...{ isDangerous, isNameTaken: false },
    })),
  });
  const trusted = { ...ALICE, autoAccept: { maxSizeOctets: 100 } };

  it("as far as the rule goes", () => {
    expect(isTakenByRule(card([60, 40]), trusted)).toBe(true);
    expect(isTakenByRule(card([60, 41]), trusted)).toBe(false);
    expect(isTakenByRule(card([1]), ALICE)).toBe(false);
    expect(isTakenByRule(card([1]), undefined)).toBe(false);
    expect(isTakenByRule(card([1]), { ...trusted, isBlocked: true })).toBe(false);
  });

  it("never with a file that can run programs, but from one's own devices", () => {
    expect(isTakenByRule(card([1], true), trusted)).toBe(false);
    expect(isTakenByRule(card([1], true), { ...trusted, isMe: true })).toBe(true);
  });
});

describe("notices", () => {
  const notice = (id: number, from = ALICE.aor) => ({
    ...{ id: String(id), from, fromName: "Al", text: "t", atMs: id },
  });

  it("of one person are five at most, of all fifty", () => {
    const five = [1, 2, 3, 4, 5].reduce(
      (before, id) => withNotice(before, notice(id)),
      readNotices([]),
    );
    expect(withNotice(five, notice(6, "sip:alice@A.example;x"))).toBe(five);
    expect(withNotice(five, notice(6, "sip:bob@b.example"))).toHaveLength(6);
    const fifty = Array.from({ length: 50 }, (_, i) => notice(i, `sip:${String(i)}@b.example`));
    expect(withNotice(fifty, notice(51))).toBe(fifty);
  });

  it("that were kept are checked", () => {
    expect(readNotices([notice(1), { id: 1 }, null, "x"])).toEqual([notice(1)]);
    expect(readNotices({})).toEqual([]);
  });
});
