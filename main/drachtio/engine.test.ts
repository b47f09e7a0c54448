import { describe, expect, it } from "vitest";
import {
  authenticated,
  engineBed as bed,
  type EngineBed,
  incoming,
  LOCAL,
  lastTxn,
  PEER,
  respond,
  sip,
} from "../../tests/support/engine-bed.ts";
import { fc } from "../../tests/support/properties.ts";
import {
  type ScriptedPeer,
  scriptedPeer,
  scriptedResponse,
} from "../../tests/support/scripted-peer.ts";
import { SipHeaders } from "../sip/message/headers.ts";
import type { SipRequest } from "../sip/message/message.ts";
import { encodeFrame, FrameReader, MAX_FRAME_OCTETS } from "./frame.ts";

describe("drachtio wire protocol 1.1 framing", () => {
  it("MUST read any payloads in any pieces", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, unit: "binary" }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (texts, size) => {
          const bytes = Buffer.concat(texts.map(encodeFrame));
          const reader = new FrameReader();
          const read: string[] = [];
          for (let at = 0; at < bytes.length; at += size) {
            const step = reader.push(bytes.subarray(at, at + size));
            if (!step.ok) throw new Error(step.error.message);
            read.push(...step.value);
          }
          const wellFormed = texts.map((text) => Buffer.from(text, "utf8").toString("utf8"));
          expect(read).toEqual(wellFormed);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    "x#abc",
    "#abc",
    "0#",
    "-1#a",
    "99999999#a",
    `${String(MAX_FRAME_OCTETS + 1)}#a`,
    "12345678",
  ])("MUST refuse %s", (text) => {
    expect(new FrameReader().push(Buffer.from(text)).ok).toBe(false);
  });

  it("MUST end the connection after a malformed frame", async () => {
    const { client } = await authenticated();
    client.bytes(Buffer.from("nonsense#"));
    expect(client.hasEnded).toBe(true);
  });

  it("MUST NOT take a long frame from a client that has not authenticated", async () => {
    const { client } = await bed();
    client.bytes(Buffer.from("5000#"));
    expect(client.hasEnded).toBe(true);
    const other = await authenticated();
    other.client.bytes(Buffer.from("5000#"));
    expect(other.client.hasEnded).toBe(false);
  });
});

describe("drachtio wire protocol 1.5 authentication", () => {
  it("MUST answer with addresses and a version that drachtio-srf accepts", async () => {
    const { client } = await bed();
    const rid = client.send("authenticate|cymru|tag1,tag2");
    const list = "udp/10.0.0.1:5060,tcp/10.0.0.1:5060";
    expect(client.replies(rid)).toEqual([["OK", list, "v0.9.7-courier1", list]]);
  });

  it("MUST refuse a wrong secret and end", async () => {
    const { client } = await bed();
    const rid = client.send("authenticate|wrong|");
    expect([client.replies(rid), client.hasEnded]).toEqual([[["NOK", "incorrect secret"]], true]);
  });

  it.each(["route|invite", "ping", "sip||\r\nOPTIONS sip:x@y SIP/2.0\r\n\r\n", "proxy|1"])(
    "MUST NOT serve %s before it",
    async (command) => {
      const { client, net } = await bed();
      const rid = client.send(command);
      expect(client.replies(rid)[0]?.[0]).toBe("NOK");
      expect([client.hasEnded, net.traffic.length]).toEqual([true, 0]);
    },
  );
});

describe("drachtio wire protocol 1.2 verbs", () => {
  it("MUST answer each exactly once: ping, route (again and again), remove_route", async () => {
    const { client } = await authenticated();
    const commands = ["ping", "route|invite", "route|invite", "remove_route|invite"];
    expect(commands.map((command) => client.replies(client.send(command)))).toEqual([
      [["OK", "pong"]],
      [["OK"]],
      [["OK"]],
      [["OK"]],
    ]);
  });

  it("MUST say no to an unknown verb", async () => {
    const { client } = await authenticated();
    expect(client.replies(client.send("frobnicate")).map(([word]) => word)).toEqual(["NOK"]);
  });

  it("MUST give the texts of the C++ server for what cannot be", async () => {
    const { client } = await authenticated();
    const text = (command: string): string => client.replies(client.send(command))[0]?.[1] ?? "";
    const body = sip("MESSAGE sip:x@10.0.0.9 SIP/2.0", [], "hello");
    expect(text(`sip||\r\n${body}`)).toBe("missing content-type");
    expect(text(`sip||\r\n${sip("OPTIONS nowhere SIP/2.0")}`)).toContain("invalid request-uri");
    expect(text(`sip||dlg;from-tag=1\r\n${sip("BYE sip:placeholder SIP/2.0")}`)).toContain(
      "unable to find dialog",
    );
    expect(text(`sip||dlg;from-tag=1\r\n${sip("ACK sip:placeholder SIP/2.0")}`)).toContain(
      "ACK for non-success",
    );
    expect(text(`sip|t-1|\r\n${sip("CANCEL sip:x SIP/2.0")}`)).toContain(
      "unable to cancel unknown",
    );
    expect(text(`sip|t-1|\r\n${sip("SIP/2.0 200 OK")}`)).toContain("unknown transaction");
    expect(text(`sip||\r\n${sip("SIP/2.0 200 OK")}`)).toBe("transaction id missing");
    for (const uri of ["sips:x@10.0.0.9", "sip:x@10.0.0.9;transport=wss"]) {
      expect(text(`sip||\r\n${sip(`OPTIONS ${uri} SIP/2.0`)}`)).toBe(
        "requested protocol/transport not available",
      );
    }
    expect(text(`sip|t-1|\r\n${sip("SIP/2.0 200 OK", ["CSeq: 1 CANCEL"])}`)).toContain(
      "200 OK to incoming CANCEL is automatically generated",
    );
  });
});

describe("drachtio wire protocol 2.2 a request of the client", () => {
  async function invited(
    act: (request: SipRequest, self: ScriptedPeer) => void,
  ): Promise<EngineBed & { rid: string; peer: ScriptedPeer }> {
    const made = await authenticated();
    const peer = await scriptedPeer(made.net, PEER.host, {
      onRequest: (request, _from, self) => {
        act(request, self);
      },
    });
    const headers = [
      "from: sip:alice@localhost",
      "contact: sip:alice@localhost",
      "Via: forged",
      "Record-Route: <sip:forged>",
    ];
    const text = sip("INVITE sip:bob@10.0.0.9:5060 SIP/2.0", headers, "v=0");
    const rid = made.client.send(`sip|||sip:10.0.0.9:5060\r\n${text}`);
    await made.clock.advanceAsync(100);
    return { ...made, rid, peer };
  }

  it("MUST be replied to before its first response, and leave out what only the stack may write", async () => {
    const { client, rid, peer } = await invited((request, self) => {
      if (request.method === "INVITE") {
        self.send(scriptedResponse(request, 100), LOCAL);
        self.send(
          scriptedResponse(
            request,
            180,
            { Contact: "<sip:b@10.0.0.9>", RSeq: "1" },
            { toTag: "b" },
          ),
          LOCAL,
        );
      }
    });
    const [reply = []] = client.replies(rid);
    expect([reply[0], reply[1], reply.at(-2)]).toEqual(["OK", "application", "Msg sent:"]);
    const order = client.frames.map((frame) => frame.split("|")[1]);
    expect(order).toEqual(["response", "response", "sip"]);
    const sent = peer.requests[0]?.headers ?? SipHeaders.empty;
    const tag = /tag=(.*)/.exec(sent.get("From") ?? "")?.[1] ?? "";
    const [ringing] = client.messages;
    const dialogId = `${sent.get("Call-ID") ?? ""};from-tag=${tag}`;
    expect(ringing?.tokens.slice(8, 10)).toEqual([reply[7], dialogId]);
    expect(ringing?.text).not.toContain("RSeq");
    expect(sent.getAll("Via").length).toBe(1);
    expect(sent.has("Record-Route")).toBe(false);
    expect(sent.get("Contact")).toBe("<sip:alice@10.0.0.1:5060>");
    expect(sent.get("From")).toContain("sip:alice@10.0.0.1:5060");
    expect(sent.get("Content-Type")).toBe("application/sdp");
  });

  it("MUST get ACK by the client's command and nothing but NOK for an ACK of a refusal", async () => {
    const { client, clock, peer } = await invited((request, self) => {
      if (request.method === "INVITE")
        self.send(scriptedResponse(request, 486, {}, { toTag: "b" }), LOCAL);
    });
    const dialogId = client.messages[0]?.tokens[9] ?? "";
    const rid = client.send(`sip||${dialogId}\r\n${sip("ACK sip:bob@10.0.0.9 SIP/2.0")}`);
    await clock.advanceAsync(100);
    expect(client.replies(rid)[0]?.[0]).toBe("NOK");
    expect(peer.requests.map((request) => request.method)).toEqual(["INVITE", "ACK"]);
  });

  it("MUST give NOK for in-dialog commands after BYE, and for CANCEL after the final response", async () => {
    const { client, clock, rid } = await invited((request, self) => {
      if (request.method === "ACK") return;
      const contact = { Contact: "<sip:b@10.0.0.9:5060>" };
      self.send(scriptedResponse(request, 200, contact, { toTag: "b" }), LOCAL);
    });
    const [answer] = client.messages;
    const [txnId = "", dialogId = ""] = answer?.tokens.slice(8) ?? [];
    const word = (command: string): string =>
      client.replies(client.send(command))[0]?.[0] ?? "none yet";
    expect(client.replies(rid)[0]?.[7]).toBe(txnId);
    expect(word(`sip||${dialogId}\r\n${sip("ACK sip:bob@10.0.0.9 SIP/2.0")}`)).toBe("OK");
    expect(word(`sip|${txnId}|\r\n${sip("CANCEL sip:bob@10.0.0.9 SIP/2.0")}`)).toBe("NOK");
    client.send(`sip||${dialogId}\r\n${sip("BYE sip:placeholder SIP/2.0")}`);
    await clock.advanceAsync(100);
    expect(client.messages.at(-1)?.text).toContain("SIP/2.0 200");
    expect(word(`sip||${dialogId}\r\n${sip("INFO sip:placeholder SIP/2.0")}`)).toBe("NOK");
  });

  it("MUST end in exactly one final response when the network is silent", async () => {
    const { client, clock } = await invited(() => undefined);
    await clock.advanceAsync(40_000);
    expect(
      client.messages.map(({ tokens, text }) => [tokens.slice(2, 7), text.slice(0, 11)]),
    ).toEqual([[["network", "0", "tcp", "", "0"], "SIP/2.0 408"]]);
  });
});

describe("drachtio wire protocol 2.3 a request of the network", () => {
  it("MUST come without compact names, with Content-Length, and be answered by its transaction id", async () => {
    const { client, clock, net } = await authenticated();
    const peer = await scriptedPeer(net, PEER.host);
    peer.send(incoming("MESSAGE"), LOCAL);
    await clock.advanceAsync(10);
    const [message] = client.messages;
    expect(message?.text).toMatch(/\r\nFrom: .*\r\nTo: .*\r\nCall-ID: in-1\r\n/s);
    expect(message?.text.endsWith("Content-Length: 0\r\n\r\n")).toBe(true);
    expect(message?.tokens.slice(9)).toEqual(["", "10.0.0.1", "5060", ""]);
    const rid = respond(client, lastTxn(client), 202, ["x-flavour: mint", "via: forged"]);
    await clock.advanceAsync(10);
    expect(client.replies(rid)[0]?.[0]).toBe("OK");
    expect(peer.responses[0]?.status).toBe(202);
    expect(peer.responses[0]?.headers.get("Call-ID")).toBe("in-1");
    expect(peer.responses[0]?.headers.get("X-Flavour")).toBe("mint");
    expect(client.replies(respond(client, lastTxn(client), 200))[0]?.[0]).toBe("NOK");
  });

  it("MUST get 503 when no client is there, or none that routed the method", async () => {
    for (const made of [await bed(), await authenticated({ delivery: "routed" })]) {
      const peer = await scriptedPeer(made.net, PEER.host);
      peer.send(incoming("MESSAGE"), LOCAL);
      peer.send(incoming("INVITE"), LOCAL);
      await made.clock.advanceAsync(10);
      const finals = peer.responses.map((response) => response.status).filter((one) => one >= 200);
      expect(finals).toEqual([503, 503]);
    }
  });

  it("MUST be delivered once its method is routed", async () => {
    const { client, clock, net } = await authenticated({ delivery: "routed" });
    client.send("route|message");
    const peer = await scriptedPeer(net, PEER.host);
    peer.send(incoming("MESSAGE"), LOCAL);
    await clock.advanceAsync(10);
    expect(client.messages.length).toBe(1);
  });

  it("MUST pass CANCEL under the INVITE's id, and refuse responses after it", async () => {
    const { client, clock, net } = await authenticated();
    const peer = await scriptedPeer(net, PEER.host);
    const invite = incoming("INVITE");
    peer.send(invite, LOCAL);
    await clock.advanceAsync(10);
    const txnId = lastTxn(client);
    respond(client, txnId, 180);
    const headers = invite.headers.set("CSeq", "1 CANCEL").append("Reason", "SIP;cause=200");
    peer.send({ ...invite, method: "CANCEL", headers }, LOCAL);
    await clock.advanceAsync(10);
    const cancel = client.messages.at(-1);
    expect([cancel?.text.slice(0, 6), cancel?.tokens[8], cancel?.tokens.length]).toEqual([
      "CANCEL",
      txnId,
      11,
    ]);
    expect(client.replies(respond(client, txnId, 200))[0]?.[0]).toBe("NOK");
    const finals = peer.responses.filter((response) => response.status >= 200);
    expect(finals.map((response) => response.status).sort()).toEqual([200, 487]);
  });

  it("MUST report a BYE of its own as unsolicited when no ACK comes", async () => {
    const { client, clock, net } = await authenticated();
    const peer = await scriptedPeer(net, PEER.host);
    peer.send(incoming("INVITE"), LOCAL);
    await clock.advanceAsync(10);
    respond(client, lastTxn(client), 200);
    await clock.advanceAsync(33_000);
    const bye = client.messages.at(-1);
    expect(bye?.tokens.slice(8, 10)).toEqual(["unsolicited", "in-1;from-tag=p1"]);
    expect(bye?.text).toContain('text="ACK timeout"');
    expect(peer.requests.some((request) => request.method === "BYE")).toBe(true);
  });

  it("MUST answer BYE with 481 and drop the dialog once the client is gone", async () => {
    const { client, clock, net, engine } = await authenticated();
    const peer = await scriptedPeer(net, PEER.host);
    peer.send(incoming("INVITE"), LOCAL);
    await clock.advanceAsync(10);
    respond(client, lastTxn(client), 200);
    await clock.advanceAsync(10);
    const tag = /tag=(.*)/.exec(peer.responses.at(-1)?.headers.get("To") ?? "")?.[1] ?? "";
    peer.send(incoming("ACK", 1, tag), LOCAL);
    engine.close();
    peer.send(incoming("BYE", 2, tag), LOCAL);
    await clock.advanceAsync(10);
    expect(peer.responses.at(-1)?.status).toBe(481);
  });
});
