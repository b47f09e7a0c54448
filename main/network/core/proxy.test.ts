import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CORE,
  CoreBed,
  NEIGHBOUR,
  type ScriptedUa,
  type Sent,
  TAG,
} from "../../../tests/support/core-bed.ts";
import { target } from "../../../tests/support/sip-pair.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";

let bed: CoreBed;
let alice: ScriptedUa;
let phone: ScriptedUa;
let laptop: ScriptedUa;

beforeEach(async () => {
  bed = await CoreBed.start();
  alice = await bed.device("alice", "10.0.0.10");
  phone = await bed.device("bob", "10.0.0.21");
  laptop = await bed.device("bob", "10.0.0.22");
});

afterEach(() => bed.stop());

async function invite(headers: readonly HeaderField[] = []): Promise<Sent> {
  const sent = alice.send("INVITE", { callId: "call", headers });
  await bed.pass();
  return sent;
}

/** The request as a device got it. */
function got(ua: ScriptedUa, method: string): SipRequest {
  return ua.only(method).request;
}

describe("RFC 3261 §16.6 forwarding to the devices of a user", () => {
  it("sends a copy to every contact at once, with the contact as Request-URI", async () => {
    await invite();
    expect(got(phone, "INVITE").uri).toBe("sip:bob@10.0.0.21:5060");
    expect(got(laptop, "INVITE").uri).toBe("sip:bob@10.0.0.22:5060");
    expect(got(phone, "INVITE").headers.get("Call-ID")).toBe("call");
    expect(got(phone, "INVITE").headers.get("P-Called-Party-ID")).toBe("<sip:bob@a.example>");
  });

  it("MUST take one off Max-Forwards and add a Via and a Record-Route of its own", async () => {
    await invite();
    const { headers } = got(phone, "INVITE");
    expect(headers.get("Max-Forwards")).toBe("69");
    expect(headers.list("Via")).toHaveLength(2);
    expect(headers.list("Record-Route")).toEqual([
      expect.stringMatching(/^<sip:rr-[0-9a-f]{20}@10\.0\.0\.1:5060;lr>$/),
    ]);
  });

  it("answers an INVITE with 100 at once", async () => {
    const sent = await invite();
    expect(sent.responses.map((one) => one.status)).toEqual([100]);
  });

  it("MUST answer 483 when Max-Forwards is 0 (§16.3 step 3)", async () => {
    const sent = alice.send("INVITE", { maxForwards: 0 });
    await bed.pass();
    expect(sent.statuses()).toEqual([483]);
    expect(phone.received).toEqual([]);
  });

  it("MUST answer 420 to a Proxy-Require it does not know (§16.3 step 5)", async () => {
    const sent = await invite([{ name: "Proxy-Require", value: "x-magic" }]);
    expect(sent.statuses()).toEqual([420]);
    expect(sent.last().headers.get("Unsupported")).toBe("x-magic");
  });

  it("MUST answer 482 to a request that comes back to it unchanged (§16.3 step 4)", async () => {
    await invite();
    const { headers } = got(phone, "INVITE");
    const looped = alice.send("INVITE", {
      callId: "call",
      headers: headers.getAll("Via").map((value) => ({ name: "Via", value })),
    });
    await bed.pass();
    expect(looped.statuses()).toEqual([482]);
  });

  it("refuses a malformed request with 400 and forwards nothing", async () => {
    const sent = alice.send("INVITE", { uri: "sip:bob@a.example?x=y", to: "<sip:bob@a.example>" });
    await bed.pass();
    expect(sent.statuses()).toEqual([400]);
    expect(phone.received).toEqual([]);
  });

  it("forwards headers it does not know and the body octet by octet", async () => {
    const body = Buffer.from([0, 1, 2, 0xff, 0xfe, 13, 10]);
    const odd = { name: "x-ODD", value: ';;,,;"\\ ' + "\u00e9" };
    alice.send("INVITE", { headers: [odd, { name: "Content-Type", value: "x/y" }], body });
    await bed.pass();
    expect(got(phone, "INVITE").headers.fields).toContainEqual(odd);
    expect(got(phone, "INVITE").body.equals(body)).toBe(true);
  });

  it("answers 404 for an unknown user and an unknown domain, 480 when nobody is registered", async () => {
    const ask = async (uri: string): Promise<readonly number[]> => {
      const sent = alice.send("INVITE", { uri });
      await bed.pass();
      return sent.statuses();
    };
    expect(await ask("sip:nobody@a.example")).toEqual([404]);
    expect(await ask("sip:bob@z.example")).toEqual([404]);
    expect(await ask("sip:carol@a.example")).toEqual([480]);
  });

  it("finds a user under another spelling of the same address (§19.1.4)", async () => {
    alice.send("INVITE", { uri: "sip:%62ob@A.Example:5060" });
    await bed.pass();
    expect(phone.of("INVITE")).toHaveLength(1);
  });

  it("follows the Path of a registration (RFC 3327 §5.3)", async () => {
    const edge = await bed.ua("10.0.0.50");
    const carol = await bed.ua("10.0.0.30");
    carol.login("carol", "a.example");
    await carol.ask("REGISTER", {
      uri: "sip:a.example",
      from: "sip:carol@a.example",
      to: "<sip:carol@a.example>",
      headers: [
        { name: "Contact", value: carol.contact("carol") },
        { name: "Path", value: "<sip:10.0.0.50:5060;lr>" },
      ],
    });
    alice.send("INVITE", { uri: "sip:carol@a.example" });
    await bed.pass();
    expect(got(edge, "INVITE").headers.list("Route")).toEqual(["<sip:10.0.0.50:5060;lr>"]);
    expect(got(edge, "INVITE").uri).toBe("sip:carol@10.0.0.30:5060");
  });

  it("sends to at most ten branches", async () => {
    bed = await CoreBed.start({ limits: { branches: 1 } });
    alice = await bed.device("alice", "10.0.0.10");
    phone = await bed.device("bob", "10.0.0.21");
    laptop = await bed.device("bob", "10.0.0.22");
    await invite();
    expect([phone.of("INVITE").length, laptop.of("INVITE").length]).toEqual([1, 0]);
  });
});

describe("RFC 3841 caller preferences", () => {
  const wanted = { name: "Accept-Contact", value: `*;${TAG};require;explicit` };

  it("calls only devices that declare the required feature", async () => {
    const tablet = await bed.device("bob", "10.0.0.23", { contact: "" });
    await invite([wanted]);
    expect(phone.of("INVITE")).toHaveLength(1);
    expect(tablet.of("INVITE")).toEqual([]);
  });

  it("answers 480 when no device declares it", async () => {
    const other = { name: "a", value: '*;+g.3gpp.icsi-ref="urn%3aother";require;explicit' };
    expect((await invite([other])).statuses()).toEqual([480]);
  });

  it("compares percent-encoded and comma-separated values by meaning", async () => {
    const value =
      '*;+G.3GPP.icsi-ref="urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer";require;explicit';
    await invite([{ name: "Accept-Contact", value }]);
    expect(phone.of("INVITE")).toHaveLength(1);
  });

  it("leaves out what Reject-Contact describes", async () => {
    const sent = await invite([{ name: "Reject-Contact", value: `*;${TAG}` }]);
    expect(sent.statuses()).toEqual([480]);
  });
});

describe("RFC 3261 §16.7 response processing", () => {
  it("forwards every provisional response but 100, without its own Via", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 180);
    laptop.respond(laptop.only("INVITE"), 183);
    await bed.pass();
    expect(sent.statuses()).toEqual([180, 183]);
    expect(sent.last().headers.list("Via")).toHaveLength(1);
  });

  it("forwards a 2xx at once and cancels the others, which have sent a provisional response", async () => {
    const sent = await invite();
    laptop.respond(laptop.only("INVITE"), 180);
    phone.respond(phone.only("INVITE"), 200);
    await bed.pass();
    expect(sent.statuses()).toEqual([180, 200]);
    const cancel = got(laptop, "CANCEL");
    expect(cancel.headers.get("Reason")).toBe('SIP;cause=200;text="Call completed elsewhere"');
    expect(cancel.uri).toBe("sip:bob@10.0.0.22:5060");
    expect(phone.of("CANCEL")).toEqual([]);
    expect(laptop.only("INVITE").hasFinal).toBe(true);
  });

  it("MUST NOT send a CANCEL before a provisional response (§9.1)", async () => {
    await invite();
    phone.respond(phone.only("INVITE"), 200);
    // Less than the 200 ms after which its transaction would send a 100 by itself.
    await bed.pass(100);
    expect(laptop.of("CANCEL")).toEqual([]);
    laptop.respond(laptop.only("INVITE"), 180);
    await bed.pass();
    expect(laptop.of("CANCEL")).toHaveLength(1);
  });

  it("names the device that took it, when it has a name", async () => {
    await bed.device("bob", "10.0.0.23", { contact: `;${TAG};device-name="Bob's tablet"` });
    const tablet = await bed.device("bob", "10.0.0.24", {
      contact: `;${TAG};device-name="Bob's \\"TV\\""`,
    });
    await invite();
    phone.respond(phone.only("INVITE"), 180);
    tablet.respond(tablet.only("INVITE"), 200);
    await bed.pass();
    expect(got(phone, "CANCEL").headers.get("Reason")).toBe(
      'SIP;cause=200;text="Call completed elsewhere";device-name="Bob\'s \\"TV\\""',
    );
  });

  it("forwards a second 2xx that crosses the CANCEL", async () => {
    const sent = await invite();
    laptop.respond(laptop.only("INVITE"), 180);
    phone.respond(phone.only("INVITE"), 200);
    laptop.respond(laptop.only("INVITE"), 200);
    await bed.pass();
    expect(sent.statuses()).toEqual([180, 200, 200]);
  });

  it("waits for all branches and sends the best response", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 480);
    await bed.pass();
    expect(sent.statuses()).toEqual([]);
    laptop.respond(laptop.only("INVITE"), 486);
    await bed.pass();
    expect(sent.statuses()).toEqual([486]);
  });

  it("cancels the others after a 6xx and sends it when they have ended", async () => {
    const sent = await invite();
    laptop.respond(laptop.only("INVITE"), 180);
    await bed.pass();
    phone.respond(phone.only("INVITE"), 603);
    await bed.pass();
    expect(sent.statuses()).toEqual([180, 603]);
    expect(got(laptop, "CANCEL").headers.get("Reason")).toBe('SIP;cause=603;text="Declined"');
  });

  it("does not let a device that never answered delay a 6xx", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 603);
    await bed.pass();
    expect(sent.statuses()).toEqual([603]);
  });

  it("counts a branch that stays silent as 408 (§16.8)", async () => {
    bed.net.blackhole({ from: CORE.host, to: laptop.address.host });
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 486);
    await bed.pass(31_000);
    expect(sent.statuses()).toEqual([]);
    await bed.pass(2_000);
    expect(sent.statuses()).toEqual([486]);
  });

  it("cancels a branch when timer C ends, which 101 to 199 restart (§16.8)", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 486);
    laptop.respond(laptop.only("INVITE"), 180);
    await bed.pass(200_000);
    laptop.respond(laptop.only("INVITE"), 180);
    await bed.pass(239_000);
    expect(laptop.of("CANCEL")).toEqual([]);
    await bed.pass(2_000);
    expect(laptop.of("CANCEL")).toHaveLength(1);
    expect(sent.statuses()).toEqual([180, 180, 486]);
  });

  it("forwards a 2xx that comes after a 6xx was sent (step 5)", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 603);
    await bed.pass();
    expect(sent.statuses()).toEqual([603]);
    laptop.respond(laptop.only("INVITE"), 200);
    await bed.pass();
    const toAlice = bed.net.traffic
      .filter((each) => each.to.host === alice.address.host)
      .map((each) => each.bytes.toString("latin1").slice(8, 11));
    expect(toAlice.at(-1)).toBe("200");
  });

  it("puts all challenges into one (step 7)", async () => {
    const sent = await invite();
    const challenge = (realm: string): HeaderField[] => [
      { name: "WWW-Authenticate", value: `Digest realm="${realm}", nonce="1"` },
    ];
    phone.respond(phone.only("INVITE"), 401, { headers: challenge("one") });
    laptop.respond(laptop.only("INVITE"), 401, { headers: challenge("two") });
    await bed.pass();
    expect(sent.statuses()).toEqual([401]);
    expect(sent.last().headers.getAll("WWW-Authenticate")).toHaveLength(2);
  });

  it("drops a response that it cannot read, and goes on", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 180, { headers: [{ name: "CSeq", value: "1 INVITE" }] });
    await bed.pass();
    expect(sent.statuses()).toEqual([]);
    phone.respond(phone.only("INVITE"), 200);
    await bed.pass();
    expect(sent.statuses()).toEqual([200]);
  });
});

describe("RFC 3261 §16.10 CANCEL", () => {
  it("answers the CANCEL, cancels each branch with the caller's Reason, and sends the 487", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 180);
    laptop.respond(laptop.only("INVITE"), 180);
    await bed.pass();
    sent.transaction.cancel([{ name: "Reason", value: 'SIP;cause=487;text="changed my mind"' }]);
    await bed.pass();
    for (const ua of [phone, laptop]) {
      expect(got(ua, "CANCEL").headers.get("Reason")).toBe('SIP;cause=487;text="changed my mind"');
    }
    expect(sent.statuses()).toEqual([180, 180, 487]);
  });

  it("forwards a 2xx that crosses the CANCEL", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 180);
    await bed.pass();
    sent.transaction.cancel();
    phone.respond(phone.only("INVITE"), 200);
    await bed.pass();
    expect(sent.statuses()).toEqual([180, 200]);
  });

  it("answers 481 to a CANCEL that matches nothing", async () => {
    const stray = alice.send("CANCEL", { callId: "unknown" });
    await bed.pass();
    expect(stray.statuses()).toEqual([481]);
  });
});

describe("RFC 3261 §16.12 requests inside the dialog", () => {
  /** Route set of the caller, from the 200 (§12.1.2). */
  async function dialog(): Promise<{ readonly route: readonly string[]; readonly to: string }> {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 200, { user: "bob" });
    await bed.pass();
    const { headers } = sent.last();
    return { route: headers.list("Record-Route").toReversed(), to: headers.get("To") ?? "" };
  }

  it("follow the recorded route: ACK, BYE and its 200", async () => {
    const { route, to } = await dialog();
    alice.layer.sendAck(
      {
        ...alice.send("OPTIONS", { callId: "call", to, route, uri: "sip:bob@10.0.0.21:5060" })
          .transaction.request,
        method: "ACK",
        headers: phoneAck(route, to),
      },
      target("udp", CORE),
    );
    await bed.pass();
    expect(phone.acks).toHaveLength(1);
    expect(phone.acks[0]?.headers.has("Route")).toBe(false);

    const bye = alice.send("BYE", {
      callId: "call",
      cseq: 2,
      to,
      route,
      uri: "sip:bob@10.0.0.21:5060",
    });
    await bed.pass();
    expect(bye.statuses()).toEqual([200]);
    expect(got(phone, "BYE").headers.get("Max-Forwards")).toBe("69");
  });

  function phoneAck(route: readonly string[], to: string): SipRequest["headers"] {
    const base = got(phone, "INVITE").headers;
    return base
      .setAll("Via", [])
      .setAll("Record-Route", [])
      .setAll("Route", route)
      .set("To", to)
      .set("CSeq", "1 ACK");
  }

  it("go from the called device to the caller too", async () => {
    await dialog();
    const { headers } = got(phone, "INVITE");
    const bye = phone.send("BYE", {
      callId: "call",
      route: headers.list("Record-Route"),
      uri: "sip:ua@10.0.0.10:5060",
      from: "<sip:bob@a.example>;tag=10.0.0.21-tag",
      to: headers.get("From") ?? "",
    });
    await bed.pass();
    expect(bye.statuses()).toEqual([200]);
    expect(alice.of("BYE")).toHaveLength(1);
  });

  it("need no new authentication, from wherever they come", async () => {
    const { route, to } = await dialog();
    const moved = await bed.ua("10.0.0.77");
    const bye = moved.send("BYE", {
      callId: "call",
      cseq: 2,
      to,
      route,
      uri: "sip:bob@10.0.0.21:5060",
    });
    await bed.pass();
    expect(bye.statuses()).toEqual([200]);
  });

  it.each([
    ["no Route of ours", []],
    ["a Route of another dialog", [`<sip:rr-0123456789abcdef0123@${CORE.host}:5060;lr>`]],
    ["a plain Route to us", [`<sip:${CORE.host}:5060;lr>`]],
  ])("are refused with 481 when they have %s", async (_, route) => {
    const stranger = await bed.ua("10.0.0.66");
    const forged = stranger.send("INVITE", { to: "<sip:bob@a.example>;tag=made-up", route });
    await bed.pass();
    expect(forged.statuses()).toEqual([481]);
    expect(phone.received).toEqual([]);
  });

  it("is never answered 408 but by silence when it is no INVITE (RFC 4320 §4.1)", async () => {
    const { route, to } = await dialog();
    bed.net.blackhole({ from: CORE.host, to: phone.address.host });
    const bye = alice.send("BYE", {
      callId: "call",
      cseq: 2,
      to,
      route,
      uri: "sip:bob@10.0.0.21:5060",
    });
    await bed.pass(31_000);
    expect(bye.statuses()).toEqual([]);
  });
});

describe("RFC 3261 §16.4 and §16.6 strict routers", () => {
  it("undoes what one before us did: our Record-Route as Request-URI", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 200, { user: "bob" });
    await bed.pass();
    const own = sent.last().headers.first("Record-Route") ?? "";
    const bye = alice.send("BYE", {
      callId: "call",
      cseq: 2,
      uri: own.slice(1, -1),
      to: sent.last().headers.get("To") ?? "",
      route: ["<sip:bob@10.0.0.21:5060>"],
    });
    await bed.pass();
    expect(bye.statuses()).toEqual([200]);
    expect(got(phone, "BYE").uri).toBe("sip:bob@10.0.0.21:5060");
    expect(got(phone, "BYE").headers.has("Route")).toBe(false);
  });

  it("serves one behind us: its URI as Request-URI, ours at the end of Route", async () => {
    const sent = await invite();
    phone.respond(phone.only("INVITE"), 200, { user: "bob" });
    await bed.pass();
    const own = sent.last().headers.first("Record-Route") ?? "";
    alice.send("BYE", {
      callId: "call",
      cseq: 2,
      uri: "sip:bob@10.0.0.99",
      to: sent.last().headers.get("To") ?? "",
      route: [own, "<sip:strict@10.0.0.21:5060>"],
    });
    await bed.pass();
    expect(got(phone, "BYE").uri).toBe("sip:strict@10.0.0.21:5060");
    expect(got(phone, "BYE").headers.list("Route")).toEqual(["<sip:bob@10.0.0.99>"]);
  });
});

describe("RFC 3261 §18 transports of a device", () => {
  it("reaches a device over the connection it registered on", async () => {
    const carol = await bed.device("carol", "10.0.0.30", { transport: "tcp" });
    const before = bed.net.openConnections;
    alice.send("INVITE", { uri: "sip:carol@a.example" });
    await bed.pass();
    expect(carol.of("INVITE")).toHaveLength(1);
    expect(carol.only("INVITE").flow.transport).toBe("tcp");
    expect(bed.net.openConnections).toBe(before);
  });

  it("connects to its contact when that connection is gone", async () => {
    const carol = await bed.device("carol", "10.0.0.30", { transport: "tcp" });
    bed.net.resetTcp({ from: CORE.host, to: "10.0.0.30" });
    await bed.pass();
    alice.send("INVITE", { uri: "sip:carol@a.example" });
    await bed.pass();
    expect(carol.of("INVITE")).toHaveLength(1);
  });

  it("records the route once per side where the two sides name different transports (RFC 5658 §3.1)", async () => {
    const carol = await bed.device("carol", "10.0.0.30", { transport: "tcp" });
    alice.send("INVITE", { uri: "sip:carol@a.example" });
    await bed.pass();
    const recorded = got(carol, "INVITE").headers.list("Record-Route");
    expect(recorded.map((value) => value.replace(/rr-[0-9a-f]+/, "rr"))).toEqual([
      "<sip:rr@10.0.0.1:5060;transport=tcp;lr>",
      "<sip:rr@10.0.0.1:5060;lr>",
    ]);
  });
});

describe("routing between networks", () => {
  it("sends a request for a neighbour's domain to its core, and takes its requests", async () => {
    const other = await bed.ua(NEIGHBOUR);
    alice.send("INVITE", { uri: "sip:dave@b.example" });
    await bed.pass();
    expect(got(other, "INVITE").uri).toBe("sip:dave@b.example");

    const inbound = other.send("INVITE", { from: "sip:dave@b.example" });
    await bed.pass();
    expect(phone.of("INVITE")).toHaveLength(1);
    phone.respond(phone.only("INVITE"), 200);
    await bed.pass();
    expect(inbound.statuses()).toEqual([200]);
  });

  it("is no way through for a neighbour to a third network", async () => {
    const other = await bed.ua(NEIGHBOUR);
    const sent = other.send("INVITE", { from: "sip:dave@b.example", uri: "sip:erin@c.example" });
    await bed.pass();
    expect(sent.statuses()).toEqual([404]);
  });

  it("tries the next address of a neighbour that does not answer on the first (RFC 3263 §4.3)", async () => {
    await bed.stop();
    bed = await CoreBed.start(
      { neighbours: new Map([["b.example", "sip:core.b.example:5060;transport=tcp"]]) },
      { names: { "core.b.example": ["10.0.9.7", NEIGHBOUR.host] } },
    );
    alice = await bed.device("alice", "10.0.0.10");
    phone = await bed.device("bob", "10.0.0.21");
    const other = await bed.ua(NEIGHBOUR);
    alice.send("INVITE", { uri: "sip:dave@b.example" });
    await bed.pass(100);
    expect(other.of("INVITE")).toHaveLength(1);
    other.send("MESSAGE", { from: "sip:dave@b.example", transport: "tcp" });
    await bed.pass();
    expect(phone.of("MESSAGE")).toHaveLength(1);
  });

  describe("RFC 3263 §4.3 a neighbour with two cores", () => {
    const SPARE = { host: "10.0.9.2", port: 5060 };
    let first: ScriptedUa;
    let spare: ScriptedUa;

    beforeEach(async () => {
      await bed.stop();
      bed = await CoreBed.start(
        { neighbours: new Map([["b.example", "sip:b.example"]]) },
        {
          names: { "c1.b.example": [NEIGHBOUR.host], "c2.b.example": [SPARE.host] },
          records: {
            services: {
              "_sip._udp.b.example": [
                { target: "c1.b.example", port: 5060 },
                { target: "c2.b.example", port: 5060 },
              ],
            },
          },
        },
      );
      alice = await bed.device("alice", "10.0.0.10");
      first = await bed.ua(NEIGHBOUR);
      spare = await bed.ua(SPARE);
    });

    async function call(): Promise<Sent> {
      const sent = alice.send("INVITE", { uri: "sip:dave@b.example" });
      await bed.pass();
      return sent;
    }

    it("MUST go on to the next SRV record after 503, and try the first one last until Retry-After is over", async () => {
      first.answers.set("INVITE", 503);
      spare.answers.set("INVITE", 486);
      expect((await call()).statuses()).toEqual([486]);
      expect((await call()).statuses()).toEqual([486]);
      expect(first.of("INVITE")).toHaveLength(1);
      await bed.pass(31_000);
      await call();
      expect(first.of("INVITE")).toHaveLength(2);
    });

    it("MUST go on after a timeout without any response", async () => {
      const heal = bed.net.lose({ to: NEIGHBOUR.host });
      const sent = await call();
      await bed.pass(33_000);
      expect(spare.of("INVITE")).toHaveLength(1);
      expect(sent.statuses()).toEqual([]);
      heal();
    });

    it("trusts each of them as the neighbour", async () => {
      phone = await bed.device("bob", "10.0.0.21");
      for (const core of [first, spare]) {
        core.send("MESSAGE", { from: "sip:dave@b.example" });
        await bed.pass();
      }
      expect(phone.of("MESSAGE")).toHaveLength(2);
    });

    it("answers 503 without the neighbour's Retry-After when all of them do (§16.7 step 6)", async () => {
      first.answers.set("INVITE", 503);
      spare.answers.set("INVITE", 503);
      const sent = await call();
      expect(sent.statuses()).toEqual([503]);
      expect(sent.last().headers.has("Retry-After")).toBe(false);
    });
  });

  it("answers 503 when a neighbour's name has no address", async () => {
    await bed.stop();
    bed = await CoreBed.start({ neighbours: new Map([["b.example", "sip:nowhere.example"]]) });
    alice = await bed.device("alice", "10.0.0.10");
    const sent = alice.send("INVITE", { uri: "sip:dave@b.example" });
    await bed.pass();
    expect(sent.statuses()).toEqual([503]);
  });

  it("says 503 when the neighbour cannot be reached", async () => {
    await bed.stop();
    const uri = `sip:${NEIGHBOUR.host};transport=tcp`;
    bed = await CoreBed.start({ neighbours: new Map([["b.example", uri]]) });
    alice = await bed.device("alice", "10.0.0.10");
    const sent = alice.send("INVITE", { uri: "sip:dave@b.example" });
    await bed.pass(100);
    expect(sent.statuses()).toEqual([503]);
  });
});

describe("RFC 3261 §19.1.1 IPv6", () => {
  it("is written in brackets wherever the core writes its own address", async () => {
    await bed.stop();
    bed = await CoreBed.start({}, { address: { host: "2001:db8::1", port: 5060 } });
    alice = await bed.device("alice", "2001:db8::10");
    phone = await bed.device("bob", "2001:db8::21");
    const sent = await invite();
    const { uri, headers } = got(phone, "INVITE");
    expect(uri).toBe("sip:bob@[2001:db8::21]:5060");
    expect(headers.get("Record-Route")).toMatch(/^<sip:rr-[0-9a-f]{20}@\[2001:db8::1\]:5060;lr>$/);
    phone.respond(phone.only("INVITE"), 200, { user: "bob" });
    await bed.pass();
    const bye = alice.send("BYE", {
      callId: "call",
      cseq: 2,
      uri,
      to: sent.last().headers.get("To") ?? "",
      route: sent.last().headers.list("Record-Route"),
    });
    await bed.pass();
    expect(bye.statuses()).toEqual([200]);
  });
});
