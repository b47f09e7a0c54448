import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import { FakeResolver } from "../../../tests/support/fake-resolver.ts";
import {
  type ScriptedPeer,
  scriptedPeer,
  scriptedResponse,
} from "../../../tests/support/scripted-peer.ts";
import { openTransactions } from "../../../tests/support/sip-pair.ts";
import { systemHashing } from "../../base/hashing.node.ts";
import { responseTo } from "../message/build.ts";
import { SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../message/message.ts";
import type { ServerRequest } from "./server-request.ts";
import type { Session } from "./session.ts";
import type { UaFailure } from "./ua-failure.ts";
import type { UasInvite } from "./uas-invite.ts";
import { UserAgent } from "./user-agent.ts";

const US = { host: "10.0.0.1", port: 5060 };
const PEER = { host: "10.0.0.9", port: 5060 };

async function bed() {
  const clock = new FakeClock();
  const net = new FakeNet(clock);
  const { layer, ports } = await openTransactions(net, US);
  const ua = new UserAgent(layer, { ...ports, hashing: systemHashing() }, { local: US });
  const invites: UasInvite[] = [];
  const requests: ServerRequest[] = [];
  ua.attach({
    onInvite: (invite) => {
      invites.push(invite);
    },
    onRequest: (request) => {
      requests.push(request);
    },
  });
  const peer = await scriptedPeer(net, PEER.host, {
    onRequest: (request, from, self) => {
      if (request.method === "BYE") self.send(scriptedResponse(request, 200), from);
    },
  });
  return { clock, net, ua, peer, invites, requests };
}

type Bed = Awaited<ReturnType<typeof bed>>;

interface Wire {
  readonly method?: string;
  readonly cseq?: number;
  readonly branch?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly extra?: Readonly<Record<string, string>>;
}

function wire({
  method = "INVITE",
  cseq = 1,
  branch,
  toTag,
  callId = "c-1",
  extra = {},
}: Wire): SipRequest {
  const fields = {
    Via: `SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK${branch ?? `${method}${String(cseq)}`}`,
    "Max-Forwards": "70",
    From: "<sip:peer@x.example>;tag=p1",
    To: `<sip:me@a.example>${toTag === undefined ? "" : `;tag=${toTag}`}`,
    "Call-ID": callId,
    CSeq: `${String(cseq)} ${method}`,
    Contact: "<sip:peer@10.0.0.9:5060>",
    ...extra,
  };
  const headers = Object.entries(fields).map(([name, value]) => ({ name, value }));
  return {
    kind: "request",
    method,
    uri: "sip:me@10.0.0.1:5060",
    headers: SipHeaders.of(headers),
    body: NO_BODY,
  };
}

const statuses = (peer: ScriptedPeer): readonly string[] =>
  peer.responses
    .filter((response) => response.status > 100)
    .map((response) => `${String(response.status)} ${response.headers.get("CSeq") ?? ""}`);

interface Confirmed extends Bed {
  readonly session: Session;
  readonly tag: string;
  readonly inDialog: ServerRequest[];
  readonly lost: string[];
}

/** A dialog in which we are the UAS. */
async function confirmed(): Promise<Confirmed> {
  const made = await bed();
  const { clock, peer, invites } = made;
  peer.send(wire({}), US);
  await clock.advanceAsync(10);
  const accepted = invites[0]?.accept({ status: 200 });
  await clock.advanceAsync(10);
  if (accepted === undefined) throw new Error("not accepted");
  const tag = accepted.session.dialog.id.localTag;
  const inDialog: ServerRequest[] = [];
  const lost: string[] = [];
  accepted.session.attach({
    onRequest: (request) => {
      inDialog.push(request);
    },
    onAck: () => undefined,
    onLost: (why) => {
      lost.push(why);
    },
  });
  peer.send(wire({ method: "ACK", toTag: tag, branch: "ack" }), US);
  await clock.advanceAsync(10);
  peer.responses.length = 0;
  return { ...made, session: accepted.session, tag, inDialog, lost };
}

describe("RFC 3261 §8.2 what a UAS refuses", () => {
  it("MUST answer 420 and name what it does not support", async () => {
    const { clock, peer, requests } = await bed();
    peer.send(wire({ method: "MESSAGE", extra: { Require: "100rel, foo" } }), US);
    await clock.advanceAsync(10);
    expect(peer.responses[0]?.status).toBe(420);
    expect(peer.responses[0]?.headers.get("Unsupported")).toBe("100rel, foo");
    expect(requests).toEqual([]);
  });

  it("MUST answer 482 to the same INVITE over a second path", async () => {
    const { clock, peer, invites } = await bed();
    peer.send(wire({ branch: "one" }), US);
    peer.send(wire({ branch: "two" }), US);
    await clock.advanceAsync(10);
    expect([statuses(peer), invites.length]).toEqual([["482 1 INVITE"], 1]);
  });

  it("MUST answer 482 to any other request that comes over a second path (§8.2.2.2)", async () => {
    const { clock, peer, requests } = await bed();
    peer.send(wire({ method: "MESSAGE", branch: "one" }), US);
    peer.send(wire({ method: "MESSAGE", branch: "two" }), US);
    await clock.advanceAsync(10);
    expect([statuses(peer), requests.length]).toEqual([["482 1 MESSAGE"], 1]);
  });

  it("MUST answer 481 to CANCEL, BYE and re-INVITE that mean nothing", async () => {
    const { clock, peer } = await bed();
    peer.send(wire({ method: "CANCEL" }), US);
    peer.send(wire({ method: "BYE", cseq: 2 }), US);
    peer.send(wire({ cseq: 3, toTag: "gone" }), US);
    await clock.advanceAsync(10);
    expect(statuses(peer)).toEqual(["481 1 CANCEL", "481 2 BYE", "481 3 INVITE"]);
  });
});

describe("RFC 3261 §13.3.1.4 the 2xx of a UAS", () => {
  it("MUST be sent at T1 and then at doubling intervals up to T2", async () => {
    const { clock, peer, invites } = await bed();
    peer.send(wire({}), US);
    await clock.advanceAsync(10);
    const times: number[] = [];
    const startMs = clock.nowMs();
    let seen = peer.responses.length;
    invites[0]?.accept({ status: 200 });
    while (clock.nowMs() - startMs < 14_000) {
      await clock.advanceAsync(100);
      if (peer.responses.length > seen)
        times.push(Math.floor((clock.nowMs() - startMs) / 100) * 100);
      seen = peer.responses.length;
    }
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(gaps).toEqual([500, 1000, 2000, 4000, 4000]);
  });

  it("MUST carry Contact, Record-Route as received, and one tag with the 180", async () => {
    const { clock, peer, invites } = await bed();
    peer.send(wire({ extra: { "Record-Route": "<sip:p1;lr>, <sip:p2;lr>" } }), US);
    await clock.advanceAsync(10);
    invites[0]?.provisional({ status: 180 });
    invites[0]?.accept({ status: 200 });
    await clock.advanceAsync(10);
    const [ringing, answer] = peer.responses.filter((response) => response.status > 100);
    expect(answer?.headers.get("Contact")).toBe("<sip:10.0.0.1:5060>");
    expect(ringing?.headers.get("Contact")).toBe("<sip:10.0.0.1:5060>");
    expect(answer?.headers.list("Record-Route")).toEqual(["<sip:p1;lr>", "<sip:p2;lr>"]);
    expect(answer?.headers.get("To")).toBe(ringing?.headers.get("To"));
  });
});

describe("RFC 3261 §15 BYE in an early dialog", () => {
  it("MUST get 200 and end the INVITE with 487", async () => {
    const { clock, peer, invites } = await bed();
    peer.send(wire({}), US);
    await clock.advanceAsync(10);
    const [invite] = invites;
    let cancelled = 0;
    invite?.attach({
      onCancel: () => {
        cancelled += 1;
      },
      onExpired: () => undefined,
    });
    invite?.provisional({ status: 180 });
    peer.send(wire({ method: "BYE", cseq: 2, toTag: invite?.localTag ?? "" }), US);
    await clock.advanceAsync(10);
    expect(statuses(peer).slice(1)).toEqual(["200 2 BYE", "487 1 INVITE"]);
    expect([cancelled, invite?.accept({ status: 200 })]).toEqual([1, undefined]);
  });
});

describe("RFC 3261 §8.1.3.5 an INVITE that was refused and comes again with the same Call-ID and tag", () => {
  it("MUST have its early dialog as long as it waits, whatever becomes of the first one", async () => {
    const { clock, peer, invites } = await bed();
    peer.send(wire({}), US);
    await clock.advanceAsync(10);
    invites[0]?.refuse({ status: 415 });
    await clock.advanceAsync(10);
    peer.send(wire({ cseq: 2 }), US);
    await clock.advanceAsync(10);
    invites[1]?.provisional({ status: 180 });
    await clock.advanceAsync(40_000);
    peer.send(wire({ method: "BYE", cseq: 3, toTag: invites[1]?.localTag ?? "" }), US);
    await clock.advanceAsync(10);
    expect(statuses(peer)).toContain("200 3 BYE");
    expect(statuses(peer)).toContain("487 2 INVITE");
  });
});

describe("RFC 3261 §12.2.2 and §14.2 requests inside a dialog", () => {
  it("MUST refuse what is out of order with 500", async () => {
    const { clock, peer, tag, inDialog } = await confirmed();
    peer.send(wire({ method: "INFO", cseq: 5, toTag: tag }), US);
    peer.send(wire({ method: "INFO", cseq: 4, toTag: tag }), US);
    await clock.advanceAsync(10);
    inDialog[0]?.respond({ status: 200 });
    await clock.advanceAsync(10);
    expect([inDialog.length, statuses(peer)]).toEqual([1, ["500 4 INFO", "200 5 INFO"]]);
  });

  it("MUST refuse a second re-INVITE with 500 and Retry-After while one is pending", async () => {
    const { clock, peer, tag, inDialog } = await confirmed();
    peer.send(wire({ cseq: 2, toTag: tag }), US);
    peer.send(wire({ cseq: 3, toTag: tag }), US);
    await clock.advanceAsync(10);
    expect(statuses(peer)).toEqual(["500 3 INVITE"]);
    const refusal = peer.responses.find((response) => response.status === 500);
    expect(Number(refusal?.headers.get("Retry-After"))).toBeLessThanOrEqual(10);
    expect(inDialog.length).toBe(1);
  });

  it("MUST end a cancelled re-INVITE with 487 and keep the dialog", async () => {
    const { clock, peer, session, tag, inDialog } = await confirmed();
    peer.send(wire({ cseq: 2, toTag: tag }), US);
    await clock.advanceAsync(10);
    peer.send(wire({ method: "CANCEL", cseq: 2, toTag: tag, branch: "INVITE2" }), US);
    await clock.advanceAsync(10);
    expect(statuses(peer)).toEqual(["200 2 CANCEL", "487 2 INVITE"]);
    expect([inDialog[0]?.respond({ status: 200 }), session.isOver]).toEqual([undefined, false]);
  });

  it("MUST answer a pending re-INVITE with 487 when BYE comes", async () => {
    const { clock, peer, session, tag, inDialog } = await confirmed();
    peer.send(wire({ cseq: 2, toTag: tag }), US);
    await clock.advanceAsync(10);
    peer.send(wire({ method: "BYE", cseq: 3, toTag: tag }), US);
    await clock.advanceAsync(10);
    inDialog[1]?.respond({ status: 200 });
    await clock.advanceAsync(10);
    expect(statuses(peer)).toEqual(["487 2 INVITE", "200 3 BYE"]);
    expect(session.isOver).toBe(true);
    peer.send(wire({ method: "INFO", cseq: 4, toTag: tag }), US);
    await clock.advanceAsync(10);
    expect(statuses(peer).at(-1)).toBe("481 4 INFO");
  });
});

describe("RFC 3261 §12.2.1.2 a dialog whose peer is gone", () => {
  it("MUST end without BYE after 481", async () => {
    const { clock, peer, session, lost } = await confirmed();
    const got: number[] = [];
    session.send(
      { method: "INFO", headers: [] },
      {
        onResponse: (response) => {
          got.push(response.status);
        },
        onFailure: () => undefined,
      },
    );
    await clock.advanceAsync(10);
    const info = peer.requests.find((request) => request.method === "INFO");
    if (info !== undefined) peer.send(scriptedResponse(info, 481), US);
    await clock.advanceAsync(10);
    expect([got, lost.length, session.isOver]).toEqual([[481], 1, true]);
    expect(peer.requests.some((request) => request.method === "BYE")).toBe(false);
  });

  it("MUST end with BYE after a timeout", async () => {
    const { clock, peer, session, lost } = await confirmed();
    const failures: UaFailure["kind"][] = [];
    session.send(
      { method: "INFO", headers: [] },
      {
        onResponse: () => undefined,
        onFailure: (failure) => {
          failures.push(failure.kind);
        },
      },
    );
    await clock.advanceAsync(33_000);
    expect([failures, lost.length]).toEqual([["timeout"], 1]);
    expect(peer.requests.some((request) => request.method === "BYE")).toBe(true);
  });
});

describe("RFC 3261 §14.1 a re-INVITE of ours", () => {
  it("MUST wait while the peer's is pending, then go out", async () => {
    const { clock, peer, session, tag, inDialog } = await confirmed();
    peer.send(wire({ cseq: 2, toTag: tag }), US);
    await clock.advanceAsync(10);
    session.reinvite({ headers: [] }, { onResponse: () => undefined, onFailure: () => undefined });
    await clock.advanceAsync(1);
    expect(peer.requests.some((request) => request.method === "INVITE")).toBe(false);
    inDialog[0]?.respond({ status: 488 });
    await clock.advanceAsync(2100);
    expect(peer.requests.some((request) => request.method === "INVITE")).toBe(true);
  });

  it("MUST be the only one at a time", async () => {
    const { session } = await confirmed();
    const failures: string[] = [];
    const handlers = {
      onResponse: () => undefined,
      onFailure: (failure: UaFailure) => {
        failures.push(failure.kind);
      },
    };
    session.reinvite({ headers: [] }, handlers);
    session.reinvite({ headers: [] }, handlers);
    expect(failures).toEqual(["protocol"]);
  });
});

describe("RFC 3263 §4.3 several addresses of the next hop", () => {
  const FIRST = { host: "10.0.0.8", port: 5060 };

  async function two() {
    const clock = new FakeClock();
    const net = new FakeNet(clock);
    const { layer, ports } = await openTransactions(net, US);
    const resolver = new FakeResolver({ "hop.example": [FIRST.host, PEER.host] });
    const ua = new UserAgent(
      layer,
      { ...ports, resolver, hashing: systemHashing() },
      { local: US },
    );
    const asked: string[] = [];
    const open = async (at: typeof PEER, answer: (request: SipRequest) => SipResponse) => {
      const { layer: peer } = await openTransactions(net, at);
      peer.onRequest((tx) => {
        asked.push(`${at.host} ${tx.request.headers.get("CSeq") ?? ""}`);
        tx.respond(answer(tx.request));
      });
    };
    const got: (number | string)[] = [];
    const send = (transport: "udp" | "tcp", method = "OPTIONS"): void => {
      const options = {
        uri: "sip:b.example",
        from: "<sip:a@a.example>",
        headers: [],
        routes: [`<sip:hop.example;transport=${transport};lr>`],
      };
      const onFailure = (failure: UaFailure): void => {
        got.push(failure.kind);
      };
      const onResponse = (response: SipResponse): void => {
        if (response.status > 100) got.push(response.status);
      };
      if (method !== "INVITE") {
        ua.send({ ...options, method }, { onResponse, onFailure });
        return;
      }
      ua.invite(options, {
        onSent: () => undefined,
        onProvisional: onResponse,
        onAnswered: (_session, response) => {
          onResponse(response);
        },
        onRefused: onResponse,
        onFailure,
      });
    };
    return { clock, net, ua, open, send, got, asked };
  }

  it("MUST be tried in turn after a transport error", async () => {
    const { clock, net, open, send, got } = await two();
    await open(PEER, (request) => scriptedResponse(request, 200));
    net.refuseTcp({ to: FIRST.host });
    send("tcp");
    await clock.advanceUntil(() => got.length > 0, 30_000);
    expect(got).toEqual([200]);
  });

  it.each(["OPTIONS", "INVITE"])(
    "MUST be tried in turn after a %s that got no response at all",
    async (method) => {
      const { clock, open, send, got } = await two();
      await open(PEER, (request) => scriptedResponse(request, 486));
      send("udp", method);
      await clock.advanceAsync(40_000);
      expect(got).toEqual([486]);
    },
  );

  it("MUST be tried in turn after 503, with the same CSeq, and the last 503 is the answer", async () => {
    const { clock, open, send, got, asked } = await two();
    await open(FIRST, (request) => scriptedResponse(request, 503));
    await open(PEER, (request) => scriptedResponse(request, 503));
    send("udp");
    await clock.advanceAsync(1000);
    expect(asked).toEqual(["10.0.0.8 1 OPTIONS", "10.0.0.9 1 OPTIONS"]);
    expect(got).toEqual([503]);
  });

  it("SHOULD NOT be tried first again before the Retry-After of a 503 is over (RFC 3261 §21.5.4)", async () => {
    const { clock, open, send, asked } = await two();
    const wait = [{ name: "Retry-After", value: "60" }];
    await open(FIRST, (request) => responseTo(request, 503, undefined, { headers: wait }));
    await open(PEER, (request) => scriptedResponse(request, 200));
    send("udp");
    await clock.advanceAsync(1000);
    send("udp");
    await clock.advanceAsync(60_000);
    send("udp");
    await clock.advanceAsync(1000);
    expect(asked.map((one) => one.split(" ")[0])).toEqual([
      "10.0.0.8",
      "10.0.0.9",
      "10.0.0.9",
      "10.0.0.8",
      "10.0.0.9",
    ]);
  });

  it("MUST NOT be tried once somebody behind the first has begun to answer", async () => {
    const { clock, net, open, send, got, asked } = await two();
    await open(PEER, (request) => scriptedResponse(request, 200));
    const { layer } = await openTransactions(net, FIRST);
    layer.onRequest((tx) => {
      tx.respond(scriptedResponse(tx.request, 180));
      tx.respond(scriptedResponse(tx.request, 503));
    });
    send("udp", "INVITE");
    await clock.advanceAsync(40_000);
    expect(got).toEqual([180, 503]);
    expect(asked).toEqual([]);
  });
});
