import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../../shared/model/settings.ts";
import { Words } from "../words/words.ts";
import { accountOf, readAccount, readAor } from "./account-record.ts";
import { devicesOf } from "./devices.ts";
import { newDevice } from "./new-device.ts";
import { readSettings } from "./settings-read.ts";
import { demoAorFor, readServer, registrationFailure } from "./sign-in.ts";

describe("settings that were kept", () => {
  const usual = defaultSettings("/home/bob/CPM");

  it("come back; a bad value spoils only itself", () => {
    const kept = JSON.stringify({
      ...{ theme: "dark", ringTimeS: 5, conflict: "nonsense", areNotificationsOn: null },
      ...{ historyDays: "90", unknown: true, receiveFolder: "/x" },
    });
    expect(readSettings(kept, usual)).toEqual({ ...usual, theme: "dark", receiveFolder: "/x" });
  });

  it.each([undefined, "", "{", "[]", "null", "7"])("%j is none at all", (text) => {
    expect(readSettings(text, usual)).toEqual(usual);
  });
});

describe("an account that was kept", () => {
  const record = {
    ...{ aor: "sip:alice@a.example", displayName: "Alice", deviceName: "Laptop" },
    ...{ core: "192.0.2.1:5060", transport: "tcp" as const, isBuiltIn: false, password: "AAAA" },
  };

  it("comes back, and its password never reaches a window", () => {
    expect(readAccount(JSON.stringify(record))).toEqual(record);
    expect(accountOf(record)).not.toHaveProperty("password");
  });

  it.each([undefined, "{}", '{"aor":"x y"}', "[]", '"sip:a@b"'])("%j is none", (text) => {
    expect(readAccount(text)).toBeUndefined();
  });
});

describe("what people type to sign in", () => {
  it.each([
    ["alice@A.example", "sip:alice@a.example"],
    [" sip:alice@a.example:5070;transport=tcp ", "sip:alice@a.example"],
    ["alice@[::1]", "sip:alice@[::1]"],
  ])("%j is the address %s", (text, aor) => {
    expect(readAor(text)).toBe(aor);
  });

  it.each(["", "alice", "sip:a.example", "tel:+491", "a b@c"])("%j is no address", (text) => {
    expect(readAor(text)).toBeUndefined();
  });

  it.each([
    ["core.example", { host: "core.example", port: 5060 }],
    ["sip:core.example:5070", { host: "core.example", port: 5070 }],
    ["192.0.2.1", { host: "192.0.2.1", port: 5060 }],
    ["[::1]:5070", { host: "::1", port: 5070 }],
    ["::1", { host: "::1", port: 5060 }],
    ["[::1]", { host: "::1", port: 5060 }],
  ])("%j is a server", (text, address) => {
    expect(readServer(text)).toEqual(address);
  });

  it.each(["", "no server", "a:b", "a:0", "a:99999", "http://a", "a/b"])("%j is none", (text) => {
    expect(readServer(text)).toBeUndefined();
  });

  it("a name chooses the demo account of that name, or the first", () => {
    const aors = ["sip:alice@a.example", "sip:bob@b.example"];
    expect(demoAorFor(" BOB ", aors)).toBe("sip:bob@b.example");
    expect(demoAorFor("Zoe", aors)).toBe("sip:alice@a.example");
  });

  it.each([
    [0, "noAnswer"],
    [401, "wrongPassword"],
    [403, "wrongPassword"],
    [404, "unknownUser"],
    [503, "refused"],
  ])("status %i is %s, in words", (status, code) => {
    const told = registrationFailure(
      { status, reason: "The network is overloaded." },
      { aor: "sip:a@b.example", core: "c:1" },
    );
    expect(told.code).toBe(code);
    const words = new Words("en");
    expect(words.say(told.message)).toMatch(/\.$/);
    expect(words.say(told.action ?? "")).toMatch(/\.$/);
  });
});

describe("ux 3.8 devices", () => {
  it("this one first, then those that are online, then those that were", () => {
    const own = { name: "Laptop", instanceId: "1", isOnline: true };
    const registered = [
      { contact: "sip:p", name: "Phone", instanceId: "2", isThisDevice: false },
      { contact: "sip:me", instanceId: "1", isThisDevice: true },
      { contact: "sip:q", isThisDevice: false },
    ];
    const known = ["1", "2", "3"].map((instanceId) => ({
      ...{ instanceId, name: `known ${instanceId}`, aor: "a", lastSeenMs: 5 },
    }));
    expect(devicesOf(own, registered, known, "Another device")).toEqual([
      {
        ...{ name: "Laptop", instanceId: "1", contact: "sip:me" },
        isThisDevice: true,
        isOnline: true,
      },
      {
        ...{ name: "Phone", instanceId: "2", contact: "sip:p" },
        isThisDevice: false,
        isOnline: true,
      },
      { name: "Another device", contact: "sip:q", isThisDevice: false, isOnline: true },
      {
        ...{ name: "known 3", instanceId: "3", lastSeenMs: 5 },
        isThisDevice: false,
        isOnline: false,
      },
    ]);
  });

  it("a new one has a profile, a code and a colour of its own", () => {
    expect(newDevice("sip:bob@b.example", "Bob's Téléphone!", 1)).toEqual({
      ...{ profile: "bob-bobs-telephone", code: "B2", colour: "magenta" },
    });
    expect(newDevice("sip:alice@a.example", "日本", 0)).toEqual({
      ...{ profile: "alice", code: "A1", colour: "blue" },
    });
  });
});
