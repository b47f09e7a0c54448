import { describe, expect, it } from "vitest";
import { STREAM_LIMITS } from "../sip/message/limits.ts";
import { parseSipMessage } from "../sip/message/parse.ts";
import { presentMessage } from "./sip-text.ts";
import { readRequest } from "./srf-border.node.ts";

describe("RFC 3261 §7.3.1 header text that is not UTF-8, on its way through drachtio-srf", () => {
  it("MUST come through at any length that the network's limits allow", () => {
    const long = Buffer.alloc(15_900, 0xe9).toString("latin1");
    const head = [
      "INVITE sip:bob@b.example SIP/2.0",
      "Via: SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bKlong",
      "From: <sip:alice@a.example>;tag=1",
      "To: <sip:bob@b.example>",
      "Call-ID: long",
      "CSeq: 1 INVITE",
      ...Array.from({ length: 4 }, (_, at) => `X-Note-${String(at)}: ${long}`),
      ...["Content-Length: 0", "", ""],
    ].join("\r\n");
    const received = parseSipMessage(Buffer.from(head, "latin1"), STREAM_LIMITS);
    if (!received.ok) throw new Error(received.error.what);
    const shown = readRequest(presentMessage(received.value)).message;
    expect(shown.headers.get("X-Note-3")).toBe(long);
  });
});
