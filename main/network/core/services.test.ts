import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CoreBed,
  NEIGHBOUR,
  type ScriptedUa,
  SERVER,
  type Sent,
  TAG,
} from "../../../tests/support/core-bed.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { parseSipMessage } from "../../sip/message/parse.ts";
import { withoutAssertions } from "./asserted-identity.ts";

const PF = "sip:10.0.0.2:5060;lr";
const ICSI = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer";
const ACCEPT = { name: "Accept-Contact", value: `*;${TAG}` };

let bed: CoreBed;
let alice: ScriptedUa;
let phone: ScriptedUa;
let server: ScriptedUa;
let other: ScriptedUa;

async function open(config: Parameters<typeof CoreBed.start>[0] = {}): Promise<void> {
  bed = await CoreBed.start({ participatingFunction: PF, ...config });
  alice = await bed.device("alice", "10.0.0.10");
  phone = await bed.device("bob", "10.0.0.21");
  server = await bed.ua(SERVER);
  other = await bed.ua(NEIGHBOUR);
}

beforeEach(() => open());
afterEach(() => bed.stop());

/** The newest request of that method. */
function latest(ua: ScriptedUa, method = "INVITE"): SipRequest {
  const tx = ua.of(method).at(-1);
  if (tx === undefined) throw new Error(`${ua.address.host} got no ${method}`);
  return tx.request;
}

async function invite(uri = "sip:dave@b.example", more = [ACCEPT]): Promise<Sent> {
  const sent = alice.send("INVITE", { callId: "d1", uri, headers: more });
  await bed.pass();
  return sent;
}

/** What the server does with the newest request: a new INVITE along the Route that is left. */
async function sendOn(callId: string): Promise<Sent> {
  const { uri, headers: received } = latest(server);
  const copied = ["P-Asserted-Identity", "Accept-Contact"].flatMap((name) =>
    received.getAll(name).map((value) => ({ name, value })),
  );
  const sent = server.send("INVITE", {
    callId,
    uri,
    route: received.list("Route").slice(1),
    headers: copied,
  });
  await bed.pass();
  return sent;
}

describe("CR originating steps 2 to 4: the server of the caller's network", () => {
  it("step 2: gets the request, with its Route and the dialog identifier behind it", async () => {
    await invite();
    const { headers, uri } = latest(server);
    expect(uri).toBe("sip:dave@b.example");
    expect(headers.list("Route")).toEqual([
      `<${PF}>`,
      expect.stringMatching(/^<sip:odi-[A-Za-z0-9]{24}@10\.0\.0\.1:5060;lr>$/),
    ]);
    expect(headers.get("P-Served-User")).toBe("<sip:alice@a.example>;sescase=orig;regstate=reg");
    expect(headers.list("Record-Route")).toHaveLength(1);
  });

  it("steps 3 and 4: what it sends back goes on to system B, and not to the server again", async () => {
    await invite();
    await sendOn("d2");
    const { headers } = latest(other);
    expect(server.of("INVITE")).toHaveLength(1);
    expect(headers.has("Route")).toBe(false);
    expect(headers.has("P-Served-User")).toBe(false);
    expect(headers.get("P-Asserted-Identity")).toBe("<sip:alice@a.example>");
    expect(headers.get("Call-ID")).toBe("d2");
  });

  it("is triggered by the asserted service as well as by the feature tag", async () => {
    await invite(undefined, [{ name: "P-Preferred-Service", value: ICSI }]);
    expect(server.of("INVITE")).toHaveLength(1);
  });

  it.each([
    ["another service", [{ name: "Accept-Contact", value: '*;+g.3gpp.icsi-ref="urn%3Aother"' }]],
    ["no service", []],
    [
      "only a service that the client itself asserts",
      [{ name: "P-Asserted-Service", value: ICSI }],
    ],
  ])("is not triggered by %s", async (_, headers) => {
    await invite(undefined, headers);
    expect(server.of("INVITE")).toEqual([]);
    expect(other.of("INVITE")).toHaveLength(1);
  });

  it("is not triggered by other methods", async () => {
    alice.send("MESSAGE", { uri: "sip:dave@b.example", headers: [ACCEPT] });
    await bed.pass();
    expect(server.received).toEqual([]);
    expect(other.of("MESSAGE")).toHaveLength(1);
  });

  it("refuses a dialog identifier that it did not hand out, and one that has ended", async () => {
    const forged = alice.send("INVITE", {
      route: ["<sip:odi-AAAAAAAAAAAAAAAAAAAAAAAA@10.0.0.1:5060;lr>"],
    });
    await bed.pass();
    expect(forged.statuses()).toEqual([403]);
    await invite();
    await bed.pass(300_000);
    expect((await sendOn("late")).statuses()).toEqual([403]);
  });

  it("does not let anybody pick another way with a Route of his own", async () => {
    const sent = alice.send("INVITE", { route: ["<sip:10.0.0.1:5060;lr>", "<sip:10.0.0.66;lr>"] });
    await bed.pass();
    expect(sent.statuses()).toEqual([403]);
  });
});

describe("CR terminating steps 2 to 5: the server of the called user's network", () => {
  async function inbound(): Promise<Sent> {
    const sent = other.send("INVITE", {
      callId: "d2",
      from: "sip:dave@b.example",
      headers: [ACCEPT, { name: "P-Asserted-Identity", value: "<sip:dave@b.example>" }],
    });
    await bed.pass();
    return sent;
  }

  it("step 2: gets the request for its user", async () => {
    await inbound();
    expect(latest(server).headers.get("P-Served-User")).toBe(
      "<sip:bob@a.example>;sescase=term;regstate=reg",
    );
  });

  it("steps 3 to 5: what it sends back goes to the user's devices", async () => {
    const laptop = await bed.device("bob", "10.0.0.22");
    await inbound();
    await sendOn("d3");
    for (const ua of [phone, laptop]) {
      expect(latest(ua).headers.get("Call-ID")).toBe("d3");
      expect(latest(ua).headers.has("P-Served-User")).toBe(false);
      expect(latest(ua).headers.has("Route")).toBe(false);
    }
    expect(server.of("INVITE")).toHaveLength(1);
  });

  it("is not asked for a user who has no device: 480", async () => {
    const sent = other.send("INVITE", {
      uri: "sip:carol@a.example",
      from: "sip:dave@b.example",
      headers: [ACCEPT],
    });
    await bed.pass();
    expect(sent.statuses()).toEqual([480]);
    expect(server.received).toEqual([]);
  });

  it("serves caller and called user in turn when both are at home", async () => {
    await invite("sip:bob@a.example");
    await sendOn("d2");
    expect(server.of("INVITE").map((tx) => tx.request.headers.get("P-Served-User"))).toEqual([
      "<sip:alice@a.example>;sescase=orig;regstate=reg",
      "<sip:bob@a.example>;sescase=term;regstate=reg",
    ]);
    await sendOn("d3");
    expect(latest(phone).headers.get("Call-ID")).toBe("d3");
  });
});

describe("TS 24.229 §5.4.3.2 a server that does not answer", () => {
  it("ends the request with 503 after two seconds", async () => {
    bed.net.blackhole({ to: SERVER.host });
    const sent = await invite();
    await bed.pass(1_900);
    expect(sent.statuses()).toEqual([]);
    await bed.pass(200);
    expect(sent.statuses()).toEqual([503]);
    expect(sent.last().reason).toBe("Participating Function does not answer");
    expect(other.received).toEqual([]);
  });

  it("goes on without it where that is configured", async () => {
    await open({ onServerFailure: "continue" });
    bed.net.blackhole({ to: SERVER.host });
    const sent = await invite();
    await bed.pass(2_100);
    const tx = other.only("INVITE");
    expect(tx.request.headers.has("Route")).toBe(false);
    other.respond(tx, 200);
    await bed.pass();
    expect(sent.statuses()).toEqual([200]);
  });

  it("counts a 5xx as no answer when nothing came before it", async () => {
    await open({ onServerFailure: "continue" });
    await invite();
    server.respond(server.only("INVITE"), 500);
    await bed.pass();
    expect(other.of("INVITE")).toHaveLength(1);
  });

  it("forwards a 5xx after a provisional response, and any other refusal", async () => {
    await open({ onServerFailure: "continue" });
    const first = await invite();
    server.respond(server.only("INVITE"), 180);
    server.respond(server.only("INVITE"), 500);
    await bed.pass();
    expect(first.statuses()).toEqual([180, 500]);
    const second = alice.send("INVITE", {
      callId: "d4",
      uri: "sip:dave@b.example",
      headers: [ACCEPT],
    });
    await bed.pass();
    const tx = server.of("INVITE").at(-1);
    if (tx !== undefined) server.respond(tx, 403);
    await bed.pass();
    expect(second.statuses()).toEqual([403]);
    expect(other.received).toEqual([]);
  });

  it("does nothing more for a request that was cancelled meanwhile", async () => {
    await open({ onServerFailure: "continue" });
    bed.net.blackhole({ to: SERVER.host });
    const sent = await invite();
    sent.transaction.cancel();
    await bed.pass(3_000);
    expect(sent.statuses()).toEqual([487]);
    expect(other.received).toEqual([]);
  });
});

describe("RFC 3325 and RFC 6050 what the core asserts", () => {
  const bare = (sent: SipRequest, name: string): readonly string[] => sent.headers.getAll(name);

  it("MUST assert the authenticated user, and turn the preferred service into the asserted one", async () => {
    await invite(undefined, [
      { name: "P-Preferred-Identity", value: '"Alice" <sip:alice@a.example>' },
      { name: "P-Preferred-Service", value: ICSI },
    ]);
    const request = latest(server);
    expect(bare(request, "P-Asserted-Identity")).toEqual(['"Alice" <sip:alice@a.example>']);
    expect(bare(request, "P-Asserted-Service")).toEqual([ICSI]);
    expect(request.headers.has("P-Preferred-Identity")).toBe(false);
    expect(request.headers.has("P-Preferred-Service")).toBe(false);
  });

  it("ignores a preferred identity that is somebody else's", async () => {
    await invite(undefined, [{ name: "P-Preferred-Identity", value: "<sip:bob@a.example>" }]);
    expect(bare(latest(other), "P-Asserted-Identity")).toEqual(["<sip:alice@a.example>"]);
  });

  it.each(["P-Asserted-Identity", "p-asserted-identity", "P-ASSERTED-IDENTITY"])(
    "MUST take away a foreign %s",
    async (name) => {
      await invite("sip:dave@b.example", [{ name, value: "<sip:bob@a.example>" }]);
      expect(bare(latest(other), "P-Asserted-Identity")).toEqual(["<sip:alice@a.example>"]);
    },
  );

  it.each([
    "P-Asserted-Identity : <sip:bob@a.example>",
    "P-Asserted-Identity\t:\r\n <sip:bob@a.example>",
  ])("MUST take it away however it is written: %j", (line) => {
    // A blank before the colon is legal, and was a way around this rule elsewhere (CVE-2020-28361).
    const parsed = parseSipMessage(Buffer.from(`INVITE sip:b SIP/2.0\r\n${line}\r\nX: 1\r\n\r\n`));
    if (!parsed.ok) throw new Error(parsed.error.what);
    expect(withoutAssertions(parsed.value.headers).fields).toEqual([{ name: "X", value: "1" }]);
  });

  it("takes away what else only the trust domain may say", async () => {
    const names = ["P-Served-User", "P-Charging-Vector", "History-Info", "P-Called-Party-ID"];
    await invite(
      undefined,
      names.map((name) => ({ name, value: "<sip:x@y>" })),
    );
    for (const name of names) expect(latest(other).headers.has(name)).toBe(false);
  });

  it("believes a neighbour about its own users only", async () => {
    other.send("INVITE", {
      from: "sip:alice@a.example",
      headers: [
        { name: "P-Asserted-Identity", value: "<sip:alice@a.example>, <tel:+1555>" },
        { name: "P-Asserted-Identity", value: "<sip:dave@b.example>" },
        { name: "P-Served-User", value: "<sip:alice@a.example>" },
      ],
    });
    await bed.pass();
    expect(bare(latest(phone), "P-Asserted-Identity")).toEqual([
      "<tel:+1555>",
      "<sip:dave@b.example>",
    ]);
  });

  it.each(["id", "user;id", "header, id"])(
    "does not show the identity to the device when the caller wants privacy: %s (RFC 3325 §7)",
    async (value) => {
      await invite("sip:bob@a.example", [{ name: "Privacy", value }]);
      expect(latest(phone).headers.has("P-Asserted-Identity")).toBe(false);
    },
  );
});

describe("RFC 3261 §22 who may send", () => {
  it.each([
    "INVITE",
    "MESSAGE",
    "OPTIONS",
    "SUBSCRIBE",
    "NOTIFY",
    "REFER",
    "PUBLISH",
    "BYE",
    "X-ODD",
  ])("MUST challenge a %s from an unknown place with 407", async (method) => {
    const stranger = await bed.ua("10.0.0.66");
    const sent = stranger.send(method);
    await bed.pass();
    expect(sent.statuses()).toEqual([407]);
    expect(phone.received).toEqual([]);
  });

  it("takes it with the right credentials, which go no further", async () => {
    const moved = await bed.ua("10.0.0.67");
    moved.login("alice", "a.example");
    const done = moved.ask("MESSAGE", { uri: "sip:bob@a.example" });
    expect((await done).status).toBe(200);
    expect(latest(phone, "MESSAGE").headers.has("Proxy-Authorization")).toBe(false);
  });

  it("answers 403 when From is not the user who authenticated", async () => {
    const moved = await bed.ua("10.0.0.67");
    moved.login("alice", "a.example");
    expect(
      (await moved.ask("INVITE", { from: "sip:bob@a.example", uri: "sip:bob@a.example" })).status,
    ).toBe(403);
  });

  it("challenges a From that is not the user registered on that flow", async () => {
    const sent = alice.send("INVITE", { from: "sip:bob@a.example" });
    await bed.pass();
    expect(sent.statuses()).toEqual([407]);
  });

  it("asks once per connection", async () => {
    const moved = await bed.ua("10.0.0.67");
    moved.login("alice", "a.example");
    expect((await moved.ask("MESSAGE", { transport: "tcp" })).status).toBe(200);
    const next = moved.send("MESSAGE", { transport: "tcp" });
    await bed.pass();
    expect(next.statuses()).toEqual([200]);
    bed.net.resetTcp();
    await bed.pass();
    const later = moved.send("MESSAGE", { transport: "tcp" });
    await bed.pass();
    expect(later.statuses()).toEqual([407]);
  });

  it("forgets who is behind an address when the registration has ended", async () => {
    await bed.pass(3_600_000);
    const sent = alice.send("MESSAGE");
    await bed.pass();
    expect(sent.statuses()).toEqual([407]);
  });

  it("stops looking at passwords after five wrong ones, for that user from that address, for a while", async () => {
    const guesser = await bed.ua("10.0.0.66");
    const as = { from: "sip:alice@a.example", uri: "sip:bob@a.example" };
    guesser.login("alice", "a.example", "wrong");
    for (let i = 0; i < 5; i += 1) expect((await guesser.ask("MESSAGE", as)).status).toBe(407);
    guesser.login("alice", "a.example");
    expect((await guesser.ask("MESSAGE", as)).status).toBe(403);
    const honest = await bed.ua("10.0.0.67");
    honest.login("alice", "a.example");
    expect((await honest.ask("MESSAGE", as)).status).toBe(200);
    await bed.pass(1_100);
    expect((await guesser.ask("MESSAGE", as)).status).toBe(200);
  });

  it("never challenges ACK and CANCEL", async () => {
    const stranger = await bed.ua("10.0.0.66");
    const sent = stranger.send("CANCEL");
    await bed.pass();
    expect(sent.statuses()).toEqual([481]);
  });
});
