import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, BOB, ClientPair } from "../../tests/support/client-pair.ts";
import { fakeRequest, fakeResponse } from "../../tests/support/fake-sip.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start({ b: { core: CORE, isBlocked: (uri) => uri.includes("mallory") } });
});

afterEach(async () => {
  await pair.stop();
});

/** FakeSip's requests come from here. */
const CORE = { host: "10.9.9.9", port: 5060, transport: "udp" } as const;

function say(text: string | Buffer, type = "text/plain", from = ALICE): number {
  const content = Buffer.from(text);
  return pair.bobSip.receive(
    fakeRequest(
      "MESSAGE",
      BOB,
      [
        { name: "From", value: `"Alice" <${from}>;tag=1` },
        { name: "To", value: `<${BOB}>` },
      ],
      { contentType: type, content },
    ),
  );
}

describe("RFC 3428 words from another user", () => {
  it("MUST be answered 200 and told", () => {
    expect(say("Please send it again.", "text/plain;charset=utf-8")).toBe(200);
    expect(pair.bob.last("message")).toEqual({
      ...{ from: ALICE, fromName: "Alice", text: "Please send it again." },
    });
  });

  it("MUST be made safe to show and cut to 1,000 characters", () => {
    say(`a\u202Eb\n\u0007${"c".repeat(2000)}`);
    const { text } = pair.bob.last("message");
    expect(text).toHaveLength(1000);
    expect(text.startsWith("a\uFFFDb \uFFFDccc")).toBe(true);
  });

  it("MUST be refused when they are no text, or too many", () => {
    expect(say("<b>x</b>", "text/html")).toBe(415);
    expect(say("x".repeat(5000))).toBe(413);
    expect(pair.bob.has("message")).toBe(false);
  });

  it("MUST not be told when nothing is said, or a blocked person says it", () => {
    expect(say(" \r\n ")).toBe(200);
    expect(say("hello", "text/plain", "sip:mallory@b.example")).toBe(200);
    expect(pair.bob.has("message")).toBe(false);
  });

  it("MUST be refused when they do not come through the own core", async () => {
    const other = await ClientPair.start();
    const request = fakeRequest("MESSAGE", BOB, [{ name: "From", value: `<${ALICE}>;tag=1` }], {
      contentType: "text/plain",
      content: Buffer.from("hello"),
    });
    expect(other.bobSip.receive(request)).toBe(403);
    expect(other.bob.has("message")).toBe(false);
    await other.stop();
  });

  it("MUST leave through the core with the user's identity and no Contact (RFC 3428 §4)", async () => {
    const saying = pair.alice.client.message(BOB, "Once more, please");
    await pair.pass(10);
    expect((await saying).ok).toBe(true);
    const sent = pair.aliceSip.sent.at(-1);
    expect(sent).toMatchObject({ method: "MESSAGE", uri: BOB, nextHop: "sip:10.0.0.9:5060;lr" });
    expect(sent?.body?.content.toString()).toBe("Once more, please");
    expect(sent?.headers.some(({ name }) => name === "Contact")).toBe(false);
  });

  it("MUST tell when nobody got them", async () => {
    pair.aliceSip.respond = () => fakeResponse(404);
    const saying = pair.alice.client.message(BOB, "hello");
    await pair.pass(10);
    expect(await saying).toMatchObject({ ok: false, error: { code: "unknown-user" } });
    pair.aliceSip.respond = () => fakeResponse(200);
  });
});
