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
