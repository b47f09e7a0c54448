import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, type ScriptedUa, SERVER } from "../../../tests/support/core-bed.ts";
import { parseXml, type XmlElement } from "../../base/xml.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";

let bed: CoreBed;
let phone: ScriptedUa;

beforeEach(async () => {
  bed = await CoreBed.start({ participatingFunction: "sip:10.0.0.2:5060;lr" });
  phone = await bed.device("bob", "10.0.0.21");
});

afterEach(() => bed.stop());

const BOB = { uri: "sip:bob@a.example", from: "sip:bob@a.example", to: "<sip:bob@a.example>" };

function subscribe(
  ua: ScriptedUa,
  options: {
    readonly expires?: number;
    readonly event?: string;
    readonly to?: string;
    readonly from?: string;
    readonly uri?: string;
    readonly callId?: string;
    readonly cseq?: number;
    readonly accept?: string;
  } = {},
): Promise<SipResponse> {
  const { expires, event = "reg", accept, ...rest } = options;
  return ua.ask("SUBSCRIBE", {
    ...BOB,
    ...rest,
    headers: [
      { name: "Event", value: event },
      ...(accept === undefined ? [] : [{ name: "Accept", value: accept }]),
      ...(expires === undefined ? [] : [{ name: "Expires", value: String(expires) }]),
    ],
  });
}

/** The subscriber's next request inside the dialog that a 200 made. */
function again(
  ua: ScriptedUa,
  response: SipResponse,
  options: { readonly expires?: number; readonly cseq: number },
): Promise<SipResponse> {
  return subscribe(ua, {
    uri: "sip:reg@10.0.0.1:5060",
    from: response.headers.get("From") ?? "",
    to: response.headers.get("To") ?? "",
    callId: response.headers.get("Call-ID") ?? "",
    ...options,
  });
}

function notified(ua: ScriptedUa): readonly SipRequest[] {
  return ua.of("NOTIFY").map((tx) => tx.request);
}

function document(request: SipRequest | undefined): XmlElement {
  const root = parseXml(request?.body.toString("utf8") ?? "");
  if (root === undefined) throw new Error("no document");
  return root;
}

/** version, state, state of the address, and each contact as event and URI. */
function told(request: SipRequest | undefined): readonly unknown[] {
  const root = document(request);
  const registration = root.children[0];
  return [
    root.attributes.get("version"),
    root.attributes.get("state"),
    registration?.attributes.get("state"),
    (registration?.children ?? []).map(
      (one) =>
        `${one.attributes.get("event") ?? ""} ${one.children.find(({ name }) => name === "uri")?.text ?? ""}`,
    ),
  ];
}

describe("RFC 3680 §4 the registration event package at the notifier", () => {
  it("MUST answer with 200, an expiry and a Contact, and tell the full state at once (RFC 6665 §4.2.1.2)", async () => {
    const response = await subscribe(phone, { expires: 600 });
    expect(response.status).toBe(200);
    expect(response.headers.get("Expires")).toBe("600");
    expect(response.headers.get("Contact")).toBe("<sip:reg@10.0.0.1:5060>");
    const [first] = notified(phone);
    expect(told(first)).toEqual(["0", "full", "active", ["registered sip:bob@10.0.0.21:5060"]]);
    expect(first?.headers.get("Subscription-State")).toBe("active;expires=600");
    expect(first?.headers.get("Event")).toBe("reg");
    expect(first?.headers.get("Content-Type")).toBe("application/reginfo+xml");
    expect(first?.headers.get("CSeq")).toBe("1 NOTIFY");
    expect(first?.headers.get("From")).toBe(response.headers.get("To"));
  });

  it("gives 3761 s where nothing is asked, and never more (§4.3)", async () => {
    expect((await subscribe(phone)).headers.get("Expires")).toBe("3761");
    expect((await subscribe(phone, { expires: 100_000 })).headers.get("Expires")).toBe("3761");
  });

  it("MUST tell who the device is: instance, name, features (§5.3.2)", async () => {
    await bed.device("bob", "10.0.0.22", {
      contact: ';+sip.instance="<urn:uuid:2>";device-name="Bob\'s <new> phone"',
    });
    await subscribe(phone);
    const contact = document(notified(phone)[0]).children[0]?.children[1];
    const parameters = contact?.children.filter(({ name }) => name === "unknown-param");
    expect(parameters?.map((one) => [one.attributes.get("name"), one.text])).toEqual([
      ["+sip.instance", '"<urn:uuid:2>"'],
      ["device-name", '"Bob\'s <new> phone"'],
    ]);
    expect(contact?.attributes.get("expires")).toBe("3600");
  });

  it("MUST tell only what changed, with a version that rises by one (§5.1)", async () => {
    await subscribe(phone);
    const laptop = await bed.device("bob", "10.0.0.22");
    await laptop.ask("REGISTER", {
      uri: "sip:a.example",
      from: BOB.from,
      to: BOB.to,
      headers: [
        {
          name: "Contact",
          value: `${laptop.contact("bob")};+sip.instance="<urn:uuid:10.0.0.22>";expires=0`,
        },
      ],
    });
    expect(notified(phone).map(told)).toEqual([
      ["0", "full", "active", ["registered sip:bob@10.0.0.21:5060"]],
      ["1", "partial", "active", ["registered sip:bob@10.0.0.22:5060"]],
      ["2", "partial", "active", ["unregistered sip:bob@10.0.0.22:5060"]],
    ]);
  });

  it("MUST tell that a binding expired", async () => {
    await subscribe(phone);
    await bed.pass(3_601_000);
    expect(told(notified(phone).at(-1))).toEqual([
      "1",
      "partial",
      "terminated",
      ["expired sip:bob@10.0.0.21:5060"],
    ]);
  });

  it("says nothing of a refresh (§4.7.2)", async () => {
    await subscribe(phone);
    await phone.ask("REGISTER", {
      uri: "sip:a.example",
      from: BOB.from,
      to: BOB.to,
      headers: [
        { name: "Contact", value: `${phone.contact("bob")};+sip.instance="<urn:uuid:10.0.0.21>"` },
      ],
    });
    await bed.pass(10_000);
    expect(notified(phone)).toHaveLength(1);
  });

  it("SHOULD notify on average once in five seconds; what waits goes into one document (§4.10)", async () => {
    await subscribe(phone);
    for (let i = 30; i < 38; i += 1) await bed.device("bob", `10.0.0.${String(i)}`);
    expect(notified(phone)).toHaveLength(6);
    await bed.pass(5_000);
    expect(notified(phone)).toHaveLength(7);
    expect(told(notified(phone).at(-1))[3]).toHaveLength(3);
  });

  it("MUST refresh inside the dialog, with full state again, and end with Expires 0 (RFC 6665 §4.2.1.4)", async () => {
    const response = await subscribe(phone, { callId: "s" });
    const refreshed = await again(phone, response, { cseq: 5, expires: 700 });
    expect(refreshed.status).toBe(200);
    expect(refreshed.headers.get("Expires")).toBe("700");
    expect((await again(phone, response, { cseq: 6, expires: 0 })).status).toBe(200);
    expect(notified(phone).map((one) => one.headers.get("Subscription-State"))).toEqual([
      "active;expires=3761",
      "active;expires=700",
      "terminated;reason=timeout",
    ]);
    expect(notified(phone).map((one) => told(one)[1])).toEqual(["full", "full", "full"]);
    expect((await again(phone, response, { cseq: 7 })).status).toBe(481);
  });

  it("MUST refuse a request inside the dialog whose CSeq does not rise (RFC 3261 §12.2.2)", async () => {
    const response = await subscribe(phone, { callId: "s", cseq: 4 });
    expect((await again(phone, response, { cseq: 4 })).status).toBe(500);
  });

  it("MUST end when its time is over (RFC 6665 §4.2.2)", async () => {
    const response = await subscribe(phone, { expires: 100 });
    await bed.pass(101_000);
    expect(notified(phone).at(-1)?.headers.get("Subscription-State")).toBe(
      "terminated;reason=timeout",
    );
    expect((await again(phone, response, { cseq: 9 })).status).toBe(481);
  });

  it("MUST forget a subscriber that refuses a NOTIFY (RFC 6665 §4.2.2)", async () => {
    const ghost = await bed.device("bob", "10.0.0.23");
    ghost.answers.set("NOTIFY", 481);
    const response = await subscribe(ghost);
    await bed.device("bob", "10.0.0.24");
    expect(notified(ghost)).toHaveLength(1);
    expect((await again(ghost, response, { cseq: 9 })).status).toBe(481);
  });

  it("MUST forget a subscriber that does not answer (RFC 6665 §4.2.2)", async () => {
    const response = await subscribe(phone, { expires: 600 });
    const heal = bed.net.lose({ from: "10.0.0.1", to: "10.0.0.21" });
    await bed.device("bob", "10.0.0.24");
    await bed.pass(40_000);
    heal();
    expect((await again(phone, response, { cseq: 9 })).status).toBe(481);
  });

  it.each([
    [423, "an expiry below the least", { expires: 10 }],
    [406, "another document", { accept: "application/pidf+xml" }],
  ])("MUST answer %i to %s", async (status, _what, options) => {
    expect((await subscribe(phone, options)).status).toBe(status);
    expect(notified(phone)).toEqual([]);
  });

  it("MUST answer 489 with Allow-Events for the domain itself (RFC 6665 §4.2.1.1)", async () => {
    const response = await subscribe(phone, { uri: "sip:a.example" });
    expect(response.status).toBe(489);
    expect(response.headers.get("Allow-Events")).toBe("reg");
  });

  it("MUST NOT tell anybody else than the user and servers of the trust domain (§4.6)", async () => {
    const alice = await bed.device("alice", "10.0.0.31");
    expect((await subscribe(alice, { from: "sip:alice@a.example" })).status).toBe(403);
    expect(notified(alice)).toEqual([]);
    const server = await bed.ua(SERVER);
    expect((await subscribe(server, { from: "sip:pf@10.0.0.2" })).status).toBe(200);
    expect(notified(server)).toHaveLength(1);
  });

  it("MUST hold only so many subscriptions for one user", async () => {
    for (let i = 0; i < 20; i += 1) await subscribe(phone, { callId: `s${String(i)}` });
    const response = await subscribe(phone);
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("60");
  });

  it("forwards other packages to the devices of the user", async () => {
    const laptop = await bed.device("bob", "10.0.0.22");
    const response = await subscribe(phone, { event: "presence" });
    expect(response.status).toBe(200);
    expect(laptop.of("SUBSCRIBE")).toHaveLength(1);
    expect(notified(phone)).toEqual([]);
  });
});
