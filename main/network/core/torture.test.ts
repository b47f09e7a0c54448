import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CORE, CoreBed, type ScriptedUa } from "../../../tests/support/core-bed.ts";
import type { TortureMessage } from "../../../tests/support/torture-builder.ts";
import { TORTURE } from "../../../tests/support/torture-messages.ts";
import { parseSipMessage } from "../../sip/message/parse.ts";

let bed: CoreBed;
let phone: ScriptedUa;
let alice: ScriptedUa;

beforeEach(async () => {
  bed = await CoreBed.start();
  alice = await bed.device("alice", "10.0.0.10");
  phone = await bed.device("bob", "10.0.0.21");
});

afterEach(() => bed.stop());

/** Final statuses that the core sent to Alice's host, and whether the phone got anything but REGISTER's answers. */
async function outcome({ bytes }: TortureMessage): Promise<unknown> {
  const before = bed.net.traffic.length;
  const received = phone.received.length;
  bed.net.inject({ host: "10.0.0.10", port: 5060 }, CORE, bytes);
  await bed.pass();
  const answers = bed.net.traffic.slice(before).flatMap(({ from, to, bytes: sent }) => {
    const parsed = parseSipMessage(sent);
    const isAnswer = from.host === CORE.host && to.host === "10.0.0.10" && parsed.ok;
    return isAnswer && parsed.value.kind === "response" && parsed.value.status >= 200
      ? [parsed.value.status]
      : [];
  });
  if (phone.received.length > received) return "taken";
  return answers[0] ?? "dropped";
}

describe.each(TORTURE.map((one) => [one.clause, one.purpose, one] as const))(
  "%s: %s",
  (_clause, _purpose, message) => {
    it("MUST be treated as the RFC asks by registrar and proxy, which then go on", async () => {
      // What a REGISTER says counts only after its proof: see below.
      expect(await outcome(message)).toBe(message.core);
      const next = await alice.ask("OPTIONS", { uri: "sip:a.example" });
      expect(next.status).toBe(200);
    });
  },
);

describe("RFC 4475 §3.3: what a registrar makes of a REGISTER", () => {
  it.each([
    [
      "§3.1.1.4",
      "an escaped NUL",
      "<sip:nul-%00-%00@10.0.0.21:5099>",
      "<sip:nul-%00-%00@10.0.0.21:5099>;expires=3600",
    ],
    [
      "§3.3.12",
      "parameters of the header",
      "sip:bob@10.0.0.21:5098;x-unknown",
      "<sip:bob@10.0.0.21:5098>;x-unknown;expires=3600",
    ],
    [
      "§3.3.13",
      "parameters of the URI",
      "<sip:bob@10.0.0.21:5097;x-unknown>",
      "<sip:bob@10.0.0.21:5097;x-unknown>;expires=3600",
    ],
  ])("%s MUST bind a Contact with %s", async (_clause, _what, contact, bound) => {
    const response = await phone.ask("REGISTER", {
      uri: "sip:a.example",
      from: "sip:bob@a.example",
      to: "<sip:bob@a.example>",
      headers: [{ name: "Contact", value: contact }],
    });
    expect(response.status).toBe(200);
    expect(response.headers.getAll("Contact")).toContain(bound);
  });

  it("§3.3.14 MUST NOT let a Route in a Contact lead requests astray", async () => {
    await phone.ask("REGISTER", {
      uri: "sip:a.example",
      from: "sip:bob@a.example",
      to: "<sip:bob@a.example>",
      headers: [{ name: "Contact", value: "<sip:bob@10.0.0.21:5060?Route=%3Csip:10.0.0.66%3E>" }],
    });
    alice.send("MESSAGE");
    await bed.pass();
    expect(phone.of("MESSAGE").map((tx) => tx.request.headers.has("Route"))).toEqual([
      false,
      false,
    ]);
    expect(bed.net.traffic.some(({ to }) => to.host === "10.0.0.66")).toBe(false);
  });

  it.each([
    ["§3.1.2.13", "a Contact that needs brackets", "sip:bob@10.0.0.21:5099?Route=%3Csip:x%3E", 400],
    ["§3.3.4", "a Contact of an unknown scheme", "<name:John_Smith>", 400],
  ])("%s MUST refuse %s", async (_clause, _what, contact, status) => {
    const response = await phone.ask("REGISTER", {
      uri: "sip:a.example",
      from: "sip:bob@a.example",
      to: "<sip:bob@a.example>",
      headers: [{ name: "Contact", value: contact }],
    });
    expect(response.status).toBe(status);
  });
});
