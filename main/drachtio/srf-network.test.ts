import { describe, expect, it } from "vitest";
import type { FakeClock } from "../../tests/support/fake-clock.ts";
import {
  type ScriptedPeer,
  scriptedPeer,
  scriptedResponse,
} from "../../tests/support/scripted-peer.ts";
import { type SrfBed, type SrfHost, srfBed } from "../../tests/support/srf-bed.ts";
import { systemHashing } from "../base/hashing.node.ts";
import type { SipRequest } from "../sip/message/message.ts";
import { ha1Of, parseDigest } from "../sip/ua/digest.ts";
import { DigestVerifier } from "../sip/ua/digest-verifier.ts";
import type { InviteOutcome, OutgoingInvite } from "./srf.ts";

const SDP = { contentType: "application/sdp", content: Buffer.from("v=0\r\n") };
const ALICE = "<sip:alice@a.example>";
const HOP = "sip:10.0.0.9:5060";
const PROXY = { host: "10.0.0.9", port: 5060 };
const A1 = { host: "10.0.0.1", port: 5060 };
const CREDENTIALS = { username: "alice", password: "secret", realm: "a.example", allowMd5: false };

function inviteOptions(extra: Partial<OutgoingInvite> = {}): OutgoingInvite {
  return { uri: "sip:bob@b.example", from: ALICE, headers: [], body: SDP, nextHop: HOP, ...extra };
}

async function finish<T>(clock: FakeClock, promise: Promise<T>, limitMs = 600_000): Promise<T> {
  let done: { readonly value: T } | undefined;
  void promise.then((value) => {
    done = { value };
  });
  await clock.advanceUntil(() => done !== undefined, limitMs);
  if (done === undefined) throw new Error("the promise never settled");
  return done.value;
}

/** A proxy that challenges everything but ACK and CANCEL, and answers 200 to what carries good credentials. */
async function challengingProxy(bed: SrfBed, onAuthorized?: (request: SipRequest) => void) {
  const hashing = systemHashing();
  const verifier = new DigestVerifier(
    { realm: "a.example" },
    { clock: bed.clock, random: (await bed.host("10.0.9.9")).ports.random, hashing },
  );
  const statuses: string[] = [];
  const peer = await scriptedPeer(bed.net, PROXY.host, {
    onRequest: (request, from, self) => {
      if (request.method === "ACK" || request.method === "CANCEL") return;
      const verdict = verifier.verify(
        request.headers.getAll("Proxy-Authorization"),
        request,
        (_user, algorithm) => ha1Of(hashing, algorithm, CREDENTIALS),
      );
      statuses.push(verdict.kind);
      if (verdict.kind === "ok") {
        onAuthorized?.(request);
        const contact = { Contact: `<sip:bob@${PROXY.host}:5060>` };
        self.send(scriptedResponse(request, 200, contact, { toTag: "b1" }), from);
        return;
      }
      let challenge = scriptedResponse(request, 407, {}, { toTag: "p" });
      for (const value of verifier.challenge(verdict)) {
        const headers = challenge.headers.append("Proxy-Authenticate", value);
        challenge = { ...challenge, headers };
      }
      self.send(challenge, from);
    },
  });
  return { peer, statuses };
}

describe("RFC 3261 §22.3 drachtio-srf defect 9: digest is answered by the engine", () => {
  it("MUST answer 407 with SHA-256 for the true Request-URI, CSeq raised, same Call-ID and tag", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host, { credentials: CREDENTIALS });
    const { peer, statuses } = await challengingProxy(bed);
    const outcome = await finish(bed.clock, alice.srf.invite(inviteOptions()).outcome);
    expect([outcome.kind, statuses]).toEqual(["answered", ["missing", "ok"]]);
    const [first, second] = peer.requests.filter((request) => request.method === "INVITE");
    expect(second?.headers.get("From")).toBe(first?.headers.get("From"));
    expect(second?.headers.get("Call-ID")).toBe(first?.headers.get("Call-ID"));
    expect([first, second].map((one) => one?.headers.get("CSeq"))).toEqual([
      "1 INVITE",
      "2 INVITE",
    ]);
    const digest = parseDigest(second?.headers.get("Proxy-Authorization") ?? "");
    expect([digest?.get("algorithm"), digest?.get("uri")]).toEqual([
      "SHA-256",
      "sip:bob@b.example",
    ]);
  });

  it("MUST send the INVITE's credentials in the ACK, and answer challenges inside the dialog", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host, { credentials: CREDENTIALS });
    const { peer, statuses } = await challengingProxy(bed);
    const outcome = await finish(bed.clock, alice.srf.invite(inviteOptions()).outcome);
    if (outcome.kind !== "answered") throw new Error(outcome.kind);
    await bed.clock.advanceAsync(10);
    const ack = peer.requests.findLast((request) => request.method === "ACK");
    const invite = peer.requests.findLast((request) => request.method === "INVITE");
    expect(ack?.headers.get("Proxy-Authorization")).toBe(
      invite?.headers.get("Proxy-Authorization"),
    );
    await bed.clock.advanceAsync(301_000);
    const bye = await finish(bed.clock, outcome.dialog.bye());
    expect(bye.ok && bye.value.status).toBe(200);
    expect(statuses.slice(2)).toEqual(["stale", "ok"]);
  });

  it("MUST hand the challenge up when there are no credentials or the password is wrong", async () => {
    const bed = srfBed();
    await challengingProxy(bed);
    const anonymous = await bed.host(A1.host);
    const guessing = await bed.host("10.0.0.2", { credentials: { ...CREDENTIALS, password: "x" } });
    for (const host of [anonymous, guessing]) {
      const request = { ...inviteOptions(), method: "REGISTER" };
      const result = await finish(bed.clock, host.srf.request(request));
      expect(result.ok && result.value.status).toBe(407);
    }
  });

  it("MUST NOT be challenged again by a server whose nonce it knows", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host, { credentials: CREDENTIALS });
    const { statuses } = await challengingProxy(bed);
    for (const method of ["REGISTER", "MESSAGE", "OPTIONS"]) {
      await finish(bed.clock, alice.srf.request({ ...inviteOptions(), method }));
    }
    expect(statuses).toEqual(["missing", "ok", "ok", "ok"]);
  });
});

describe("RFC 8760 §2.3 and RFC 3261 §22.3 several challenges on the way", () => {
  it("MUST pass a proxy that asks with 407 and the server that asks with 401 after it", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host, { credentials: CREDENTIALS });
    const hashing = systemHashing();
    const { ports } = await bed.host("10.0.9.9");
    const places = [
      { status: 407, field: "Proxy-Authenticate", header: "Proxy-Authorization" },
      { status: 401, field: "WWW-Authenticate", header: "Authorization" },
    ].map((place) => ({
      ...place,
      verifier: new DigestVerifier({ realm: "a.example" }, { ...ports, hashing }),
    }));
    const statuses: number[] = [];
    await scriptedPeer(bed.net, PROXY.host, {
      onRequest: (request, from, self) => {
        if (request.method === "ACK") return;
        for (const { status, field, header, verifier } of places) {
          const values = request.headers.getAll(header);
          const verdict = verifier.verify(values, request, (_user, algorithm) =>
            ha1Of(hashing, algorithm, CREDENTIALS),
          );
          if (verdict.kind === "ok") continue;
          statuses.push(status);
          let challenge = scriptedResponse(request, status, {}, { toTag: "p" });
          // Several fields of one name: the strongest algorithm first.
          for (const value of verifier.challenge(verdict))
            challenge = { ...challenge, headers: challenge.headers.append(field, value) };
          self.send(challenge, from);
          return;
        }
        statuses.push(200);
        const contact = { Contact: `<sip:bob@${PROXY.host}:5060>` };
        self.send(scriptedResponse(request, 200, contact, { toTag: "b1" }), from);
      },
    });
    const outcome = await finish(bed.clock, alice.srf.invite(inviteOptions()).outcome);
    expect([outcome.kind, statuses]).toEqual(["answered", [407, 401, 200]]);
    const again = { ...inviteOptions(), method: "MESSAGE" };
    const result = await finish(bed.clock, alice.srf.request(again));
    expect(result.ok && result.value.status).toBe(200);
    expect(statuses).toEqual([407, 401, 200, 200]);
  });
});

describe("RFC 3261 §8.1.2 and RFC 3608 a preloaded Route", () => {
  it("MUST be written into the request, whose first route is the next hop", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host);
    const proxy = await scriptedPeer(bed.net, PROXY.host, {
      onRequest: (request, from, self) => {
        if (request.method === "OPTIONS") self.send(scriptedResponse(request, 200), from);
      },
    });
    const route = ["<sip:10.0.0.9:5060;lr>", "<sip:odi-7@core.example;lr>"];
    const request = { ...inviteOptions({ route, nextHop: "sip:10.0.0.8" }), method: "OPTIONS" };
    const result = await finish(bed.clock, alice.srf.request(request));
    expect(result.ok && result.value.status).toBe(200);
    expect(proxy.requests[0]?.uri).toBe("sip:bob@b.example");
    expect(proxy.requests[0]?.headers.list("Route")).toEqual(route);
  });

  it("MUST let a strict router take the Request-URI", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host);
    const proxy = await scriptedPeer(bed.net, PROXY.host);
    alice.srf.invite(inviteOptions({ route: ["<sip:10.0.0.9:5060>"] }));
    await bed.clock.advanceAsync(10);
    expect(proxy.requests[0]?.uri).toBe("sip:10.0.0.9:5060");
    expect(proxy.requests[0]?.headers.list("Route")).toEqual(["<sip:bob@b.example>"]);
  });
});

interface Fork {
  readonly tag: string;
  readonly host: string;
}

const FORKS: readonly Fork[] = [
  { tag: "b1", host: "10.0.0.21" },
  { tag: "b2", host: "10.0.0.22" },
];

/** A proxy that answers one INVITE for two user agents; each of them gets its ACK and BYE directly. */
async function forkingProxy(bed: SrfBed, act: (invite: SipRequest, reply: ForkReply) => void) {
  const peers: ScriptedPeer[] = [];
  for (const fork of FORKS) {
    peers.push(
      await scriptedPeer(bed.net, fork.host, {
        onRequest: (request, from, self) => {
          if (request.method === "BYE") self.send(scriptedResponse(request, 200), from);
        },
      }),
    );
  }
  const proxy = await scriptedPeer(bed.net, PROXY.host, {
    onRequest: (request, from, self) => {
      if (request.method === "CANCEL") {
        self.send(scriptedResponse(request, 200), from);
      } else if (request.method === "INVITE") {
        act(request, (status, fork) => {
          const contact = { Contact: `<sip:bob@${fork.host}:5060>` };
          self.send(scriptedResponse(request, status, contact, { toTag: fork.tag }), from);
        });
      }
    },
  });
  return { proxy, peers };
}

type ForkReply = (status: number, fork: Fork) => void;

const [F1, F2] = FORKS as readonly [Fork, Fork];

async function forked(act: (invite: SipRequest, reply: ForkReply, bed: SrfBed) => void) {
  const bed = srfBed();
  const alice: SrfHost = await bed.host(A1.host);
  const { proxy, peers } = await forkingProxy(bed, (invite, reply) => {
    act(invite, reply, bed);
  });
  const invite = alice.srf.invite(inviteOptions());
  const tags: string[] = [];
  invite.onProvisional((response) => {
    tags.push(/tag=(\w+)/.exec(response.headers.get("To") ?? "")?.[1] ?? "");
  });
  return { bed, alice, proxy, peers, invite, tags };
}

const methods = (peer: ScriptedPeer | undefined): readonly string[] =>
  peer?.requests.map((request) => request.method) ?? [];

describe("RFC 3261 §13.2.2.4 a forked INVITE", () => {
  it("MUST show every early dialog's 180, take the first 2xx, and ACK and BYE the second", async () => {
    const { bed, peers, invite, tags } = await forked((_invite, reply) => {
      reply(180, F1);
      reply(180, F2);
      reply(200, F2);
      reply(200, F1);
    });
    const outcome = await finish(bed.clock, invite.outcome);
    await bed.clock.advanceAsync(1000);
    expect(tags).toEqual(["b1", "b2"]);
    expect(outcome.kind === "answered" && outcome.dialog.remoteTag).toBe("b2");
    expect(methods(peers[0])).toEqual(["ACK", "BYE"]);
    const reason = peers[0]?.requests[1]?.headers.get("Reason");
    expect(reason).toBe('SIP;cause=200;text="Call completed elsewhere"');
    expect(methods(peers[1])).toEqual(["ACK"]);
  });

  it("MUST repeat the ACK for each 2xx that comes again, the loser's too", async () => {
    const { bed, peers } = await forked((_invite, reply, { clock }) => {
      for (const ms of [0, 600]) {
        clock.startTimer(ms, () => {
          reply(200, F1);
          reply(200, F2);
        });
      }
    });
    await bed.clock.advanceAsync(2000);
    expect(methods(peers[0])).toEqual(["ACK", "ACK"]);
    expect(methods(peers[1])).toEqual(["ACK", "BYE", "ACK"]);
  });

  it("MUST BYE every 2xx that comes after the application cancelled", async () => {
    const { bed, peers, invite } = await forked((_invite, reply, { clock }) => {
      reply(180, F1);
      clock.startTimer(500, () => {
        reply(200, F1);
        reply(200, F2);
      });
    });
    await bed.clock.advanceAsync(100);
    invite.cancel('SIP;cause=487;text="Cancelled"');
    const outcome = await finish(bed.clock, invite.outcome);
    await bed.clock.advanceAsync(1000);
    const reasons = peers.map((peer) => peer.requests[1]?.headers.get("Reason"));
    expect(reasons).toEqual(['SIP;cause=487;text="Cancelled"', 'SIP;cause=487;text="Cancelled"']);
    expect(outcome).toMatchObject({ kind: "failed", failure: { kind: "cancelled" } });
    expect(peers.map(methods)).toEqual([
      ["ACK", "BYE"],
      ["ACK", "BYE"],
    ]);
  });

  it("MUST end a 2xx without Contact with ACK and BYE and fail", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host);
    const proxy = await scriptedPeer(bed.net, PROXY.host, {
      onRequest: (request, from, self) => {
        if (request.method === "ACK") return;
        self.send(scriptedResponse(request, 200, {}, { toTag: "b1" }), from);
      },
    });
    const options = inviteOptions({ uri: "sip:bob@10.0.0.9:5060" });
    const outcome = await finish(bed.clock, alice.srf.invite(options).outcome);
    await bed.clock.advanceAsync(100);
    expect(outcome.kind).toBe("failed");
    expect(methods(proxy)).toEqual(["INVITE", "ACK", "BYE"]);
  });
});

describe("RFC 3261 §9.1 the CANCEL of a UAC", () => {
  it("MUST wait for a provisional response", async () => {
    const { bed, proxy, invite } = await forked((_invite, reply, { clock }) => {
      clock.startTimer(700, () => {
        reply(180, F1);
      });
    });
    invite.cancel();
    await bed.clock.advanceAsync(690);
    expect(methods(proxy)).not.toContain("CANCEL");
    await bed.clock.advanceAsync(100);
    expect(methods(proxy)).toContain("CANCEL");
  });

  it("MUST give up 64*T1 after a CANCEL that brings no final response", async () => {
    const { bed, invite } = await forked((_invite, reply) => {
      reply(180, F1);
    });
    await bed.clock.advanceAsync(100);
    invite.cancel();
    let outcome: InviteOutcome | undefined;
    void invite.outcome.then((value) => {
      outcome = value;
    });
    await bed.clock.advanceAsync(31_000);
    expect(outcome).toBeUndefined();
    await bed.clock.advanceAsync(2000);
    expect(outcome).toMatchObject({ kind: "failed", failure: { kind: "cancelled" } });
  });
});

describe("RFC 3261 §8.1.3.1 failures of the stack", () => {
  it("MUST be a timeout when nobody answers", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host);
    await scriptedPeer(bed.net, PROXY.host);
    const outcome = await finish(bed.clock, alice.srf.invite(inviteOptions()).outcome);
    expect(outcome).toMatchObject({ kind: "failed", failure: { kind: "timeout" } });
    const request = { ...inviteOptions(), method: "OPTIONS" };
    const result = await finish(bed.clock, alice.srf.request(request));
    expect(result).toMatchObject({ ok: false, error: { kind: "timeout" } });
  });

  it("MUST be a transport failure when the next hop has no address or is no SIP URI", async () => {
    const bed = srfBed();
    const alice = await bed.host(A1.host);
    for (const nextHop of ["sip:nowhere.example", "mailto:x@y"]) {
      const outcome = await finish(bed.clock, alice.srf.invite(inviteOptions({ nextHop })).outcome);
      expect(outcome).toMatchObject({ kind: "failed", failure: { kind: "transport" } });
    }
  });
});

describe("architecture, numbers: time to answer and the engine's silence guard", () => {
  it("MUST answer 480 for an application that says nothing for 64 s, and tell it", async () => {
    const bed = srfBed();
    const bob = await bed.host("10.0.0.2");
    const alice = await bed.host(A1.host);
    let withdrawn = false;
    bob.srf.onInvite((uas) => {
      uas.onCancel(() => {
        withdrawn = true;
      });
    });
    const options = inviteOptions({ nextHop: "sip:10.0.0.2:5060" });
    const outcome = await finish(bed.clock, alice.srf.invite(options).outcome);
    expect(outcome.kind === "refused" && outcome.response.status).toBe(480);
    expect([withdrawn, Math.round(bed.clock.nowMs() / 1000)]).toEqual([true, 64]);
  });

  it("MUST leave a ringing INVITE alone for 180 s and repeat its 180 each minute", async () => {
    const bed = srfBed();
    const bob = await bed.host("10.0.0.2");
    const alice = await bed.host(A1.host);
    bob.srf.onInvite((uas) => {
      uas.provisional(180);
      bed.clock.startTimer(179_000, () => {
        void uas.accept({ headers: [], body: SDP });
      });
    });
    let ringing = 0;
    const invite = alice.srf.invite(inviteOptions({ nextHop: "sip:10.0.0.2:5060" }));
    invite.onProvisional(() => {
      ringing += 1;
    });
    const outcome = await finish(bed.clock, invite.outcome);
    expect([outcome.kind, ringing]).toEqual(["answered", 3]);
  });
});

describe("RFC 3261 §12.2.2 requests for dialogs that do not exist", () => {
  it("MUST get 481", async () => {
    const bed = srfBed();
    await bed.host("10.0.0.2");
    const alice = await bed.host(A1.host);
    for (const method of ["BYE", "INFO", "INVITE", "OPTIONS"]) {
      const options = inviteOptions({ nextHop: "sip:10.0.0.2:5060", to: "<sip:b@b>;tag=gone" });
      if (method === "INVITE") {
        const outcome = await finish(bed.clock, alice.srf.invite(options).outcome);
        expect(outcome.kind === "refused" && outcome.response.status).toBe(481);
      } else {
        const result = await finish(bed.clock, alice.srf.request({ ...options, method }));
        expect(result.ok && result.value.status).toBe(481);
      }
    }
  });
});

describe("ARCHITECTURE.md, pure cores: a run can be replayed from its seed", () => {
  it("MUST put nothing on the wire that differs between two runs", async () => {
    const run = async (): Promise<string> => {
      const bed = srfBed();
      const bob = await bed.host("10.0.0.2");
      const alice = await bed.host(A1.host, { credentials: CREDENTIALS });
      bob.srf.onInvite((uas) => {
        uas.provisional(180);
        void uas.accept({ headers: [], body: SDP });
      });
      const options = inviteOptions({ nextHop: "sip:10.0.0.2:5060" });
      const outcome = await finish(bed.clock, alice.srf.invite(options).outcome);
      if (outcome.kind === "answered") await finish(bed.clock, outcome.dialog.bye());
      return bed.net.traffic.map(({ bytes }) => bytes.toString("latin1")).join("\n");
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(1000);
    expect(await run()).toBe(first);
  });
});
