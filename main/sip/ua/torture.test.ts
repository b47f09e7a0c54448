import { describe, expect, it } from "vitest";
import type { TortureMessage } from "../../../tests/support/torture-builder.ts";
import { TORTURE } from "../../../tests/support/torture-messages.ts";
import { ALICE, UaPair } from "../../../tests/support/ua-pair.ts";
import type { SipResponse } from "../message/message.ts";
import { parseSipMessage } from "../message/parse.ts";

/** Final responses that Bob sent, by Call-ID where there is one. */
function finals(pair: UaPair): readonly SipResponse[] {
  return pair.sent.flatMap(({ by, message }) =>
    by === "bob" && message.kind === "response" && message.status >= 200 ? [message] : [],
  );
}

async function outcome({ bytes }: TortureMessage): Promise<[unknown, UaPair]> {
  const pair = await UaPair.open();
  await pair.injectBytes(bytes);
  const taken = pair.bob.requests.length + pair.bob.invites.length;
  const [answer] = finals(pair);
  if (answer !== undefined) return [answer.status, pair];
  return [taken > 0 ? "taken" : "dropped", pair];
}

describe("RFC 4475 §3, RFC 5118 §4: hard messages at a user agent", () => {
  describe.each(TORTURE.map((one) => [one.clause, one.purpose, one] as const))(
    "%s: %s",
    (_clause, _purpose, message) => {
      it("MUST be treated as the RFC asks by a user agent, which then goes on", async () => {
        const [got, pair] = await outcome(message);
        expect(got).toBe(message.uas);
        for (const invite of pair.bob.invites) invite.refuse({ status: 486 });
        pair.alice.ua.send(
          {
            method: "OPTIONS",
            uri: "sip:bob@10.0.0.2:5060",
            from: "<sip:a@a.example>",
            headers: [],
            routes: [],
          },
          { onResponse: () => undefined, onFailure: () => undefined },
        );
        await pair.pass();
        const last = pair.bob.requests.at(-1);
        expect(last?.request.headers.get("Via")).toContain(ALICE.host);
        expect(last?.request.method).toBe("OPTIONS");
      });
    },
  );
});

describe("RFC 4475 §3: what a user agent reads", () => {
  const find = (clause: string): TortureMessage => {
    const found = TORTURE.find((one) => one.clause.endsWith(`§${clause}`));
    if (found === undefined) throw new Error(clause);
    return found;
  };

  it("MUST see through folds, compact names and escapes (§3.1.1.1)", async () => {
    const [, pair] = await outcome(find("3.1.1.1"));
    const { request } = pair.ringing;
    expect(request.headers.get("CSeq")).toBe("0009 INVITE");
    expect(request.headers.get("x-new")).toBe("a value over several lines;;,,;");
    expect(request.headers.get("Subject")).toBe("");
    expect(request.body.toString()).toMatch(/^v=0/);
  });

  it("MUST leave a method as it is written (§3.1.1.2, §3.1.1.5)", async () => {
    const [, odd] = await outcome(find("3.1.1.2"));
    expect(odd.bob.requests[0]?.request.method).toBe("!odd-Method0123456789_*+`.%fine'~");
    const [, escaped] = await outcome(find("3.1.1.5"));
    expect(escaped.bob.requests[0]?.request.method).toBe("RE%47IST%45R");
  });

  it("MUST keep every octet of a body (§3.1.1.11)", async () => {
    const [, pair] = await outcome(find("3.1.1.11"));
    expect(pair.bob.requests[0]?.request.body.includes(Buffer.from([0, 1, 2, 3]))).toBe(true);
  });

  it("MUST read responses with any reason phrase (§3.1.1.12, §3.1.1.13)", () => {
    const [long, empty] = ["3.1.1.12", "3.1.1.13"].map((clause) =>
      parseSipMessage(find(clause).bytes),
    );
    expect(long?.ok && long.value.kind === "response" && long.value.reason).toContain("2**3");
    expect(empty?.ok && empty.value.kind === "response" && empty.value.reason).toBe("");
  });

  it("MUST name what it does not support (§3.3.5)", async () => {
    const [, pair] = await outcome(find("3.3.5"));
    expect(finals(pair)[0]?.headers.get("Unsupported")).toBe("x-not-for-uas, x-nor-this");
  });

  it("MUST NOT take two requests for one because their branch is bare (§3.2.1)", async () => {
    const pair = await UaPair.open();
    const { bytes } = find("3.2.1");
    await pair.injectBytes(bytes);
    await pair.injectBytes(Buffer.from(bytes.toString().replace(/torture-\d+@/, "another@")));
    await pair.injectBytes(bytes);
    expect(pair.bob.requests).toHaveLength(2);
  });
});
