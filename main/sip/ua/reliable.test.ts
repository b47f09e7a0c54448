import { describe, expect, it } from "vitest";
import { BOB, UaPair } from "../../../tests/support/ua-pair.ts";
import type { HeaderField } from "../message/headers.ts";
import { NO_BODY } from "../message/message.ts";

const RELIABLE: readonly HeaderField[] = [{ name: "Require", value: "100rel" }];
const SDP = Buffer.from("v=0 early\r\n");
const SDP_TYPE: HeaderField = { name: "Content-Type", value: "application/sdp" };

async function calling(headers: readonly HeaderField[] = []): Promise<UaPair> {
  const pair = await UaPair.open();
  pair.call(headers);
  await pair.pass();
  return pair;
}

describe("RFC 3262 §3 reliable provisional responses at the UAS", () => {
  it("MUST be numbered from a random start and acknowledged in the early dialog", async () => {
    const pair = await calling();
    pair.ringing.provisional({ status: 183, headers: RELIABLE });
    await pair.pass();
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass();
    expect(pair.story(1)).toEqual([
      "bob 183 1 INVITE",
      "alice PRACK 2",
      "bob 200 2 PRACK",
      "bob 180 1 INVITE",
      "alice PRACK 3",
      "bob 200 3 PRACK",
    ]);
    const [first, second] = ["183 1 INVITE", "180 1 INVITE"].map(
      (what) => pair.all(what)[0]?.headers,
    );
    expect(first?.get("Require")).toBe("100rel");
    expect(Number(second?.get("RSeq"))).toBe(Number(first?.get("RSeq")) + 1);
    const prack = pair.all("PRACK 2")[0]?.headers;
    expect(prack?.get("RAck")).toBe(`${first?.get("RSeq") ?? ""} 1 INVITE`);
    expect(prack?.get("To")).toBe(first?.get("To"));
    expect(pair.provisional.map((one) => one.status)).toEqual([183, 180]);
  });

  it("MUST be repeated after T1, 2*T1, 4*T1 … and be told to the caller once (§3, §4)", async () => {
    const pair = await calling();
    const heal = pair.net.lose({ to: BOB.host });
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass(3600);
    expect(pair.all("180 1 INVITE")).toHaveLength(4);
    expect(pair.provisional).toHaveLength(1);
    heal();
    await pair.pass(4000);
    expect(pair.all("200 2 PRACK").length).toBeGreaterThanOrEqual(1);
  });

  it("MUST wait for the PRACK of the one before", async () => {
    const pair = await calling();
    const heal = pair.net.lose({ to: BOB.host });
    pair.ringing.provisional({ status: 183, headers: RELIABLE });
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass(400);
    expect(pair.all("180 1 INVITE")).toEqual([]);
    heal();
    await pair.pass(1000);
    expect(pair.all("180 1 INVITE").length).toBeGreaterThanOrEqual(1);
  });

  it("MUST end the INVITE with a 5xx when no PRACK comes in 64*T1", async () => {
    const pair = await calling();
    pair.net.lose({ to: BOB.host }, (bytes) => bytes.toString().startsWith("PRACK"));
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass(32_100);
    expect(pair.refused.map((one) => one.status)).toEqual([504]);
  });

  it("MUST hold a 2xx back until a description in one is acknowledged", async () => {
    const pair = await calling();
    const heal = pair.net.lose({ to: BOB.host });
    pair.ringing.provisional({ status: 183, headers: [...RELIABLE, SDP_TYPE], body: SDP });
    await pair.pass(100);
    pair.answer();
    await pair.pass(100);
    expect(pair.all("200 1 INVITE")).toEqual([]);
    heal();
    await pair.pass(1000);
    expect(pair.all("200 1 INVITE").length).toBeGreaterThanOrEqual(1);
    expect(pair.alice.session?.isOver).toBe(false);
  });

  it("MUST lose an accepted call whose PRACK never comes, with a 5xx to the INVITE", async () => {
    const pair = await calling();
    pair.net.lose({ to: BOB.host }, (bytes) => bytes.toString().startsWith("PRACK"));
    pair.ringing.provisional({ status: 183, headers: [...RELIABLE, SDP_TYPE], body: SDP });
    pair.answer();
    await pair.pass(33_000);
    expect(pair.refused.map((one) => one.status)).toEqual([504]);
    expect(pair.bob.lost).toHaveLength(1);
  });

  it("MUST NOT be repeated after a final response", async () => {
    const pair = await calling();
    pair.net.lose({ to: BOB.host }, (bytes) => bytes.toString().startsWith("PRACK"));
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass(100);
    pair.ringing.refuse({ status: 486 });
    await pair.pass(5000);
    expect(pair.all("180 1 INVITE")).toHaveLength(1);
  });

  it("MUST be used for all but 100 when the caller requires it", async () => {
    const pair = await calling([{ name: "Require", value: "100rel" }]);
    pair.ringing.provisional({ status: 180 });
    await pair.pass();
    expect(pair.all("180 1 INVITE")[0]?.headers.has("RSeq")).toBe(true);
    expect(pair.all("200 2 PRACK")).toHaveLength(1);
  });

  it("MUST NOT be used for a caller that does not support it", async () => {
    const pair = await calling();
    const [invite] = pair.all("INVITE 1");
    if (invite?.kind !== "request") throw new Error("no INVITE");
    const headers = invite.headers
      .remove("Supported")
      .set("Call-ID", "plain")
      .replaceFirstValue("Via", "SIP/2.0/UDP 10.0.0.1:5099;branch=z9hG4bKplain");
    await pair.inject({ ...invite, headers });
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass(2000);
    const ringing = pair.all("180 1 INVITE");
    expect(ringing).toHaveLength(1);
    expect([ringing[0]?.headers.has("RSeq"), ringing[0]?.headers.has("Require")]).toEqual([
      false,
      false,
    ]);
  });

  it("MUST answer 481 to a PRACK that acknowledges nothing that waits", async () => {
    const pair = await calling();
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass();
    const [prack] = pair.all("PRACK 2");
    if (prack?.kind !== "request") throw new Error("no PRACK");
    const headers = prack.headers
      .set("CSeq", "9 PRACK")
      .replaceFirstValue("Via", "SIP/2.0/UDP 10.0.0.1:5099;branch=z9hG4bKagain");
    await pair.inject({ ...prack, headers });
    expect(pair.all("481 9 PRACK")).toHaveLength(1);
  });
});

describe("RFC 3262 §4 reliable provisional responses at the UAC", () => {
  it("MUST NOT use a number of a PRACK again in the dialog that follows", async () => {
    const pair = await calling();
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass();
    pair.answer();
    await pair.pass();
    pair.alice.session?.hangUp("SIP;cause=200");
    await pair.pass();
    expect(pair.story().at(-2)).toBe("alice BYE 3");
    expect(pair.story().at(-1)).toBe("bob 200 3 BYE");
  });

  it("MUST drop one that ran ahead of its predecessor, until that has come", async () => {
    const pair = await calling();
    pair.ringing.provisional({ status: 183, headers: RELIABLE });
    await pair.pass();
    const heal = pair.net.lose({ to: "10.0.0.1" });
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass(100);
    heal();
    await pair.pass(1000);
    expect(pair.provisional.map((one) => one.status)).toEqual([183, 180]);
  });
});

describe("RFC 3311 §5.2 UPDATE before the answer", () => {
  it("MUST be answered in the early dialog: 200 without an offer, 491 and 500 with one", async () => {
    const pair = await calling();
    pair.ringing.provisional({ status: 180, headers: RELIABLE });
    await pair.pass();
    const [invite, ringing] = [pair.all("INVITE 1")[0], pair.all("180 1 INVITE")[0]];
    const [caller, callee] = [invite?.headers.get("From") ?? "", ringing?.headers.get("To") ?? ""];
    const sides = {
      alice: { ua: pair.alice.ua, uri: "sip:bob@10.0.0.2:5060", from: caller, to: callee },
      bob: { ua: pair.bob.ua, uri: "sip:alice@10.0.0.1:5060", from: callee, to: caller },
    };
    const callId = invite?.headers.get("Call-ID") ?? "";
    const update = (by: "alice" | "bob", body = NO_BODY): void => {
      const { ua, ...where } = sides[by];
      const isOffer = body.length > 0;
      ua.send(
        {
          ...where,
          method: "UPDATE",
          callId,
          cseq: isOffer ? 21 : 20,
          headers: isOffer ? [SDP_TYPE] : [],
          body,
          routes: [],
        },
        { onResponse: () => undefined, onFailure: () => undefined },
      );
    };
    update("alice");
    update("alice", SDP);
    update("bob");
    update("bob", SDP);
    await pair.pass();
    expect(
      pair
        .story()
        .filter((line) => /[2-5]\d\d 2[01] UPDATE/.test(line))
        .toSorted(),
    ).toEqual([
      "alice 200 20 UPDATE",
      "alice 491 21 UPDATE",
      "bob 200 20 UPDATE",
      "bob 500 21 UPDATE",
    ]);
  });
});
