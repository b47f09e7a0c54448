import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../message/message.ts";
import { Subscriptions } from "./subscriptions.ts";

let clock: FakeClock;
let subscriptions: Subscriptions;

beforeEach(() => {
  clock = new FakeClock();
  subscriptions = new Subscriptions(clock, 500);
});

function message(method: string, fields: Readonly<Record<string, string>>): SipRequest {
  return {
    kind: "request",
    method,
    uri: "sip:bob@b.example",
    headers: SipHeaders.of(
      Object.entries({ "Call-ID": "c", ...fields }).map(([name, value]) => ({ name, value })),
    ),
    body: NO_BODY,
  };
}

const SUBSCRIBE = message("SUBSCRIBE", {
  From: "<sip:bob@b.example>;tag=mine",
  To: "<sip:bob@b.example>",
  CSeq: "1 SUBSCRIBE",
});

function answer(status: number, expires: number): SipResponse {
  const headers = SUBSCRIBE.headers
    .set("To", "<sip:bob@b.example>;tag=core")
    .append("Expires", String(expires));
  return { kind: "response", status, reason: "", headers, body: NO_BODY };
}

function notify(seq: number, state = "active;expires=60", tag = "core"): SipRequest {
  return message("NOTIFY", {
    From: `<sip:bob@b.example>;tag=${tag}`,
    To: "<sip:bob@b.example>;tag=mine",
    CSeq: `${String(seq)} NOTIFY`,
    "Subscription-State": state,
  });
}

describe("RFC 6665 §4.1 NOTIFYs at the subscriber's stack", () => {
  it("MUST take a NOTIFY that comes before the answer to SUBSCRIBE (§4.4.1)", () => {
    expect(subscriptions.receive(notify(1))).toBe("none");
    subscriptions.sent(SUBSCRIBE);
    expect(subscriptions.receive(notify(1))).toBe("take");
  });

  it("MUST NOT take one without SUBSCRIBE, of another dialog, or of a second notifier (§4.4.1)", () => {
    subscriptions.sent(SUBSCRIBE);
    subscriptions.answered(SUBSCRIBE, answer(200, 600));
    expect(subscriptions.receive(notify(1, "active", "fork"))).toBe("none");
    expect(
      subscriptions.receive({ ...notify(1), headers: notify(1).headers.set("Call-ID", "x") }),
    ).toBe("none");
  });

  it("MUST refuse what is out of order, incomplete or of another method (RFC 3261 §12.2.2)", () => {
    subscriptions.sent(SUBSCRIBE);
    expect(subscriptions.receive(notify(7))).toBe("take");
    expect(subscriptions.receive(notify(7))).toEqual({ status: 500 });
    const silent = { ...notify(8), headers: notify(8).headers.remove("Subscription-State") };
    expect(subscriptions.receive(silent)).toEqual({ status: 400 });
    expect(subscriptions.receive({ ...notify(9), method: "INFO" })).toMatchObject({ status: 405 });
  });

  it("ends with the subscription: terminated, refused, or over (§4.1.3, §4.1.2.4)", () => {
    subscriptions.sent(SUBSCRIBE);
    subscriptions.answered(SUBSCRIBE, answer(489, 0));
    expect(subscriptions.receive(notify(1))).toBe("none");
    subscriptions.sent(SUBSCRIBE);
    expect(subscriptions.receive(notify(1, "terminated;reason=timeout"))).toBe("take");
    expect(subscriptions.receive(notify(2))).toBe("none");
    subscriptions.sent(SUBSCRIBE);
    clock.advance(33_000);
    expect(subscriptions.receive(notify(1))).toBe("none");
  });

  it("lives as long as the notifier grants, and goes on after a refresh that failed (§4.1.2.2)", () => {
    subscriptions.sent(SUBSCRIBE);
    subscriptions.answered(SUBSCRIBE, answer(200, 600));
    clock.advance(599_000);
    expect(subscriptions.receive(notify(1))).toBe("take");
    const refresh = {
      ...SUBSCRIBE,
      headers: SUBSCRIBE.headers.set("To", "<sip:bob@b.example>;tag=core"),
    };
    subscriptions.sent(refresh);
    subscriptions.answered(refresh, answer(503, 0));
    expect(subscriptions.receive(notify(2))).toBe("take");
    subscriptions.answered(refresh, answer(481, 0));
    expect(subscriptions.receive(notify(3))).toBe("none");
  });
});
