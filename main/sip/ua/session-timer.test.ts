import { describe, expect, it } from "vitest";
import { ALICE, BOB, UaPair } from "../../../tests/support/ua-pair.ts";
import { SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest } from "../message/message.ts";
import { answerTimer, timerRefusal } from "./session-timer.ts";

const ALLOW_UPDATE = [{ name: "Allow", value: "INVITE, ACK, BYE, CANCEL, UPDATE" }];

function invite(fields: Readonly<Record<string, string>>): SipRequest {
  const headers = SipHeaders.of(Object.entries(fields).map(([name, value]) => ({ name, value })));
  return { kind: "request", method: "INVITE", uri: "sip:b", headers, body: NO_BODY };
}

function answered(fields: Readonly<Record<string, string>>, sessionExpiresS?: number): unknown {
  const config = { minSessionS: 90, ...(sessionExpiresS === undefined ? {} : { sessionExpiresS }) };
  const { headers, agreed } = answerTimer(invite(fields), config);
  return [headers.map(({ name, value }) => `${name}: ${value}`), agreed];
}

describe("RFC 4028 §9 what a UAS answers", () => {
  it.each([
    ["no timer", {}, undefined, [[], undefined]],
    [
      "a timer without a refresher",
      { Supported: "timer", "Session-Expires": "1800" },
      undefined,
      [
        ["Session-Expires: 1800;refresher=uac", "Require: timer"],
        { expiresS: 1800, isOurs: false },
      ],
    ],
    [
      "a timer that names us",
      { k: "timer", x: "1800;refresher=uas" },
      undefined,
      [["Session-Expires: 1800;refresher=uas", "Require: timer"], { expiresS: 1800, isOurs: true }],
    ],
    [
      "a timer that a proxy put in for a caller without timers",
      { "Session-Expires": "600" },
      undefined,
      [["Session-Expires: 600;refresher=uas"], { expiresS: 600, isOurs: true }],
    ],
    [
      "support alone, when we want a timer",
      { Supported: "timer" },
      900,
      [["Session-Expires: 900;refresher=uac", "Require: timer"], { expiresS: 900, isOurs: false }],
    ],
    [
      "a timer that cannot be read",
      { Supported: "timer", "Session-Expires": "x" },
      undefined,
      [[], undefined],
    ],
  ])("MUST answer %s", (_what, fields, wanted, expected) => {
    expect(answered(fields, wanted)).toEqual(expected);
  });

  it("MUST refuse an interval that is too short with 422 and Min-SE, where the caller knows timers", () => {
    const config = { minSessionS: 90 };
    expect(timerRefusal(invite({ Supported: "timer", "Session-Expires": "89" }), config)).toEqual({
      status: 422,
      headers: [{ name: "Min-SE", value: "90" }],
    });
    expect(timerRefusal(invite({ "Session-Expires": "89" }), config)).toBeUndefined();
    expect(
      timerRefusal(invite({ Supported: "timer", "Session-Expires": "90" }), config),
    ).toBeUndefined();
  });
});

describe("RFC 4028 §7.3 a UAC that meets 422", () => {
  it("MUST ask again with the interval that Min-SE names, Call-ID kept and CSeq one higher", async () => {
    const pair = await UaPair.open({ alice: { sessionExpiresS: 100 }, bob: { minSessionS: 300 } });
    pair.call();
    await pair.pass();
    const [first, second] = [pair.all("INVITE 1")[0]?.headers, pair.all("INVITE 2")[0]?.headers];
    expect(pair.story().slice(0, 4)).toEqual([
      "alice INVITE 1",
      "bob 422 1 INVITE",
      "alice ACK 1",
      "alice INVITE 2",
    ]);
    expect(second?.get("Session-Expires")).toBe("300");
    expect(second?.get("Min-SE")).toBe("300");
    expect(second?.get("Call-ID")).toBe(first?.get("Call-ID"));
    expect(pair.refused).toEqual([]);
  });

  it("MUST give up when 422 asks for nothing longer", async () => {
    const pair = await UaPair.open({ alice: { sessionExpiresS: 400 } });
    pair.call();
    await pair.pass();
    pair.ringing.refuse({ status: 422, headers: [{ name: "Min-SE", value: "90" }] });
    await pair.pass();
    expect(pair.refused.map((one) => one.status)).toEqual([422]);
  });
});

describe("RFC 4028 §7.4, §10 refreshing a session", () => {
  it("MUST refresh at half the interval by UPDATE without a description, as the refresher", async () => {
    const pair = await UaPair.open({ alice: { sessionExpiresS: 200 } });
    await pair.connect([], ALLOW_UPDATE);
    await pair.pass(99_000);
    expect(pair.all("UPDATE 2")).toEqual([]);
    await pair.pass(1500);
    const [update] = pair.all("UPDATE 2");
    expect(update?.headers.get("Session-Expires")).toBe("200;refresher=uac");
    expect(update?.headers.get("Supported")).toBe("timer");
    expect(update?.body.length).toBe(0);
    expect(pair.all("200 2 UPDATE")[0]?.headers.get("Session-Expires")).toBe("200;refresher=uac");
    expect(pair.bob.requests).toEqual([]);
    await pair.pass(3_600_000);
    expect([pair.alice.lost, pair.bob.lost]).toEqual([[], []]);
  });

  it("MUST refresh by re-INVITE with the description it has, where the peer allows no UPDATE", async () => {
    const pair = await UaPair.open({ alice: { sessionExpiresS: 200 } });
    await pair.connect();
    await pair.pass(100_500);
    const [reinvite] = pair.all("INVITE 2");
    expect(reinvite?.body.toString()).toBe("v=0 alice\r\n");
    pair.bob.requests[0]?.respond({ status: 200 });
    await pair.pass();
    expect(pair.story().slice(-2)).toEqual(["bob 200 2 INVITE", "alice ACK 2"]);
    await pair.pass(99_000);
    expect(pair.alice.lost).toEqual([]);
  });

  it("MUST refresh as UAS when the answer says so", async () => {
    const pair = await UaPair.open();
    await pair.connect([...ALLOW_UPDATE, { name: "Session-Expires", value: "300;refresher=uas" }]);
    await pair.pass(151_000);
    expect(pair.sent.some(({ by, what }) => by === "bob" && what === "UPDATE 1")).toBe(true);
    expect(pair.all("UPDATE 1")[0]?.headers.get("Session-Expires")).toBe("300;refresher=uac");
    await pair.pass(1_000_000);
    expect([pair.alice.lost, pair.bob.lost]).toEqual([[], []]);
  });

  it("MUST end the session by BYE shortly before its end when no refresh comes", async () => {
    const pair = await UaPair.open({ alice: { sessionExpiresS: 120 } });
    await pair.connect([], ALLOW_UPDATE);
    const heal = pair.net.lose({ from: ALICE.host });
    await pair.pass(87_000);
    expect(pair.bob.lost).toEqual([]);
    await pair.pass(1500);
    expect(pair.bob.lost).toEqual(["the session expired"]);
    expect(pair.sent.some(({ by, what }) => by === "bob" && what === "BYE 1")).toBe(true);
    heal();
  });

  it("MUST end its own side too when its refreshes are not answered", async () => {
    const pair = await UaPair.open({ alice: { sessionExpiresS: 120 } });
    await pair.connect([], ALLOW_UPDATE);
    pair.net.lose({ from: BOB.host });
    await pair.pass(100_000);
    expect(pair.alice.lost).toHaveLength(1);
  });

  it("MUST stop timing when a 2xx to a refresh says nothing about it (§7.2)", async () => {
    const pair = await UaPair.open({ alice: { sessionExpiresS: 200 } });
    await pair.connect();
    await pair.pass(100_500);
    const [reinvite] = pair.bob.requests;
    const plain = reinvite?.build({ status: 200 });
    expect(plain?.headers.get("Session-Expires")).toBe("200;refresher=uac");
    pair.bob.session?.hangUp("SIP;cause=200");
    await pair.pass(1000);
    expect(pair.alice.session?.isOver).toBe(true);
    await pair.pass(400_000);
    expect(pair.alice.lost).toEqual([]);
  });

  it("times nothing where nobody asks for it", async () => {
    const pair = await UaPair.open();
    await pair.connect([], ALLOW_UPDATE);
    await pair.pass(7_200_000);
    expect(pair.story().slice(-1)).toEqual(["alice ACK 1"]);
  });
});

describe("RFC 3311 §5 UPDATE in a confirmed dialog", () => {
  const OFFER = {
    method: "UPDATE",
    headers: [{ name: "Content-Type", value: "application/sdp" }],
    body: Buffer.from("v=0 again\r\n"),
  };
  const quiet = { onResponse: () => undefined, onFailure: () => undefined };

  it("MUST go to the application with an offer, and refresh the target (§5.1)", async () => {
    const pair = await UaPair.open();
    await pair.connect();
    const got: number[] = [];
    pair.alice.session?.send(OFFER, {
      ...quiet,
      onResponse: (response) => {
        got.push(response.status);
      },
    });
    await pair.pass();
    pair.bob.requests[0]?.respond({
      status: 200,
      headers: [{ name: "Contact", value: "<sip:bob@10.0.0.2:5060;moved>" }],
    });
    await pair.pass();
    expect(got).toEqual([200]);
    expect(pair.alice.session?.dialog.remoteTarget).toBe("sip:bob@10.0.0.2:5060;moved");
    expect(pair.all("UPDATE 2")[0]?.headers.get("Contact")).toBe("<sip:alice@10.0.0.1:5060>");
  });

  it("MUST answer 491 to an offer that meets ours, and try our own again later (§5.2)", async () => {
    const pair = await UaPair.open();
    await pair.connect();
    pair.alice.session?.send(OFFER, quiet);
    pair.bob.session?.send(OFFER, quiet);
    await pair.pass(100);
    expect(
      pair
        .story()
        .filter((line) => line.includes(" 491 "))
        .toSorted(),
    ).toEqual(["alice 491 1 UPDATE", "bob 491 2 UPDATE"]);
    // Bob, who does not own the Call-ID, comes first (RFC 3261 §14.1).
    await pair.pass(2000);
    pair.alice.requests[0]?.respond({ status: 200 });
    await pair.pass(2500);
    pair.bob.requests[0]?.respond({ status: 200 });
    await pair.pass(100);
    const ends = pair.story().filter((line) => / 200 \d UPDATE/.test(line));
    expect(ends).toEqual(["alice 200 2 UPDATE", "bob 200 3 UPDATE"]);
  });

  it("MUST NOT leave while another offer of ours waits for its answer (§5.1)", async () => {
    const pair = await UaPair.open();
    await pair.connect();
    pair.alice.session?.reinvite({ headers: OFFER.headers, body: OFFER.body }, quiet);
    await pair.pass();
    expect(pair.bob.requests).toHaveLength(1);
    const failures: string[] = [];
    pair.alice.session?.send(OFFER, {
      ...quiet,
      onFailure: (failure) => {
        failures.push(failure.kind);
      },
    });
    expect(failures).toEqual(["protocol"]);
  });
});
