import { describe, expect, it } from "vitest";
import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { AddressBook } from "./address-book.ts";
import { TraceRecorder } from "./recorder.ts";
import { redacted } from "./redact.ts";

const PROOF = "6629fae49393a05397450978507c4ef1";
const STARS = "*".repeat(PROOF.length);

function register(...fields: readonly string[]): string {
  return ["REGISTER sip:a.example SIP/2.0", "Via: SIP/2.0/UDP h", ...fields, "", "body"].join(
    "\r\n",
  );
}

function shown(text: string): string {
  return redacted(Buffer.from(text, "latin1")).toString("latin1");
}

describe("RFC 3261 §22 credentials in a trace", () => {
  it.each([
    `Authorization: Digest username="bob", response="${PROOF}", nc=00000001`,
    `proxy-authorization : Digest response = "${PROOF}", username="bob"`,
    `Authorization: Digest username="bob",\r\n response=${PROOF}`,
    `Authorization:\r\n\tDigest username="bob",\r\n\tRESPONSE="${PROOF}"`,
    `Authentication-Info: rspauth="${PROOF}", nextnonce="abc"`,
  ])("have no proof of the password left: %j", (field) => {
    const text = register(field, "Contact: <sip:bob@h>");
    expect(shown(text)).toBe(text.replace(PROOF, STARS));
  });

  it("of another scheme have nothing left but its name", () => {
    expect(shown(register("Authorization: Basic Ym9iOmRlbW8="))).toBe(
      register("Authorization: Basic ************"),
    );
  });

  it("are taken out of each of several fields", () => {
    const field = `Proxy-Authorization: Digest response="${PROOF}"`;
    expect(shown(register(field, field))).not.toContain(PROOF);
  });

  it("are looked for in the head only, and nothing else is changed", () => {
    const text = `${register('WWW-Authenticate: Digest nonce="response=1"', "X: é")}\r\nAuthorization: Digest response="1"`;
    expect(shown(text)).toBe(text);
  });

  it("never reach a trace's record", () => {
    const kept: TraceRecord[] = [];
    const recorder = new TraceRecorder({
      ...{ clock: new FakeClock(), process: "p", element: "a1", addresses: new AddressBook() },
      sink: (record) => kept.push(record),
    });
    const raw = Buffer.from(register(`Authorization: Digest response="${PROOF}"`));
    recorder.record({
      ...{ local: "h:1", remote: "h:2", dir: "out", proto: "sip", transport: "udp" },
      ...{ summary: {}, raw },
    });
    expect(Buffer.from(kept[0]?.raw ?? "", "base64").toString()).toContain(`response="${STARS}"`);
    expect(raw.toString()).toContain(PROOF);
  });
});
