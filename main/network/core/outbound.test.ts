import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, type ScriptedUa } from "../../../tests/support/core-bed.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import type { SipTransport } from "../../sip/transport/flow.ts";

let bed: CoreBed;
let phone: ScriptedUa;
let alice: ScriptedUa;

beforeEach(async () => {
  bed = await CoreBed.start();
  alice = await bed.device("alice", "10.0.0.10");
  phone = await bed.ua("10.0.0.20");
  phone.login("bob", "a.example");
});

afterEach(() => bed.stop());

const OUTBOUND: HeaderField = { name: "Supported", value: "path, outbound" };
const INSTANCE = '+sip.instance="<urn:uuid:1>"';

function register(
  ua: ScriptedUa,
  options: {
    readonly regId?: string;
    readonly contact?: string;
    readonly transport?: SipTransport;
    readonly more?: readonly HeaderField[];
    readonly callId?: string;
  } = {},
): Promise<SipResponse> {
  const { regId = "1", transport = "tcp", more = [OUTBOUND] } = options;
  const contact = options.contact ?? `${ua.contact("bob", transport)};${INSTANCE};reg-id=${regId}`;
  return ua.ask("REGISTER", {
    uri: "sip:a.example",
    from: "sip:bob@a.example",
    to: "<sip:bob@a.example>",
    transport,
    callId: options.callId ?? `reg-${regId}`,
    headers: [{ name: "Contact", value: contact }, ...more],
  });
}

async function call(): Promise<readonly number[]> {
  const sent = alice.send("INVITE");
  await bed.pass();
  return sent.statuses();
}

/** Ends every connection that leads to a UA. */
async function cut(ua: ScriptedUa): Promise<void> {
  bed.net.resetTcp({ from: ua.address.host });
  await bed.pass();
}

describe("RFC 5626 §6 the registrar and flows", () => {
  it("MUST say that outbound took effect, and how often it wants to hear of the device (§4.4)", async () => {
    const response = await register(phone);
    expect(response.headers.get("Require")).toBe("outbound");
    expect(response.headers.get("Flow-Timer")).toBe("120");
  });

  it.each([
    ["the device does not know outbound", { more: [] }],
    ["there is no instance", { contact: "<sip:bob@10.0.0.20:5060;transport=tcp>;reg-id=1" }],
    ["it comes over UDP, where keep-alives would be STUN", { transport: "udp" as const }],
  ])("MUST NOT apply outbound when %s", async (_what, options) => {
    const response = await register(phone, options);
    expect(response.status).toBe(200);
    expect(response.headers.has("Require")).toBe(false);
  });

  it.each(["0", "x", "2147483648"])("MUST refuse reg-id %s", async (regId) => {
    expect((await register(phone, { regId })).status).toBe(400);
  });

  it("MUST refuse several flows in one REGISTER", async () => {
    const contact = `${phone.contact("bob", "tcp")};${INSTANCE};reg-id=1, <sip:bob@10.0.0.20:6000;transport=tcp>;${INSTANCE};reg-id=2`;
    expect((await register(phone, { contact })).status).toBe(400);
  });

  it("MUST answer 439 when the first hop is no edge proxy for flows, and 200 when it is one", async () => {
    const via = { name: "Via", value: "SIP/2.0/UDP 10.0.0.99;branch=z9hG4bKedge" };
    const path = (uri: string): HeaderField => ({ name: "Path", value: `<${uri}>` });
    const more = [OUTBOUND, via];
    expect((await register(phone, { more })).status).toBe(439);
    expect((await register(phone, { more: [...more, path("sip:edge;lr")] })).status).toBe(439);
    expect((await register(phone, { more: [...more, path("sip:edge;lr;ob")] })).status).toBe(200);
  });

  it("MUST keep one binding per flow of an instance, and replace it by the next with its reg-id", async () => {
    await register(phone, { regId: "1" });
    await register(phone, { regId: "2" });
    const response = await register(phone, { regId: "2", callId: "another" });
    expect(response.headers.getAll("Contact")).toHaveLength(2);
  });

  it("leaves no plain binding of the device beside its flows", async () => {
    await register(phone, { more: [] });
    const response = await register(phone);
    expect(response.headers.getAll("Contact")).toHaveLength(1);
  });
});

describe("RFC 5626 §7 forwarding to flows", () => {
  it("MUST NOT ring a device over two flows at once; the one registered last is used", async () => {
    const wlan = await bed.ua("10.0.0.21");
    wlan.login("bob", "a.example");
    await register(phone, { regId: "1" });
    await bed.pass(1000);
    await register(wlan, { regId: "2" });
    await call();
    expect(wlan.of("INVITE")).toHaveLength(1);
    expect(phone.of("INVITE")).toHaveLength(0);
  });

  it("MUST go on over the next flow when an edge proxy answers 430, and forget the failed one", async () => {
    const edge = await bed.ua("10.0.0.50");
    edge.answers.set("INVITE", 430);
    await register(phone, { regId: "1" });
    await bed.pass(1000);
    const via = { name: "Via", value: "SIP/2.0/UDP 10.0.0.50;branch=z9hG4bKedge" };
    const path = { name: "Path", value: "<sip:10.0.0.50:5060;lr;ob>" };
    await register(phone, { regId: "2", more: [OUTBOUND, via, path] });
    expect(await call()).toEqual([]);
    expect(edge.of("INVITE")).toHaveLength(1);
    expect(phone.of("INVITE")).toHaveLength(1);
    await call();
    expect(edge.of("INVITE")).toHaveLength(1);
  });

  it("MUST answer 480 when no flow is left, and MUST NOT let 430 out", async () => {
    const edge = await bed.ua("10.0.0.50");
    edge.answers.set("INVITE", 430);
    const via = { name: "Via", value: "SIP/2.0/UDP 10.0.0.50;branch=z9hG4bKedge" };
    const path = { name: "Path", value: "<sip:10.0.0.50:5060;lr;ob>" };
    await register(phone, { more: [OUTBOUND, via, path] });
    expect(await call()).toEqual([480]);
    expect(await call()).toEqual([480]);
    expect(edge.of("INVITE")).toHaveLength(1);
  });

  it("MUST NOT open a connection to the contact of a flow whose own one is gone (§5.3)", async () => {
    await register(phone);
    await cut(phone);
    expect(await call()).toEqual([480]);
    expect(phone.received).toEqual([]);
  });

  it("reaches the device again once it has registered a new flow with the same reg-id (§4.5)", async () => {
    await register(phone);
    await cut(phone);
    await register(phone, { callId: "new" });
    await call();
    expect(phone.of("INVITE")).toHaveLength(1);
  });

  it("MUST answer a request inside a dialog with 430 when the edge says so (§5.3)", async () => {
    const edge = await bed.ua("10.0.0.50");
    const via = { name: "Via", value: "SIP/2.0/UDP 10.0.0.50;branch=z9hG4bKedge" };
    await register(phone, {
      more: [OUTBOUND, via, { name: "Path", value: "<sip:10.0.0.50:5060;lr;ob>" }],
    });
    const invite = alice.send("INVITE", { callId: "call" });
    await bed.pass();
    edge.respond(edge.only("INVITE"), 200, { user: "bob" });
    await bed.pass();
    const { headers } = invite.last();
    edge.answers.set("INFO", 430);
    const info = await alice.ask("INFO", {
      uri: "sip:bob@10.0.0.50:5060",
      to: headers.get("To") ?? "",
      from: headers.get("From") ?? "",
      callId: "call",
      cseq: 2,
      route: headers.list("Record-Route").toReversed(),
    });
    expect(info.status).toBe(430);
  });
});
