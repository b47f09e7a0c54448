import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CORE, CoreBed, type ScriptedUa, TAG } from "../../../tests/support/core-bed.ts";
import type { SipResponse } from "../../sip/message/message.ts";

let bed: CoreBed;
let phone: ScriptedUa;

beforeEach(async () => {
  bed = await CoreBed.start();
  phone = await bed.ua("10.0.0.20");
  phone.login("bob", "a.example");
});

afterEach(() => bed.stop());

const BOB = { uri: "sip:a.example", from: "sip:bob@a.example", to: "<sip:bob@a.example>" };

interface Options {
  readonly contact?: string;
  readonly expires?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly more?: readonly { readonly name: string; readonly value: string }[];
}

/** @returns the final answer, credentials given when asked for */
function register(ua: ScriptedUa, options: Options = {}): Promise<SipResponse> {
  const { contact = ua.contact("bob"), expires, callId, cseq, more = [] } = options;
  return ua.ask("REGISTER", {
    ...BOB,
    ...(callId === undefined ? {} : { callId }),
    ...(cseq === undefined ? {} : { cseq }),
    headers: [
      ...(contact === "" ? [] : [{ name: "Contact", value: contact }]),
      ...(expires === undefined ? [] : [{ name: "Expires", value: expires }]),
      ...more,
    ],
  });
}

/** Contacts of a 200, without the instance ids' noise. */
function contacts(response: SipResponse): readonly string[] {
  return response.headers.getAll("Contact");
}

describe("RFC 3261 §10.3 registrar", () => {
  it("MUST challenge with 401, SHA-256 before MD5", async () => {
    const sent = phone.send("REGISTER", {
      ...BOB,
      headers: [{ name: "Contact", value: phone.contact("bob") }],
    });
    await bed.pass();
    expect(sent.statuses()).toEqual([401]);
    const challenges = sent.last().headers.getAll("WWW-Authenticate");
    expect(challenges.map((value) => /algorithm=([\w-]+)/.exec(value)?.[1])).toEqual([
      "SHA-256",
      "MD5",
    ]);
  });

  it("MUST refuse a wrong password and an unknown user alike", async () => {
    phone.login("mallory", "a.example");
    expect((await register(phone)).status).toBe(401);
  });

  it("MUST answer 403 when To names another user (step 4)", async () => {
    phone.login("alice", "a.example");
    expect((await register(phone)).status).toBe(403);
  });

  it("answers 404 for a domain that is not its own (step 1)", async () => {
    const response = await phone.ask("REGISTER", { ...BOB, uri: "sip:c.example" });
    expect(response.status).toBe(404);
  });

  it("returns every contact with the time it has left, and parameters as they came (step 8)", async () => {
    await register(phone, { contact: `${phone.contact("bob")};${TAG};device-name="Bob's phone"` });
    await bed.pass(10_000);
    const other = await bed.ua("10.0.0.21");
    other.login("bob", "a.example");
    const response = await register(other, { expires: "120" });
    expect(contacts(response)).toEqual([
      `<sip:bob@10.0.0.20:5060>;${TAG};device-name="Bob's phone";expires=3590`,
      "<sip:bob@10.0.0.21:5060>;expires=120",
    ]);
    expect(contacts(await register(phone, { contact: "" }))).toHaveLength(2);
  });

  it("prefers the contact's own expires and never grants more than 3600 s (step 6)", async () => {
    const contact = `${phone.contact("bob")};expires=90`;
    expect(contacts(await register(phone, { contact, expires: "200" }))[0]).toContain("expires=90");
    expect(contacts(await register(phone, { expires: "86400" }))[0]).toContain("expires=3600");
  });

  it("answers 423 with Min-Expires below 60 s and binds nothing (step 6)", async () => {
    const response = await register(phone, { expires: "59" });
    expect(response.status).toBe(423);
    expect(response.headers.get("Min-Expires")).toBe("60");
    expect(contacts(await register(phone, { contact: "" }))).toEqual([]);
  });

  it("ends a binding at its time", async () => {
    await register(phone, { expires: "60" });
    await bed.pass(59_000);
    expect(contacts(await register(phone, { contact: "" }))).toHaveLength(1);
    await bed.pass(1_000);
    expect(contacts(await register(phone, { contact: "" }))).toEqual([]);
  });

  it("removes a contact with expires 0, and all with * (step 6)", async () => {
    const other = await bed.ua("10.0.0.21");
    other.login("bob", "a.example");
    await register(phone);
    expect(contacts(await register(other))).toHaveLength(2);
    expect(contacts(await register(phone, { expires: "0" }))).toHaveLength(1);
    expect((await register(other, { contact: "*" })).status).toBe(400);
    expect((await register(other, { contact: "*", expires: "1" })).status).toBe(400);
    const response = await register(other, { contact: "*", expires: "0" });
    expect([response.status, contacts(response)]).toEqual([200, []]);
  });

  it("MUST refuse a CSeq that does not rise within a Call-ID, and keep the binding (step 7)", async () => {
    expect((await register(phone, { callId: "one", cseq: 10 })).status).toBe(200);
    const late = await register(phone, { callId: "one", cseq: 3, expires: "0" });
    expect(late.status).toBe(500);
    expect(contacts(await register(phone, { contact: "" }))).toHaveLength(1);
    expect((await register(phone, { callId: "one", cseq: 20 })).status).toBe(200);
  });

  it.each([
    ["a Contact that cannot be read", "sip:bob@10.0.0.20?Route=x"],
    ["a Contact of another scheme", "<mailto:bob@a.example>"],
    ["a Contact that is the core itself", `<sip:bob@${CORE.host}:${String(CORE.port)}>`],
    ["an expires that is no number", "<sip:bob@10.0.0.20>;expires=soon"],
  ])("answers 400 to %s", async (_, contact) => {
    expect((await register(phone, { contact })).status).toBe(400);
  });

  it("takes ten contacts of a user and not one more", async () => {
    for (let i = 0; i < 10; i += 1) {
      expect(
        (await register(phone, { contact: `<sip:bob@10.0.0.20:${String(6000 + i)}>` })).status,
      ).toBe(200);
    }
    expect((await register(phone, { contact: "<sip:bob@10.0.0.20:7000>" })).status).toBe(403);
  });
});

describe("RFC 5626 §4.2 registration by instance", () => {
  it("MUST replace the binding of the same +sip.instance, never add one", async () => {
    const instance = '+sip.instance="<urn:uuid:1>"';
    await register(phone, { contact: `<sip:bob@10.0.0.20:5060>;${instance}` });
    const response = await register(phone, { contact: `<sip:bob@10.0.0.20:5999>;${instance}` });
    expect(contacts(response).map((value) => value.split(";")[0])).toEqual([
      "<sip:bob@10.0.0.20:5999>",
    ]);
  });
});

describe("RFC 3327 Path and RFC 3608 Service-Route", () => {
  it("MUST return the Path it stored and name its own route", async () => {
    const path = { name: "Path", value: "<sip:edge.a.example;lr>" };
    const response = await register(phone, { more: [path, { name: "Supported", value: "path" }] });
    expect(response.headers.list("Path")).toEqual(["<sip:edge.a.example;lr>"]);
    expect(response.headers.list("Service-Route")).toEqual(["<sip:orig@10.0.0.1:5060;lr>"]);
  });

  it("names TCP in the Service-Route of a device whose contact does", async () => {
    const response = await register(phone, { contact: phone.contact("bob", "tcp") });
    expect(response.headers.get("Service-Route")).toBe("<sip:orig@10.0.0.1:5060;transport=tcp;lr>");
  });
});
