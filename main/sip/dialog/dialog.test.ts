import { describe, expect, it } from "vitest";
import { SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../message/message.ts";
import {
  ackInDialog,
  type Dialog,
  receiveRequest,
  receiveSuccess,
  requestInDialog,
  uacDialog,
  uasDialog,
} from "./dialog.ts";
import { routeRequest } from "./route-set.ts";

const RECORD_ROUTE = ["<sip:p2.example;lr>", "<sip:p1.example;lr>"];

function invite(extra: readonly (readonly [string, string])[] = []): SipRequest {
  return {
    kind: "request",
    method: "INVITE",
    uri: "sip:bob@b.example",
    headers: SipHeaders.of([
      { name: "From", value: "Alice <sip:alice@a.example>;tag=a1" },
      { name: "To", value: "<sip:bob@b.example>" },
      { name: "Call-ID", value: "call-1" },
      { name: "CSeq", value: "7 INVITE" },
      { name: "Contact", value: "<sip:alice@10.0.0.1:5060>;+g.x" },
      ...extra.map(([name, value]) => ({ name, value })),
    ]),
    body: NO_BODY,
  };
}

function answer(status: number, contact = "<sip:bob@10.0.0.2:5060>"): SipResponse {
  return {
    kind: "response",
    status,
    reason: "",
    headers: SipHeaders.of([
      { name: "Record-Route", value: RECORD_ROUTE.join(", ") },
      { name: "From", value: "Alice <sip:alice@a.example>;tag=a1" },
      { name: "To", value: "<sip:bob@b.example>;tag=b1" },
      { name: "Call-ID", value: "call-1" },
      { name: "CSeq", value: "7 INVITE" },
      ...(contact === "" ? [] : [{ name: "Contact", value: contact }]),
    ]),
    body: NO_BODY,
  };
}

function confirmed(): Dialog {
  const dialog = uacDialog(invite(), answer(200));
  if (!dialog.ok) throw new Error(dialog.error.message);
  return dialog.value;
}

describe("RFC 3261 §12.1.2 the dialog of the UAC", () => {
  it("MUST take the route set from Record-Route in reverse order, and the target from Contact", () => {
    expect(confirmed()).toEqual({
      id: { callId: "call-1", localTag: "a1", remoteTag: "b1" },
      role: "uac",
      phase: "confirmed",
      localParty: "Alice <sip:alice@a.example>;tag=a1",
      remoteParty: "<sip:bob@b.example>;tag=b1",
      localSeq: 7,
      remoteTarget: "sip:bob@10.0.0.2:5060",
      routeSet: ["<sip:p1.example;lr>", "<sip:p2.example;lr>"],
    });
  });

  it("MUST be early after 1xx, and MUST NOT come from a response without Contact", () => {
    const early = uacDialog(invite(), answer(180));
    expect(early.ok && early.value.phase).toBe("early");
    expect(uacDialog(invite(), answer(200, "")).ok).toBe(false);
  });
});

describe("RFC 3261 §12.1.1 the dialog of the UAS", () => {
  it("MUST take the route set in the order of the request and remember its CSeq", () => {
    const dialog = uasDialog(invite([["Record-Route", RECORD_ROUTE.join(", ")]]), "b1");
    expect(dialog).toMatchObject({
      ok: true,
      value: {
        id: { callId: "call-1", localTag: "b1", remoteTag: "a1" },
        localParty: "<sip:bob@b.example>;tag=b1",
        remoteSeq: 7,
        remoteTarget: "sip:alice@10.0.0.1:5060",
        routeSet: RECORD_ROUTE,
      },
    });
  });
});

describe("RFC 3261 §12.2.1.1 requests in the dialog", () => {
  it("MUST raise CSeq by one and carry the routes", () => {
    const built = requestInDialog(confirmed(), { method: "BYE", headers: [] });
    expect(built.dialog.localSeq).toBe(8);
    expect(built.nextHop).toBe("sip:p1.example;lr");
    expect(built.request.uri).toBe("sip:bob@10.0.0.2:5060");
    expect(built.request.headers.get("CSeq")).toBe("8 BYE");
    expect(built.request.headers.getAll("Route")).toEqual([
      "<sip:p1.example;lr>",
      "<sip:p2.example;lr>",
    ]);
  });

  it("MUST give the ACK of a 2xx the CSeq number of its INVITE", () => {
    const ack = ackInDialog(confirmed(), 7, { headers: [] });
    expect(ack.request.headers.get("CSeq")).toBe("7 ACK");
  });

  it("MUST let a strict router take the Request-URI", () => {
    expect(
      routeRequest("sip:bob@10.0.0.2", ["<sip:old.example;method=INVITE;x=1>", "<sip:p;lr>"]),
    ).toEqual({
      uri: "sip:old.example;x=1",
      routes: ["<sip:p;lr>", "<sip:bob@10.0.0.2>"],
      nextHop: "sip:old.example;x=1",
    });
  });

  it("MUST send a request without routes to the hop that is configured, else to its target", () => {
    expect(routeRequest("sip:b.example", [], "sip:10.0.0.9:5060").nextHop).toBe(
      "sip:10.0.0.9:5060",
    );
    expect(routeRequest("sip:b.example", []).nextHop).toBe("sip:b.example");
  });
});

describe("RFC 3261 §12.2.2 requests of the peer", () => {
  const received = (method: string, seq: number, contact?: string): SipRequest => ({
    ...invite(),
    method,
    headers: SipHeaders.of([
      { name: "CSeq", value: `${String(seq)} ${method}` },
      ...(contact === undefined ? [] : [{ name: "Contact", value: contact }]),
    ]),
  });

  it("MUST be refused when their CSeq is not above the last one", () => {
    const first = receiveRequest(confirmed(), received("INFO", 5));
    expect(first?.remoteSeq).toBe(5);
    expect(first && receiveRequest(first, received("INFO", 5))).toBeUndefined();
    expect(first && receiveRequest(first, received("INFO", 4))).toBeUndefined();
    expect(first && receiveRequest(first, received("INFO", 9))?.remoteSeq).toBe(9);
  });

  it("MUST refresh the target by INVITE and UPDATE only, and never the route set", () => {
    const moved = "<sip:bob@10.0.0.7:5070>";
    const refreshed = receiveRequest(confirmed(), received("INVITE", 1, moved));
    expect(refreshed?.remoteTarget).toBe("sip:bob@10.0.0.7:5070");
    expect(refreshed?.routeSet).toEqual(confirmed().routeSet);
    expect(receiveRequest(confirmed(), received("INFO", 1, moved))?.remoteTarget).toBe(
      "sip:bob@10.0.0.2:5060",
    );
    expect(receiveSuccess(confirmed(), "INVITE", answer(200, moved)).remoteTarget).toBe(
      "sip:bob@10.0.0.7:5070",
    );
  });
});
