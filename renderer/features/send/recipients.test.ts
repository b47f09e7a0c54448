import { describe, expect, it } from "vitest";
import type { Person } from "../../../shared/model/app-state.ts";
import { knownRecipients, ownDomain, readRecipients, suggestRecipients } from "./recipients.ts";

function person(name: string, more: Partial<Person> = {}): Person {
  const aor = `sip:${name.toLowerCase()}@b.example`;
  return { aor, name, isMe: false, isBlocked: false, ...more };
}

const ACCOUNT = {
  aor: "sip:alice@a.example",
  displayName: "Alice",
  deviceName: "Laptop",
  core: "127.0.0.1:5060",
  transport: "tcp",
  isBuiltIn: true,
} as const;
const KNOWN = knownRecipients(
  {
    account: ACCOUNT,
    people: [
      person("Bob", { lastMs: 1 }),
      person("Carol", { lastMs: 5 }),
      person("Eve", { isBlocked: true, lastMs: 9 }),
    ],
    devices: [],
    suggestions: [
      { aor: "sip:bob@b.example", name: "Bob" },
      { aor: "sip:eve@b.example", name: "Eve" },
      { aor: "sip:anna@a.example", name: "Anna" },
    ],
  },
  "My other devices",
);

function suggested(text: string, chosen: readonly string[] = []): readonly string[] {
  return suggestRecipients(text, KNOWN, {
    chosen: chosen.map((aor) => ({ aor, name: "" })),
    domain: "a.example",
  }).map(({ name, kind }) => `${name}/${kind}`);
}

describe("ux 3.4 who can be offered files", () => {
  it("people come the latest first, then users of the built-in network; nobody blocked", () => {
    expect(KNOWN.map(({ name, kind }) => `${name}/${kind}`)).toEqual([
      "Carol/person",
      "Bob/person",
      "Anna/network",
    ]);
  });

  it("the user's other devices are offered where there are any", () => {
    const devices = [
      { name: "Laptop", isThisDevice: true, isOnline: true },
      { name: "Phone", isThisDevice: false, isOnline: true },
    ];
    const known = { account: ACCOUNT, people: [], devices, suggestions: [] };
    expect(knownRecipients(known, "My other devices")).toEqual([
      {
        aor: "sip:alice@a.example",
        name: "My other devices",
        address: "alice@a.example",
        kind: "self",
      },
    ]);
  });

  it("the domain of the own account stands in for a missing one", () => {
    expect([ownDomain(ACCOUNT), ownDomain(undefined)]).toEqual(["a.example", undefined]);
  });
});

describe("ux 3.4 suggestions while typing", () => {
  it("nothing typed: everybody who was not chosen", () => {
    expect(suggested("", ["sip:bob@b.example"])).toEqual(["Carol/person", "Anna/network"]);
  });

  it("a name that begins so comes before one that contains it; what was typed comes last", () => {
    expect(suggested("a")).toEqual(["Anna/network", "Carol/person", "A/typed"]);
  });

  it("a whole address comes first", () => {
    expect(suggested("dave@c.example")).toEqual(["Dave/typed"]);
    expect(suggested("+49 30 1234")).toEqual(["+49301234/typed"]);
  });

  it("an address that belongs to somebody is that person", () => {
    expect(suggested("sip:bob@b.example")).toEqual(["Bob/person"]);
  });

  it("what is no address is not offered", () => {
    expect(suggested("no such person")).toEqual([]);
  });
});

describe("ux 3.4 several addresses at once", () => {
  it("names, numbers and addresses are told apart; the rest stays in the field", () => {
    const { found, rest } = readRecipients(
      "Bob; +49 30 1234, dave@c.example\nno one here, bob",
      KNOWN,
      "a.example",
    );
    expect(found.map(({ aor }) => aor)).toEqual([
      "sip:bob@b.example",
      "tel:+49301234",
      "sip:dave@c.example",
    ]);
    expect(rest).toBe("no one here");
  });
});
