import { describe, expect, it } from "vitest";
import {
  authenticated,
  type ControlClient,
  type EngineBed,
  incoming,
  LOCAL,
  lastTxn,
  PEER,
  respond,
  sip,
} from "../../tests/support/engine-bed.ts";
import {
  type ScriptedPeer,
  scriptedPeer,
  scriptedResponse,
} from "../../tests/support/scripted-peer.ts";
import type { SipRequest } from "../sip/message/message.ts";
import type { EngineOptions } from "./engine.ts";

const CONTACT = { Contact: "<sip:b@10.0.0.9:5060>" };

function with_(request: SipRequest, fields: Readonly<Record<string, string>>): SipRequest {
  const headers = Object.entries(fields).reduce(
    (all, [name, value]) => all.set(name, value),
    request.headers,
  );
  return { ...request, headers };
}

async function withPeer(
  options: Partial<EngineOptions> = {},
  onRequest: (request: SipRequest, peer: ScriptedPeer) => void = () => undefined,
): Promise<EngineBed & { peer: ScriptedPeer; tick: () => Promise<void> }> {
  const made = await authenticated(options);
  const peer = await scriptedPeer(made.net, PEER.host, {
    onRequest: (request, _from, self) => {
      onRequest(request, self);
    },
  });
  return {
    ...{ ...made, peer },
    tick: () => made.clock.advanceAsync(10),
  };
}

const word = (client: ControlClient, rid: string): string => client.replies(rid)[0]?.[0] ?? "none";
const lastText = (client: ControlClient): string => client.messages.at(-1)?.text ?? "";

describe("drachtio wire protocol 1.6 several clients", () => {
  it("MUST get requests in turn, each only what it routed, and none when it is gone", async () => {
    const { client, connect, peer, tick } = await withPeer({ delivery: "routed" });
    const other = connect();
    other.client.send("authenticate|cymru|");
    const third = connect();
    client.send("route|message");
    other.client.send("route|message");
    third.client.send("route|message");
    for (const n of [1, 2, 3, 4]) peer.send(incoming("MESSAGE", n), LOCAL);
    await tick();
    expect([client.messages.length, other.client.messages.length]).toEqual([2, 2]);
    other.engine.close();
    peer.send(incoming("MESSAGE", 5), LOCAL);
    await tick();
    expect([client.messages.length, other.client.messages.length]).toEqual([3, 2]);
    expect(third.client.messages).toEqual([]);
  });

  it("MUST take a new client after the only one has gone", async () => {
    const { engine, connect, peer, tick } = await withPeer();
    engine.close();
    const again = connect();
    again.client.send("authenticate|cymru|");
    peer.send(incoming("MESSAGE"), LOCAL);
    await tick();
    expect(again.client.messages.length).toBe(1);
  });
});

describe("drachtio wire protocol 2.3 an INVITE of the network", () => {
  it("MUST get 100 at once where the client is one of drachtio-server's", async () => {
    for (const delivery of ["routed", "all"] as const) {
      const { client, peer, tick } = await withPeer({ delivery });
      client.send("route|invite");
      peer.send(incoming("INVITE"), LOCAL);
      await tick();
      expect(peer.responses.map(({ status }) => status)).toEqual(
        delivery === "routed" ? [100] : [],
      );
    }
  });

  it("MUST carry the tag that the client chooses, until a response has carried one", async () => {
    const { client, peer, tick } = await withPeer();
    peer.send(incoming("INVITE"), LOCAL);
    await tick();
    const txnId = lastTxn(client);
    respond(client, txnId, 180, ["To: <sip:x@y>;tag=chosen"]);
    respond(client, txnId, 200, ["To: tag=later", "contact: sip:me@localhost;expires=3"]);
    await tick();
    const tags = peer.responses.map(
      (response) => /tag=(.*)/.exec(response.headers.get("To") ?? "")?.[1],
    );
    expect(tags).toEqual(["chosen", "chosen"]);
    expect(peer.responses.at(-1)?.headers.get("Contact")).toBe("<sip:me@10.0.0.1:5060>;expires=3");
    peer.send(incoming("ACK", 1, "chosen"), LOCAL);
    await tick();
    expect(lastText(client)).toMatch(/^ACK /);
  });
});

describe("RFC 3262 §3 reliable provisional responses of the client", () => {
  const prack = (rack: string, tag: string): SipRequest =>
    with_(incoming("PRACK", 2, tag), { RAck: rack });

  async function ringing(): Promise<
    Awaited<ReturnType<typeof withPeer>> & { rseq: string; tag: string; rid: string }
  > {
    const bed = await withPeer();
    bed.peer.send(with_(incoming("INVITE"), { Supported: "100rel" }), LOCAL);
    await bed.tick();
    const rid = respond(bed.client, lastTxn(bed.client), 183, ["require: 100rel"]);
    await bed.tick();
    const headers = bed.peer.responses.at(-1)?.headers;
    const rseq = headers?.get("RSeq") ?? "";
    const tag = /tag=(.*)/.exec(headers?.get("To") ?? "")?.[1] ?? "";
    return { ...bed, rseq, tag, rid };
  }

  it("MUST show the client their number, and their PRACK, which the stack has answered", async () => {
    const { client, peer, rseq, tag, rid, tick } = await ringing();
    expect(client.frames.find((frame) => frame.split("|")[2] === rid)).toContain(`RSeq: ${rseq}`);
    peer.send(prack(`${rseq} 1 INVITE`, tag), LOCAL);
    await tick();
    expect(client.messages.at(-1)?.tokens[9]).toBe("in-1;from-tag=p1");
    expect(lastText(client)).toMatch(/^PRACK /);
    expect(word(client, respond(client, lastTxn(client), 200))).toBe("OK");
    await tick();
    expect(peer.responses.map(({ status }) => status)).toEqual([183, 200]);
  });

  it("MUST NOT show a PRACK of nothing", async () => {
    const { client, peer, tag, tick } = await ringing();
    peer.send(prack("7 1 INVITE", tag), LOCAL);
    await tick();
    expect(peer.responses.at(-1)?.status).toBe(481);
    expect(lastText(client)).toMatch(/^INVITE /);
  });

  it("MUST tell the client that no PRACK came in time", async () => {
    const { client, peer, clock } = await ringing();
    await clock.advanceAsync(32_100);
    expect(peer.responses.at(-1)?.status).toBe(504);
    expect(lastText(client)).toMatch(/^CANCEL /);
  });

  it("MUST NOT be sent to a peer that does not know them", async () => {
    const { client, peer, tick } = await withPeer();
    peer.send(incoming("INVITE"), LOCAL);
    await tick();
    const rid = respond(client, lastTxn(client), 183, ["require: 100rel"]);
    expect(client.replies(rid)).toEqual([["NOK", "Remote endpoint does not support 100rel"]]);
    expect(word(client, respond(client, lastTxn(client), 180))).toBe("OK");
  });
});

describe("RFC 3262 §4 reliable provisional responses of the network", () => {
  it("MUST come once, without their number, and be acknowledged although the peer gave no Contact", async () => {
    const { client, peer, tick } = await withPeer({}, (request, self) => {
      if (request.method === "PRACK") self.send(scriptedResponse(request, 200), LOCAL);
      if (request.method !== "INVITE") return;
      const reliable = { Require: "100rel", RSeq: "5" };
      const ringing = scriptedResponse(request, 183, reliable, { toTag: "b" });
      for (const again of [ringing, ringing]) self.send(again, LOCAL);
    });
    const text = sip("INVITE sip:bob@10.0.0.9 SIP/2.0", ["from: sip:a@localhost"], "v=0");
    client.send(`sip||\r\n${text}`);
    await tick();
    expect(client.messages.length).toBe(1);
    // drachtio-srf would send a PRACK of its own for an RSeq.
    expect(lastText(client)).not.toContain("RSeq");
    expect(lastText(client)).toContain("Require: 100rel");
    const prack = peer.requests.at(-1);
    expect([prack?.method, prack?.uri]).toEqual(["PRACK", "sip:bob@10.0.0.9"]);
    expect(prack?.headers.get("RAck")).toBe("5 1 INVITE");
  });
});

describe("drachtio wire protocol 2.4 a call of the client", () => {
  async function calling(
    onBye: (bye: SipRequest) => number,
  ): Promise<Awaited<ReturnType<typeof withPeer>> & { dialogId: string; callId: string }> {
    const bed = await withPeer({}, (request, self) => {
      if (request.method === "ACK") return;
      const status = request.method === "BYE" ? onBye(request) : 200;
      self.send(scriptedResponse(request, status, CONTACT, { toTag: "b" }), LOCAL);
    });
    bed.client.send(`sip||\r\n${sip("INVITE sip:bob@10.0.0.9 SIP/2.0", [], "v=0")}`);
    await bed.tick();
    const dialogId = bed.client.messages.at(-1)?.tokens[9] ?? "";
    bed.client.send(`sip||${dialogId}\r\n${sip("ACK sip:x SIP/2.0")}`);
    return { ...bed, dialogId, callId: dialogId.split(";")[0] ?? "" };
  }

  it("MUST let a challenged BYE be sent again with credentials, and nothing else", async () => {
    const { client, dialogId, peer, tick } = await calling((bye) =>
      bye.headers.has("Authorization") ? 200 : 401,
    );
    const command = (start: string, headers: readonly string[] = []): string =>
      client.send(`sip||${dialogId}\r\n${sip(`${start} sip:placeholder SIP/2.0`, headers)}`);
    command("BYE");
    await tick();
    expect(lastText(client)).toMatch(/^SIP\/2.0 401 /);
    expect(word(client, command("INFO"))).toBe("NOK");
    command("BYE", ["Authorization: Digest x"]);
    await tick();
    expect(lastText(client)).toMatch(/^SIP\/2.0 200 /);
    expect(peer.requests.map(({ headers }) => headers.get("CSeq")).slice(-2)).toEqual([
      "2 BYE",
      "3 BYE",
    ]);
    expect(word(client, command("BYE"))).toBe("NOK");
  });

  it("MUST be where a request outside a dialog goes that has its Call-ID", async () => {
    const { client, callId, peer, tick } = await calling(() => 200);
    client.send(`sip||\r\n${sip("INFO sip:elsewhere@10.0.0.9 SIP/2.0", [`call-id: ${callId}`])}`);
    await tick();
    const info = peer.requests.at(-1);
    expect([info?.method, info?.uri]).toEqual(["INFO", "sip:b@10.0.0.9:5060"]);
    expect(info?.headers.get("To")).toContain("tag=b");
  });
});

describe("RFC 6665 subscriptions", () => {
  const SUBSCRIBE = with_(incoming("SUBSCRIBE"), { Event: "presence", Expires: "900" });

  async function subscribed(): Promise<
    Awaited<ReturnType<typeof withPeer>> & { dialogId: string }
  > {
    const bed = await withPeer({}, (request, self) => {
      self.send(scriptedResponse(request, 200), LOCAL);
    });
    bed.peer.send(SUBSCRIBE, LOCAL);
    await bed.tick();
    const rid = respond(bed.client, lastTxn(bed.client), 202);
    await bed.tick();
    const dialogId = bed.client.replies(rid)[0]?.[8] ?? "";
    return { ...bed, dialogId };
  }

  const notify = (client: ControlClient, dialogId: string, state: string): string => {
    const headers = ["Event: presence", `Subscription-State: ${state}`];
    return client.send(`sip||${dialogId}\r\n${sip("NOTIFY sip:placeholder SIP/2.0", headers)}`);
  };

  it("§4.2 MUST be a dialog from the 2xx to the NOTIFY that says terminated", async () => {
    const { client, peer, dialogId, tick } = await subscribed();
    expect(dialogId).toBe("in-1;from-tag=p1");
    expect(peer.responses[0]?.headers.get("Contact")).toBe("<sip:10.0.0.1:5060>");
    expect(word(client, notify(client, dialogId, "active"))).toBe("none");
    await tick();
    const [first] = peer.requests;
    expect([first?.method, first?.uri]).toEqual(["NOTIFY", "sip:peer@10.0.0.9:5060"]);
    notify(client, dialogId, "terminated;reason=timeout");
    await tick();
    expect(peer.requests.length).toBe(2);
    const late = notify(client, dialogId, "active");
    await tick();
    expect(client.replies(late)[0]?.[1]).toContain("unable to find dialog");
  });

  it("§4.2.1 MUST pass a refreshing SUBSCRIBE inside the dialog", async () => {
    const { client, peer, tick } = await subscribed();
    const tag = /tag=(.*)/.exec(peer.responses[0]?.headers.get("To") ?? "")?.[1] ?? "";
    peer.send(with_(incoming("SUBSCRIBE", 2, tag), { Event: "presence" }), LOCAL);
    await tick();
    expect(client.messages.at(-1)?.tokens[9]).toBe("in-1;from-tag=p1");
    respond(client, lastTxn(client), 200);
    await tick();
    expect(peer.responses.at(-1)?.status).toBe(200);
  });

  it("MUST NOT end with BYE when its NOTIFY gets no answer", async () => {
    const bed = await withPeer();
    bed.peer.send(SUBSCRIBE, LOCAL);
    await bed.tick();
    respond(bed.client, lastTxn(bed.client), 200);
    notify(bed.client, "in-1;from-tag=p1", "active");
    await bed.clock.advanceAsync(33_000);
    expect(bed.peer.requests.every(({ method }) => method === "NOTIFY")).toBe(true);
    expect(bed.client.messages.at(-1)?.tokens[8]).toBe("unsolicited");
  });

  it.each([true, false])(
    "§4.4.1 MUST begin with the NOTIFY or the 2xx, NOTIFY first: %s",
    async (isFirst) => {
      const bed = await withPeer({ delivery: "routed" }, (request, self) => {
        const tag = /tag=(.*)/.exec(request.headers.get("From") ?? "")?.[1] ?? "";
        const report = with_(incoming("NOTIFY", 1, tag), {
          "Call-ID": request.headers.get("Call-ID") ?? "",
          "Subscription-State": "active",
        });
        const answer = scriptedResponse(request, 200, CONTACT, { toTag: "p1" });
        for (const message of isFirst ? [report, answer] : [answer, report])
          self.send(message, LOCAL);
      });
      const headers = ["from: <sip:me@a.example>", "event: reg"];
      bed.client.send(`sip||\r\n${sip("SUBSCRIBE sip:bob@10.0.0.9 SIP/2.0", headers)}`);
      await bed.tick();
      const kinds = bed.client.messages.map(({ text }) => text.slice(0, 6));
      expect(kinds.toSorted()).toEqual(["NOTIFY", "SIP/2."]);
      const ids = new Set(bed.client.messages.map(({ tokens }) => tokens[9]));
      expect(ids.size).toBe(1);
      const report = bed.client.messages.find(({ text }) => text.startsWith("NOTIFY"));
      respond(bed.client, report?.tokens[8] ?? "", 200);
      await bed.tick();
      expect(bed.peer.responses.at(-1)?.status).toBe(200);
    },
  );
});

describe("drachtio wire protocol 1.6 call records", () => {
  const ask = (client: ControlClient): void => {
    for (const kind of ["attempt", "start", "stop"]) client.send(`route|cdr:${kind}`);
  };

  it("MUST tell of a call that came, was answered and was hung up by the peer", async () => {
    const { client, peer, tick } = await withPeer();
    ask(client);
    peer.send(incoming("INVITE"), LOCAL);
    await tick();
    respond(client, lastTxn(client), 200);
    await tick();
    const tag = /tag=(.*)/.exec(peer.responses.at(-1)?.headers.get("To") ?? "")?.[1] ?? "";
    peer.send(incoming("ACK", 1, tag), LOCAL);
    peer.send(incoming("BYE", 2, tag), LOCAL);
    await tick();
    expect(client.records).toEqual([
      "cdr:attempt network INVITE sip:me@10.0.0.1:5060 SIP/2.0",
      "cdr:start application uas SIP/2.0 200 X",
      "cdr:stop network normal-release BYE sip:me@10.0.0.1:5060 SIP/2.0",
    ]);
  });

  it("MUST tell of one that was refused, and of one without an ACK", async () => {
    const { client, peer, clock, tick } = await withPeer();
    ask(client);
    peer.send(incoming("INVITE"), LOCAL);
    await tick();
    respond(client, lastTxn(client), 486);
    await clock.advanceAsync(40_000);
    peer.send(with_(incoming("INVITE", 5), { "Call-ID": "in-2" }), LOCAL);
    await tick();
    respond(client, lastTxn(client), 200);
    await clock.advanceAsync(33_000);
    const stops = client.records.filter((record) => record.startsWith("cdr:stop"));
    expect(stops.map((record) => record.split(" ").slice(0, 3).join(" "))).toEqual([
      "cdr:stop application call-rejected",
      "cdr:stop application ack-timeout",
    ]);
  });

  it.each([
    [200, ["attempt application", "start network uac", "stop application normal-release"]],
    [486, ["attempt application", "stop network call-rejected"]],
    [487, ["attempt application", "stop network call-canceled"]],
  ])("MUST tell of a call of the client that got %d", async (status, expected) => {
    const { client, tick } = await withPeer({}, (request, self) => {
      if (request.method === "ACK") return;
      const answer = request.method === "INVITE" ? status : 200;
      self.send(scriptedResponse(request, answer, CONTACT, { toTag: "b" }), LOCAL);
    });
    ask(client);
    client.send(`sip||\r\n${sip("INVITE sip:bob@10.0.0.9 SIP/2.0", [], "v=0")}`);
    await tick();
    const dialogId = client.messages.at(-1)?.tokens[9] ?? "";
    client.send(`sip||${dialogId}\r\n${sip("BYE sip:placeholder SIP/2.0")}`);
    await tick();
    const told = client.records.map((record) => record.split(/ (?=SIP|INVITE|BYE)/)[0]);
    expect(told).toEqual(expected.map((record) => `cdr:${record}`));
  });

  it("MUST NOT come to a client that asked for none", async () => {
    const { client, peer, tick } = await withPeer();
    peer.send(incoming("INVITE"), LOCAL);
    await tick();
    expect(client.records).toEqual([]);
  });
});

describe("RFC 4028 session timers of the engine's calls", () => {
  const TIMED = { "Session-Expires": "90;refresher=uas", Supported: "timer" };

  it("§9, §10 MUST be answered and refreshed by the stack: the client sees none of it", async () => {
    const { client, peer, clock, tick } = await withPeer({}, (request, self) => {
      if (request.method === "ACK") return;
      const more = { ...CONTACT, "Session-Expires": "90;refresher=uac" };
      self.send(scriptedResponse(request, 200, more), LOCAL);
    });
    peer.send(with_(incoming("INVITE"), { ...TIMED, Allow: "INVITE, ACK, BYE, UPDATE" }), LOCAL);
    await tick();
    respond(client, lastTxn(client), 200);
    await tick();
    const answer = peer.responses.at(-1);
    expect(answer?.headers.get("Session-Expires")).toBe("90;refresher=uas");
    const tag = /tag=(.*)/.exec(answer?.headers.get("To") ?? "")?.[1] ?? "";
    peer.send(incoming("ACK", 1, tag), LOCAL);
    await tick();
    const seen = client.messages.length;
    await clock.advanceAsync(46_000);
    expect(peer.requests.map(({ method }) => method)).toEqual(["UPDATE"]);
    expect(client.messages.length).toBe(seen);
  });

  it("§10 MUST end with BYE when the peer does not refresh, and the client hears of it", async () => {
    const { client, peer, clock, tick } = await withPeer({}, (request, self) => {
      if (request.method === "BYE") self.send(scriptedResponse(request, 200), LOCAL);
    });
    const fields = { ...TIMED, "Session-Expires": "90;refresher=uac" };
    peer.send(with_(incoming("INVITE"), fields), LOCAL);
    await tick();
    const rid = respond(client, lastTxn(client), 200);
    await tick();
    const dialogId = client.replies(rid)[0]?.[8] ?? "none";
    const tag = /tag=(.*)/.exec(peer.responses.at(-1)?.headers.get("To") ?? "")?.[1] ?? "";
    peer.send(incoming("ACK", 1, tag), LOCAL);
    await clock.advanceAsync(90_000);
    expect(peer.requests.map(({ method }) => method)).toEqual(["BYE"]);
    expect(client.messages.at(-1)?.tokens.slice(8, 10)).toEqual(["unsolicited", dialogId]);
    expect(lastText(client)).toMatch(/^Reason: .*expired/im);
  });
});
