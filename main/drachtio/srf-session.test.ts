import { describe, expect, it } from "vitest";
import { ladder, srfBed } from "../../tests/support/srf-bed.ts";
import type { InviteOutcome, InviteUas, SrfDialog } from "./srf.ts";

const SDP = {
  contentType: "application/sdp",
  content: Buffer.from("v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\n"),
};
const ANSWER = {
  contentType: "application/sdp",
  content: Buffer.from("v=0\r\no=- 2 2 IN IP4 10.0.0.2\r\n"),
};
const BOB = "sip:bob@10.0.0.2:5060";
const ALICE = "<sip:alice@a.example>";

async function pair() {
  const bed = srfBed();
  const alice = await bed.host("10.0.0.1", { contactUser: "alice" });
  const bob = await bed.host("10.0.0.2", { contactUser: "bob" });
  return { ...bed, alice, bob };
}

async function established() {
  const all = await pair();
  let uas: InviteUas | undefined;
  let callee: SrfDialog | undefined;
  all.bob.srf.onInvite((invite) => {
    uas = invite;
    invite.provisional(180);
    void invite.accept({ headers: [], body: ANSWER }).then((accepted) => {
      callee = accepted.ok ? accepted.value : undefined;
    });
  });
  const invite = all.alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
  let outcome: InviteOutcome | undefined;
  void invite.outcome.then((value) => {
    outcome = value;
  });
  await all.clock.advanceUntil(() => outcome !== undefined && callee !== undefined, 10_000);
  if (outcome?.kind !== "answered" || callee === undefined || uas === undefined) {
    throw new Error(`no dialog: ${JSON.stringify(outcome)}`);
  }
  return { ...all, invite, uas, caller: outcome.dialog, callee, response: outcome.response };
}

describe("RFC 3261 §13 an INVITE through drachtio-srf on both sides", () => {
  it("MUST pass 180, 200 and ACK, and BYE with its 200", async () => {
    const { clock, alice, caller, callee, response } = await established();
    expect(response.body.toString()).toBe(ANSWER.content.toString());
    expect([callee.callId, callee.remoteTag]).toEqual([caller.callId, caller.localTag]);
    let byeStatus: number | undefined;
    void caller.bye().then((answer) => {
      byeStatus = answer.ok ? answer.value.status : 0;
    });
    await clock.advanceUntil(() => byeStatus !== undefined, 10_000);
    expect(byeStatus).toBe(200);
    expect(ladder(alice).filter((line) => !line.includes("100"))).toEqual([
      "> INVITE",
      "< 180 INVITE",
      "< 200 INVITE",
      "> ACK",
      "> BYE",
      "< 200 BYE",
    ]);
  });
});

describe("RFC 3261 §8.2.6 bodies and headers of a session", () => {
  it("MUST carry a binary body octet by octet in both directions", async () => {
    const { clock, alice, bob } = await pair();
    const octets = Buffer.from([0xff, 0xd8, 0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0xe0, 0x7c, 0x23]);
    let seen: Buffer | undefined;
    bob.srf.onRequest("MESSAGE", (message) => {
      seen = message.request.body;
      message.respond(200, { body: { contentType: "application/octet-stream", content: octets } });
    });
    let answer: Buffer | undefined;
    void alice.srf
      .request({
        method: "MESSAGE",
        uri: BOB,
        from: ALICE,
        headers: [],
        body: { contentType: "application/octet-stream", content: octets },
      })
      .then((result) => {
        answer = result.ok ? result.value.body : undefined;
      });
    await clock.advanceUntil(() => answer !== undefined, 10_000);
    expect([seen, answer]).toEqual([octets, octets]);
  });
});

describe("RFC 3261 §9 CANCEL", () => {
  it("MUST end a ringing INVITE with 487, and carry its Reason", async () => {
    const { clock, alice, bob } = await pair();
    let reason: string | undefined;
    bob.srf.onInvite((invite) => {
      invite.provisional(180);
      invite.onCancel((cancel) => {
        reason = cancel.headers.get("Reason");
      });
    });
    const invite = alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
    invite.onProvisional(() => {
      invite.cancel('SIP;cause=200;text="Call completed elsewhere"');
    });
    let outcome: InviteOutcome | undefined;
    void invite.outcome.then((value) => {
      outcome = value;
    });
    await clock.advanceUntil(() => outcome !== undefined, 60_000);
    expect(outcome?.kind === "refused" ? outcome.response.status : outcome).toBe(487);
    expect(reason).toBe('SIP;cause=200;text="Call completed elsewhere"');
  });

  it("MUST answer a 2xx that crosses the CANCEL with ACK and BYE", async () => {
    const { clock, alice, bob } = await pair();
    let accepted = "";
    let bye = "";
    bob.srf.onInvite((invite) => {
      invite.provisional(180);
      void invite.accept({ headers: [], body: ANSWER }).then((result) => {
        accepted = result.ok ? "answered" : result.error.kind;
        if (!result.ok) return;
        result.value.onBye((request) => {
          bye = request.request.headers.get("Reason") ?? "BYE without Reason";
          request.respond(200);
        });
      });
    });
    const invite = alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
    invite.onProvisional(() => {
      invite.cancel();
    });
    let outcome: InviteOutcome | undefined;
    void invite.outcome.then((value) => {
      outcome = value;
    });
    await clock.advanceAsync(60_000);
    expect(outcome).toMatchObject({ kind: "failed", failure: { kind: "cancelled" } });
    expect(accepted).toBe("answered");
    expect(bye).toBe('SIP;cause=487;text="Request Terminated"');
    expect(ladder(alice).slice(-3)).toEqual(expect.arrayContaining(["> BYE", "< 200 BYE"]));
  });

  it("MUST tell of a CANCEL that overtakes a 200 which drachtio-srf has handed over", async () => {
    const { clock, alice, bob } = await pair();
    const told: string[] = [];
    bob.srf.onInvite((invite) => {
      invite.provisional(180);
      invite.onCancel((cancel) => told.push(cancel.headers.get("Reason") ?? ""));
      // The CANCEL arrives 2 ms after the 180 left: in the same instant, but after this call.
      clock.startTimer(2, () => {
        void invite.accept({ headers: [], body: ANSWER }).then((result) => {
          told.push(result.ok ? "accepted" : result.error.kind);
        });
      });
    });
    const invite = alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
    invite.onProvisional(() => {
      invite.cancel('SIP;cause=200;text="Call completed elsewhere"');
    });
    await clock.advanceAsync(60_000);
    expect(told).toEqual(['SIP;cause=200;text="Call completed elsewhere"', "cancelled"]);
  });

  it("MUST refuse an accept that comes after the CANCEL", async () => {
    const { clock, alice, bob } = await pair();
    let failure = "";
    bob.srf.onInvite((invite) => {
      invite.provisional(180);
      invite.onCancel(() => {
        void invite.accept({ headers: [], body: ANSWER }).then((result) => {
          failure = result.ok ? "answered" : result.error.kind;
        });
      });
    });
    const invite = alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
    invite.onProvisional(() => {
      invite.cancel();
    });
    await clock.advanceAsync(5000);
    expect(failure).toBe("cancelled");
  });
});

describe("RFC 3261 §13.3.1.4 and §13.2.2.4 lost messages", () => {
  const isResponse = (bytes: Buffer): boolean => bytes.toString("latin1", 0, 11) === "SIP/2.0 200";
  const isAck = (bytes: Buffer): boolean => bytes.toString("latin1", 0, 3) === "ACK";

  it("MUST retransmit a lost 200 until its ACK", async () => {
    const { clock, net, alice, bob } = await pair();
    let first = true;
    net.lose({ from: "10.0.0.2" }, (bytes) => {
      const isLost = first && isResponse(bytes);
      if (isLost) first = false;
      return isLost;
    });
    bob.srf.onInvite((invite) => {
      void invite.accept({ headers: [], body: ANSWER });
    });
    let outcome: InviteOutcome | undefined;
    void alice.srf
      .invite({ uri: BOB, from: ALICE, headers: [], body: SDP })
      .outcome.then((value) => {
        outcome = value;
      });
    expect(await clock.advanceUntil(() => outcome !== undefined, 5000)).toBe(true);
    expect(outcome?.kind).toBe("answered");
  });

  it("MUST repeat the ACK when a 200 comes again", async () => {
    const { clock, net, alice, bob } = await pair();
    let lost = 0;
    net.lose({ from: "10.0.0.1" }, (bytes) => {
      if (!isAck(bytes) || lost >= 2) return false;
      lost += 1;
      return true;
    });
    let accepted: boolean | undefined;
    bob.srf.onInvite((invite) => {
      void invite.accept({ headers: [], body: ANSWER }).then((result) => {
        accepted = result.ok;
      });
    });
    alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
    await clock.advanceUntil(() => accepted !== undefined, 40_000);
    expect([accepted, lost]).toEqual([true, 2]);
  });

  it("MUST end the dialog with BYE when no ACK comes in 64*T1", async () => {
    const { clock, net, alice, bob } = await pair();
    net.lose({ from: "10.0.0.1" }, isAck);
    let failure = "";
    let reason: string | undefined;
    bob.srf.onInvite((invite) => {
      void invite.accept({ headers: [], body: ANSWER }).then((result) => {
        failure = result.ok ? "answered" : result.error.kind;
      });
    });
    void alice.srf
      .invite({ uri: BOB, from: ALICE, headers: [], body: SDP })
      .outcome.then((outcome) => {
        if (outcome.kind !== "answered") return;
        outcome.dialog.onBye((bye) => {
          reason = bye.request.headers.get("Reason");
          bye.respond(200);
        });
      });
    await clock.advanceAsync(40_000);
    expect(failure).toBe("timeout");
    expect(reason).toContain("ACK timeout");
  });
});

describe("RFC 3261 §14 re-INVITE", () => {
  it("MUST carry a new offer and answer, and keep the dialog", async () => {
    const { clock, caller, callee } = await established();
    callee.onReinvite((request) => {
      request.respond(200, { body: ANSWER });
    });
    const statuses: number[] = [];
    for (let i = 0; i < 2; i += 1) {
      void caller.reinvite(SDP).then((result) => {
        statuses.push(result.ok ? result.value.status : 0);
      });
      await clock.advanceUntil(() => statuses.length > i, 10_000);
    }
    expect(statuses).toEqual([200, 200]);
  });

  it("MUST solve glare: both re-INVITEs of one instant succeed after 491", async () => {
    const { clock, alice, bob, caller, callee } = await established();
    const statuses: number[] = [];
    for (const dialog of [caller, callee]) {
      dialog.onReinvite((request) => {
        request.respond(200, { body: ANSWER });
      });
    }
    for (const dialog of [caller, callee]) {
      void dialog.reinvite(SDP).then((result) => {
        statuses.push(result.ok ? result.value.status : 0);
      });
    }
    await clock.advanceUntil(() => statuses.length === 2, 30_000);
    expect(statuses).toEqual([200, 200]);
    expect(ladder(alice).concat(ladder(bob))).toContain("> 491 INVITE");
  });

  it("MUST refuse with 488 when nobody handles it, and go on (defect 2: no hang after a refusal)", async () => {
    const { clock, caller, callee } = await established();
    const statuses: number[] = [];
    const again = async (): Promise<void> => {
      const result = await caller.reinvite(SDP);
      statuses.push(result.ok ? result.value.status : 0);
    };
    void again().then(() => {
      callee.onReinvite((request) => {
        request.respond(200, { body: ANSWER });
      });
      return again();
    });
    await clock.advanceUntil(() => statuses.length === 2, 10_000);
    expect(statuses).toEqual([488, 200]);
  });
});

describe("RFC 3261 §15 BYE", () => {
  it("MAY be answered later by the application", async () => {
    const { clock, caller, callee } = await established();
    let release: (() => void) | undefined;
    callee.onBye((bye) => {
      release = () => {
        bye.respond(200);
      };
    });
    let status: number | undefined;
    void caller.bye().then((result) => {
      status = result.ok ? result.value.status : 0;
    });
    await clock.advanceAsync(1500);
    expect(status).toBeUndefined();
    release?.();
    await clock.advanceAsync(100);
    expect(status).toBe(200);
  });

  it("MUST be answered after 4 s when the application does not", async () => {
    const { clock, caller, callee } = await established();
    callee.onBye(() => undefined);
    let status: number | undefined;
    void caller.bye().then((result) => {
      status = result.ok ? result.value.status : 0;
    });
    await clock.advanceAsync(3900);
    expect(status).toBeUndefined();
    await clock.advanceAsync(200);
    expect(status).toBe(200);
  });

  it("MUST answer two BYEs that cross with 200", async () => {
    const { clock, caller, callee } = await established();
    const statuses: number[] = [];
    for (const dialog of [caller, callee]) {
      void dialog.bye().then((result) => {
        statuses.push(result.ok ? result.value.status : 0);
      });
    }
    await clock.advanceUntil(() => statuses.length === 2, 40_000);
    expect(statuses).toEqual([200, 200]);
  });

  it("MUST fail at once in a dialog that has ended", async () => {
    const { clock, caller, callee } = await established();
    void caller.bye();
    await clock.advanceAsync(100);
    const result = await callee.request("INFO");
    expect(result).toMatchObject({ ok: false, error: { kind: "closed" } });
  });
});

describe("RFC 3261 §15.1.2 BYE before anybody asks for it", () => {
  it("MUST be answered at once and told to the first handler, once", async () => {
    const { clock, caller, callee } = await established();
    let status: number | undefined;
    void caller.bye([{ name: "Reason", value: "SIP;cause=487" }]).then((result) => {
      status = result.ok ? result.value.status : -1;
    });
    await clock.advanceUntil(() => status !== undefined, 10_000);
    expect(status).toBe(200);
    const heard: (string | undefined)[] = [];
    for (const who of ["first", "second"])
      callee.onBye((bye) => {
        bye.respond(200);
        heard.push(`${who} ${bye.request.headers.get("Reason") ?? ""}`);
      });
    expect(heard).toEqual([]);
    await clock.advanceAsync(10);
    expect(heard).toEqual(["first SIP;cause=487"]);
    expect((await callee.bye()).ok).toBe(false);
  });

  it("MUST be as with a loss", async () => {
    const { clock, bob, callee } = await established();
    await bob.srf.close();
    await clock.advanceAsync(10);
    const heard: string[] = [];
    callee.onLost((why) => heard.push(why));
    callee.onLost((why) => heard.push(why));
    await clock.advanceAsync(10);
    expect(heard).toEqual(["the stack was closed"]);
  });
});

describe("RFC 3261 §18.1.1 an INVITE above 1300 octets", () => {
  it.each([
    ["10.0.0.1", "10.0.0.2", "10.0.0.2"],
    ["2001:db8::1", "2001:db8::2", "[2001:db8::2]"],
  ])("MUST pass over TCP from %s to %s, its dialog over UDP or TCP", async (from, to, uriHost) => {
    const bed = srfBed();
    const alice = await bed.host(from);
    const bob = await bed.host(to);
    const content = Buffer.from(`v=0\r\n${'a=file-selector:name:"ü.pdf"\r\n'.repeat(100)}`);
    let received: Buffer | undefined;
    bob.srf.onInvite((invite) => {
      received = invite.request.body;
      void invite.accept({ headers: [], body: { ...ANSWER, content } });
    });
    const uri = `sip:bob@${uriHost}:5060`;
    const body = { ...SDP, content };
    const { outcome } = alice.srf.invite({ uri, from: ALICE, headers: [], body });
    let settled: InviteOutcome | undefined;
    void outcome.then((value) => {
      settled = value;
    });
    await bed.clock.advanceUntil(() => settled !== undefined, 10_000);
    if (settled?.kind !== "answered") throw new Error(JSON.stringify(settled));
    expect([received, settled.response.body]).toEqual([content, content]);
    expect(alice.ports.trace.drafts[0]?.transport).toBe("tcp");
    let bye: number | undefined;
    void settled.dialog.bye().then((result) => {
      bye = result.ok ? result.value.status : 0;
    });
    await bed.clock.advanceUntil(() => bye !== undefined, 10_000);
    expect(bye).toBe(200);
  });
});

describe("architecture: every message lost, duplicated or late", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "MUST still end in an agreed dialog and BYE, seed %i",
    async (seed) => {
      const bed = srfBed({ seed });
      bed.net.disturb({ lossRate: 0.25, duplicateRate: 0.2, jitterMs: 300 });
      const alice = await bed.host("10.0.0.1");
      const bob = await bed.host("10.0.0.2");
      let callee: SrfDialog | undefined;
      let ended = false;
      bob.srf.onInvite((invite) => {
        invite.provisional(180);
        void invite.accept({ headers: [], body: ANSWER }).then((accepted) => {
          if (!accepted.ok) return;
          callee = accepted.value;
          callee.onBye((bye) => {
            ended = true;
            bye.respond(200);
          });
        });
      });
      let outcome: InviteOutcome | undefined;
      void alice.srf
        .invite({ uri: BOB, from: ALICE, headers: [], body: SDP })
        .outcome.then((value) => {
          outcome = value;
        });
      await bed.clock.advanceUntil(() => outcome !== undefined && callee !== undefined, 60_000);
      if (outcome?.kind !== "answered") throw new Error(JSON.stringify(outcome));
      let status: number | undefined;
      void outcome.dialog.bye().then((result) => {
        status = result.ok ? result.value.status : -1;
      });
      await bed.clock.advanceUntil(() => status !== undefined, 60_000);
      expect([status, ended]).toEqual([200, true]);
    },
  );
});

describe("architecture: nothing is left behind", () => {
  it("MUST have no timer left once facades and transactions are closed", async () => {
    const { clock, alice, bob, caller } = await established();
    void caller.bye();
    await clock.advanceAsync(100);
    bob.srf.onInvite((invite) => {
      invite.provisional(180);
    });
    alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
    await clock.advanceAsync(100);
    for (const host of [alice, bob]) {
      await host.srf.close();
      await host.layer.close();
    }
    await clock.advanceAsync(10);
    expect(clock.pendingTimers).toBe(0);
  });

  it("MUST have no timer, dialog or pending promise left after 50 sessions", async () => {
    const { clock, alice, bob } = await pair();
    bob.srf.onInvite((invite) => {
      void invite.accept({ headers: [], body: ANSWER });
    });
    for (let i = 0; i < 50; i += 1) {
      let done = false;
      const { outcome } = alice.srf.invite({ uri: BOB, from: ALICE, headers: [], body: SDP });
      void outcome.then(async (value) => {
        if (value.kind === "answered") await value.dialog.bye();
        done = true;
      });
      await clock.advanceUntil(() => done, 10_000);
    }
    await clock.advanceAsync(70_000);
    expect([alice.layer.size, bob.layer.size, clock.pendingTimers]).toEqual([0, 0, 0]);
  });
});
