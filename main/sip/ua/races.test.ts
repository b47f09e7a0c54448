import { describe, expect, it } from "vitest";
import { UaPair } from "../../../tests/support/ua-pair.ts";
import { SipHeaders } from "../message/headers.ts";
import type { SipMessage } from "../message/message.ts";
import type { ExchangeHandlers } from "./client-exchange.ts";
import type { Session } from "./session.ts";

const DONE = "SIP;cause=480";

async function connected(): Promise<{ pair: UaPair; alice: Session; bob: Session }> {
  const pair = await UaPair.open();
  await pair.connect();
  return { pair, ...sessionsOf(pair) };
}

function sessionsOf(pair: UaPair): { alice: Session; bob: Session } {
  const { alice, bob } = { alice: pair.alice.session, bob: pair.bob.session };
  if (alice === undefined || bob === undefined) throw new Error("no session");
  return { alice, bob };
}

/** Acknowledges what succeeds and notes every final status. */
function noting(session: Session, statuses: number[]): ExchangeHandlers {
  return {
    onResponse: (response) => {
      if (response.status < 200) return;
      statuses.push(response.status);
      if (response.status < 300) session.acknowledge();
    },
    onFailure: () => undefined,
  };
}

/** The BYE of a caller that has only the 180's dialog. */
function earlyBye(pair: UaPair): SipMessage {
  const [invite] = pair.all("INVITE 1");
  const [ringing] = pair.all("180 1 INVITE");
  if (invite === undefined || ringing === undefined) throw new Error("nothing rings");
  const value = (message: SipMessage, name: string): string => message.headers.get(name) ?? "";
  return {
    kind: "request",
    method: "BYE",
    uri: "sip:bob@10.0.0.2:5060",
    headers: SipHeaders.of([
      { name: "Via", value: "SIP/2.0/UDP 10.0.0.1:5099;branch=z9hG4bKearlybye" },
      { name: "Max-Forwards", value: "70" },
      { name: "From", value: value(invite, "From") },
      { name: "To", value: value(ringing, "To") },
      { name: "Call-ID", value: value(invite, "Call-ID") },
      { name: "CSeq", value: "2 BYE" },
    ]),
    body: Buffer.alloc(0),
  };
}

/** Long enough for every timer of a transaction, and of a dialog that has ended. */
async function rest(pair: UaPair): Promise<void> {
  await pair.pass(200_000);
}

function expectOver(pair: UaPair): void {
  const { alice, bob } = sessionsOf(pair);
  expect([alice.isOver, bob.isOver, pair.clock.pendingTimers]).toEqual([true, true, 0]);
}

describe("RFC 5407 §3.1 races before the ACK", () => {
  it("§3.1.1 MUST take an INVITE that comes again after the 200 for the same one", async () => {
    const pair = await UaPair.open();
    pair.net.lose({ from: "10.0.0.2" }, [1]);
    pair.call([], Buffer.from("v=0\r\n"));
    await pair.pass();
    pair.answer([], Buffer.from("v=0\r\n"));
    await pair.pass(5000);
    const { alice, bob } = sessionsOf(pair);
    expect([pair.bob.invites.length, alice.isOver, bob.isOver]).toEqual([1, false, false]);
  });

  it("§3.1.2 MUST answer a CANCEL that crosses the 200, and end what the 200 began", async () => {
    const pair = await UaPair.open();
    const invite = pair.call([], Buffer.from("v=0\r\n"));
    await pair.pass();
    pair.ringing.provisional({ status: 180, headers: [] });
    await pair.pass();
    pair.answer([], Buffer.from("v=0\r\n"));
    invite.cancel([]);
    await pair.pass();
    await rest(pair);
    const answers = pair.sent.filter(({ by, what }) => by === "bob" && what.endsWith("CANCEL"));
    expect(answers.map(({ what }) => what)).toEqual(["200 1 CANCEL"]);
    expect(pair.failed.map(({ kind }) => kind)).toEqual(["cancelled"]);
    expect([pair.bob.session?.isOver, pair.clock.pendingTimers]).toEqual([true, 0]);
  });

  it("§3.1.4 MUST go on when a re-INVITE overtakes the ACK, or stands for it", async () => {
    const pair = await UaPair.open();
    pair.call([], Buffer.from("v=0\r\n"));
    await pair.pass();
    const heal = pair.net.lose({ from: "10.0.0.1" }, (bytes) => bytes.toString().startsWith("ACK"));
    pair.answer([], Buffer.from("v=0\r\n"));
    await pair.pass(5);
    heal();
    const { alice } = sessionsOf(pair);
    const statuses: number[] = [];
    alice.reinvite({ headers: [] }, noting(alice, statuses));
    await pair.pass(5);
    pair.bob.requests.at(-1)?.respond({ status: 200 });
    await pair.pass(40_000);
    expect(pair.bob.lost).toEqual([]);
    expect(sessionsOf(pair).bob.isOver).toBe(false);
    expect(statuses.at(-1)).toBe(200);
  });

  it("§3.1.3 MUST answer a BYE of the early dialog that crosses the 200, and stop repeating it at the ACK", async () => {
    const pair = await UaPair.open();
    pair.call([], Buffer.from("v=0\r\n"));
    await pair.pass();
    pair.ringing.provisional({ status: 180, headers: [] });
    await pair.pass();
    pair.answer([], Buffer.from("v=0\r\n"));
    // What the caller wrote when it knew of the 180 only; its own stack acknowledges the 200 afterwards.
    await pair.inject(earlyBye(pair));
    await rest(pair);
    expect(pair.all("200 2 BYE")).toHaveLength(1);
    expect(pair.all("200 1 INVITE")).toHaveLength(1);
    expect(pair.all("ACK 1")).toHaveLength(1);
    expect([pair.bob.session?.isOver, pair.bob.lost]).toEqual([true, []]);
  });

  it("§3.1.3 MUST NOT be kept by an ACK that never comes after such a BYE", async () => {
    const pair = await UaPair.open();
    pair.call([], Buffer.from("v=0\r\n"));
    await pair.pass();
    pair.ringing.provisional({ status: 180, headers: [] });
    await pair.pass();
    pair.net.lose({ from: "10.0.0.1" }, (bytes) => bytes.toString().startsWith("ACK"));
    pair.answer([], Buffer.from("v=0\r\n"));
    await pair.inject(earlyBye(pair));
    const repeats = pair.all("200 1 INVITE").length;
    await rest(pair);
    expect(pair.all("200 1 INVITE")).toHaveLength(repeats);
    expect([pair.bob.session?.isOver, pair.bob.requests.length]).toEqual([true, 1]);
  });

  it("§3.1.5 MUST answer 491 to a re-INVITE while the answer that the ACK brings is awaited", async () => {
    const pair = await UaPair.open();
    pair.call();
    await pair.pass();
    const heal = pair.net.lose({ from: "10.0.0.1" }, (bytes) => bytes.toString().startsWith("ACK"));
    pair.answer([], Buffer.from("v=0 bob\r\n"));
    await pair.pass(5);
    const { alice } = sessionsOf(pair);
    const statuses: number[] = [];
    alice.reinvite({ headers: [], body: Buffer.from("v=0 alice\r\n") }, noting(alice, statuses));
    await pair.pass(5);
    expect(pair.all("491 2 INVITE")).toHaveLength(1);
    heal();
    for (let round = 0; round < 20; round += 1) {
      await pair.pass(500);
      for (const request of pair.bob.requests.splice(0)) request.respond({ status: 200 });
    }
    expect(statuses).toEqual([200]);
    expect(sessionsOf(pair).bob.isOver).toBe(false);
  });

  it("§3.1.6 MUST stop repeating the 200 when a BYE comes in place of the ACK", async () => {
    const pair = await UaPair.open();
    pair.call([], Buffer.from("v=0\r\n"));
    await pair.pass();
    pair.net.lose({ from: "10.0.0.1" }, (bytes) => bytes.toString().startsWith("ACK"));
    pair.answer([], Buffer.from("v=0\r\n"));
    await pair.pass(5);
    sessionsOf(pair).alice.hangUp(DONE);
    await pair.pass(5);
    const repeats = pair.all("200 1 INVITE").length;
    await rest(pair);
    expect(pair.all("200 1 INVITE")).toHaveLength(repeats);
    expectOver(pair);
  });
});

describe("RFC 5407 §3.2 races after a BYE", () => {
  it("§3.2.1 MUST answer both BYEs that cross with 200", async () => {
    const { pair, alice, bob } = await connected();
    alice.hangUp(DONE);
    bob.hangUp(DONE);
    await rest(pair);
    const answers = pair.sent.filter(({ what }) => /^\d+ \d+ BYE$/.test(what));
    expect(answers.map(({ what }) => what.split(" ")[0])).toEqual(["200", "200"]);
    expectOver(pair);
  });

  it("§3.2.2 MUST answer a re-INVITE that crosses the BYE, and end", async () => {
    const { pair, alice, bob } = await connected();
    const statuses: number[] = [];
    alice.hangUp(DONE);
    bob.reinvite({ headers: [] }, noting(bob, statuses));
    await rest(pair);
    expect(statuses).toHaveLength(1);
    expect(statuses[0]).toBeGreaterThanOrEqual(400);
    expectOver(pair);
  });

  it("§3.2.3 MUST acknowledge the 200 of a re-INVITE that crosses its BYE", async () => {
    const { pair, alice } = await connected();
    const statuses: number[] = [];
    alice.reinvite({ headers: [] }, noting(alice, statuses));
    await pair.pass(5);
    pair.bob.requests.at(-1)?.respond({ status: 200 });
    alice.hangUp(DONE);
    await rest(pair);
    expect(statuses).toEqual([200]);
    expect(pair.all("ACK 2")).not.toEqual([]);
    expectOver(pair);
  });

  it("§3.2.3 MUST NOT wait for ever for the answer of a re-INVITE when the dialog has ended", async () => {
    const { pair, alice, bob } = await connected();
    alice.reinvite({ headers: [] }, noting(alice, []));
    await pair.pass(500);
    // 100 has come, and the final answer, sent right before the BYE, never does.
    const isFinal = (bytes: Buffer): boolean => /^SIP\/2.0 [2-6].*INVITE/s.test(bytes.toString());
    pair.net.lose({ from: "10.0.0.2" }, isFinal);
    pair.bob.requests.at(-1)?.respond({ status: 200 });
    bob.hangUp(DONE);
    await rest(pair);
    expect(pair.all("CANCEL 2")).not.toEqual([]);
    expectOver(pair);
  });

  it("§3.2.4 MUST let an ACK pass that crosses the BYE", async () => {
    const pair = await UaPair.open();
    pair.call([], Buffer.from("v=0\r\n"));
    await pair.pass();
    pair.answer([], Buffer.from("v=0\r\n"));
    await pair.pass(1);
    pair.bob.session?.hangUp(DONE);
    await rest(pair);
    expect(pair.bob.lost).toEqual([]);
    expectOver(pair);
  });
});

describe("RFC 5407 §3.3 other races", () => {
  it("§3.3.1 MUST solve two re-INVITEs that cross: 491, and later both succeed", async () => {
    const { pair, alice, bob } = await connected();
    const statuses: number[] = [];
    alice.reinvite({ headers: [] }, noting(alice, statuses));
    bob.reinvite({ headers: [] }, noting(bob, statuses));
    for (let round = 0; round < 20; round += 1) {
      await pair.pass(500);
      for (const { requests } of [pair.alice, pair.bob])
        for (const request of requests.splice(0)) request.respond({ status: 200 });
    }
    expect(pair.sent.filter(({ what }) => what.startsWith("491"))).toHaveLength(2);
    expect(statuses).toEqual([200, 200]);
    expect([alice.isOver, bob.isOver]).toEqual([false, false]);
  });

  it("§3.3.2 MUST refuse both an UPDATE and a re-INVITE that cross, and later both succeed", async () => {
    const { pair, alice, bob } = await connected();
    const statuses = { alice: [] as number[], bob: [] as number[] };
    const body = Buffer.from("v=0\r\n");
    const headers = [{ name: "Content-Type", value: "application/sdp" }];
    alice.send({ method: "UPDATE", headers, body }, noting(alice, statuses.alice));
    bob.reinvite({ headers, body }, noting(bob, statuses.bob));
    await pair.pass(5);
    expect(pair.sent.filter(({ what }) => what.startsWith("491")).map(({ by }) => by)).toEqual(
      expect.arrayContaining(["alice", "bob"]),
    );
    for (let round = 0; round < 20; round += 1) {
      await pair.pass(500);
      for (const { requests } of [pair.alice, pair.bob])
        for (const request of requests.splice(0)) request.respond({ status: 200, headers, body });
    }
    expect(pair.sent.filter(({ what }) => what.startsWith("491"))).toHaveLength(2);
    expect(statuses).toEqual({ alice: [200], bob: [200] });
    expect([alice.isOver, bob.isOver]).toEqual([false, false]);
  });

  it("§3.3.3 MUST answer a REFER of a dialog that has ended with 481", async () => {
    const { pair, alice, bob } = await connected();
    const statuses: number[] = [];
    alice.hangUp(DONE);
    bob.send({ method: "REFER", headers: [] }, noting(bob, statuses));
    await rest(pair);
    expect(statuses).toEqual([481]);
    expectOver(pair);
  });
});
