import { describe, expect, it } from "vitest";
import { responseTo } from "./build.ts";
import { contactsOf, expiresOf, routesOf, toTagOf } from "./fields.ts";
import type { SipMessage, SipRequest } from "./message.ts";
import { parseSipMessage } from "./parse.ts";
import { serializeSipMessage } from "./serialize.ts";
import { summarize } from "./trace-summary.ts";
import { isUsableResponse, validateRequest } from "./validate.ts";

const GOOD: readonly string[] = [
  "OPTIONS sip:user@example.com SIP/2.0",
  "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdju43234",
  "Via: SIP/2.0/TCP 10.0.0.9",
  "Max-Forwards: 70",
  'From: "Bell, Alexander" <sip:a.g.bell@example.com>;tag=433423',
  "To: <sip:t.watson@example.org>",
  "Call-ID: dblreq.0ha0isndaksdj99sdfafnl3lk233412",
  "CSeq: 60 OPTIONS",
  "Content-Length: 0",
];

function message(lines: readonly string[]): SipMessage {
  const result = parseSipMessage(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8"));
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
}

function request(lines: readonly string[]): SipRequest {
  const parsed = message(lines);
  if (parsed.kind !== "request") throw new Error("not a request");
  return parsed;
}

/** The good request with each line that begins as one of `changes` replaced by it, or the line added. */
function changed(...changes: readonly string[]): SipRequest {
  const names = changes.map((line) => `${line.split(":")[0] ?? ""}:`);
  return request([...GOOD.filter((line) => !names.some((n) => line.startsWith(n))), ...changes]);
}

function withStartLine(line: string): SipRequest {
  return request([line, ...GOOD.slice(1)]);
}

describe("RFC 3261 §8.2 and §16.3 inspection of a request", () => {
  it("passes a good one", () => {
    expect(validateRequest(request(GOOD))).toBeUndefined();
  });

  it("does not look at headers that only some readers need", () => {
    const odd = changed(
      "Contact: ",
      "Date: Fri, 01 Jan 2010 16:00:00 EST",
      "Warning: 1812 overture",
    );
    expect(validateRequest(odd)).toBeUndefined();
  });

  it.each([
    [505, "another version (RFC 4475 badvers)", "OPTIONS sip:t.watson@example.org SIP/7.0"],
    [
      400,
      "two blanks in the request line (RFC 4475 lwsstart)",
      "OPTIONS  sip:user@example.com SIP/2.0",
    ],
    [400, "a blank after the version (RFC 4475 trws)", "OPTIONS sip:user@example.com SIP/2.0 "],
    [
      400,
      "blanks in the Request-URI (RFC 4475 lwsruri)",
      "OPTIONS sip:user@example.com; lr SIP/2.0",
    ],
    [400, "angle brackets (RFC 4475 ltgtruri)", "OPTIONS <sip:user@example.com> SIP/2.0"],
    [
      400,
      "headers in the Request-URI (RFC 4475 escruri)",
      "OPTIONS sip:user@example.com?Route=%3Csip:x%3E SIP/2.0",
    ],
    [
      416,
      "an unknown scheme (RFC 4475 unkscm)",
      "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0",
    ],
    [
      416,
      "a scheme that is no SIP (RFC 4475 novelsc)",
      "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0",
    ],
    [400, "an IPv6 address without brackets (RFC 5118 §4.2)", "OPTIONS sip:2001:db8::10 SIP/2.0"],
  ])("answers %i to %s", (status, _, line) => {
    expect(validateRequest(withStartLine(line))?.status).toBe(status);
  });

  it.each([
    [
      "a quote in To that does not end (RFC 4475 quotbal)",
      'To: "Mr. J. User <sip:j.user@example.com>',
    ],
    [
      "a name in From that needs quotes (RFC 4475 baddn)",
      "From: Bell, Alexander <sip:a@example.com>;tag=43",
    ],
    ["blanks inside brackets (RFC 4475 badaspec)", "To: < sip:t.watson@example.org >"],
    ["a CSeq number of 2^31 or more (RFC 4475 scalar02)", "CSeq: 36893488147419103232 OPTIONS"],
    ["a CSeq of another method (RFC 4475 mismatch01)", "CSeq: 8 INVITE"],
    ["a Max-Forwards above 255 (RFC 4475 scalar02)", "Max-Forwards: 300"],
    ["a malformed Via (RFC 4475 badinv01)", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,"],
    ["a malformed Route", "Route: <sip:a"],
    ["an empty Call-ID", "Call-ID: "],
  ])("answers 400 to %s", (_, line) => {
    expect(validateRequest(changed(line))?.status).toBe(400);
  });

  it.each(["Via", "From", "To", "Call-ID", "CSeq"])(
    "answers 400 when %s is missing (RFC 4475 insuf)",
    (name) => {
      const lines = GOOD.filter((line) => !line.startsWith(`${name}:`));
      expect(validateRequest(request(lines))?.status).toBe(400);
    },
  );

  it.each(["From", "To", "Call-ID", "CSeq"])(
    "answers 400 when %s comes twice (RFC 4475 multi01)",
    (name) => {
      const twice = GOOD.flatMap((line) => (line.startsWith(`${name}:`) ? [line, line] : [line]));
      expect(validateRequest(request(twice))?.status).toBe(400);
    },
  );

  it("drops a response whose Via cannot be read", () => {
    const response = responseTo(request(GOOD), 200);
    expect(isUsableResponse(response)).toBe(true);
    const broken = { ...response, headers: response.headers.set("Via", "nonsense") };
    expect(isUsableResponse(broken)).toBe(false);
  });
});

describe("RFC 3261 §8.2.6 generating a response", () => {
  it("MUST copy Via, From, To, Call-ID and CSeq, and add a To tag", () => {
    const response = responseTo(request(GOOD), 404, undefined, { toTag: "xyz" });
    expect(serializeSipMessage(response).toString("utf8").split("\r\n")).toEqual([
      "SIP/2.0 404 Not Found",
      ...GOOD.filter((line) => /^(Via|From|To|Call-ID|CSeq)/.test(line)).map((line) =>
        line.startsWith("To:") ? `${line};tag=xyz` : line,
      ),
      "Content-Length: 0",
      "",
      "",
    ]);
  });

  it("MUST NOT change a To tag that is there", () => {
    const response = responseTo(changed("To: <sip:b@b>;tag=here"), 200, "Fine", { toTag: "xyz" });
    expect(toTagOf(response)).toBe("here");
    expect(response.reason).toBe("Fine");
  });

  it("copies Timestamp into a 100 only", () => {
    const timed = changed("Timestamp: 54");
    expect(responseTo(timed, 100).headers.get("Timestamp")).toBe("54");
    expect(responseTo(timed, 180).headers.has("Timestamp")).toBe(false);
  });
});

describe("RFC 3261 §20 header fields read when they are needed", () => {
  it("gives all Contacts over all fields, or the star", () => {
    const some = contactsOf(changed('m: "x" <sip:a@b;p=1>;q=0.5, <sip:c@d>', "Contact: sip:e@f"));
    expect(some.ok && some.value !== "*" && some.value.map((c) => c.uriText)).toEqual([
      "sip:a@b;p=1",
      "sip:c@d",
      "sip:e@f",
    ]);
    expect(contactsOf(changed("Contact: *"))).toEqual({ ok: true, value: "*" });
    expect(contactsOf(request(GOOD))).toEqual({ ok: true, value: [] });
  });

  it("gives Routes in their order", () => {
    const routes = routesOf(changed("Route: <sip:a;lr>,<sip:b;lr>", "Route : <sip:c;lr>"));
    expect(routes.ok && routes.value.map((r) => r.uriText)).toEqual([
      "sip:a;lr",
      "sip:b;lr",
      "sip:c;lr",
    ]);
  });

  it("tells absent from malformed numbers", () => {
    expect(expiresOf(request(GOOD))).toEqual({ ok: true, value: undefined });
    expect(expiresOf(changed("Expires: 3600"))).toEqual({ ok: true, value: 3600 });
    expect(expiresOf(changed("Expires: soon")).ok).toBe(false);
  });
});

describe("RFC 3261 §20 header fields in the trace summary", () => {
  it("names what identifies a message", () => {
    const cancel = changed(
      'Reason: SIP;cause=200;text="x"',
      "Conversation-ID: f81d",
      "To: <sip:b@b>;tag=t",
    );
    expect(summarize(cancel)).toEqual({
      method: "OPTIONS",
      cseq: "60 OPTIONS",
      callId: "dblreq.0ha0isndaksdj99sdfafnl3lk233412",
      fromTag: "433423",
      toTag: "t",
      topBranch: "z9hG4bKkdju43234",
      reason: 'SIP;cause=200;text="x"',
      conversationId: "f81d",
    });
    expect(summarize(responseTo(request(GOOD), 180))).toMatchObject({ status: 180 });
  });

  it("leaves out what cannot be read", () => {
    expect(summarize(message(["SIP/2.0 200 OK", "From: <<<", "Via: ?"]))).toEqual({ status: 200 });
  });
});
