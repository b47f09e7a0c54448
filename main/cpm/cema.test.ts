import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE_HOST, BOB_HOST, ClientPair } from "../../tests/support/client-pair.ts";
import { Middlebox } from "../../tests/support/middlebox.ts";
import { octets } from "../../tests/support/octets.ts";
import type { SipBody } from "../drachtio/srf.ts";

let pair: ClientPair;
let middlebox: Middlebox;

beforeEach(async () => {
  pair = await ClientPair.start();
  middlebox = new Middlebox(pair.net);
});

afterEach(async () => {
  await pair.stop();
  middlebox.stop();
  await pair.pass(100);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
  expect(pair.net.openSockets, "sockets left open").toBe(0);
});

const PLAN = octets(300_000, 1);
const NOTE = octets(900, 3);

function send(): Promise<void> {
  return pair.transfer({ "/s/plan.pdf": PLAN, "/s/note.txt": NOTE });
}

/** From where to where connections were made, by host. */
function ways(): readonly string[] {
  return pair.net.traffic
    .filter(({ proto }) => proto === "tcp-connect")
    .map(({ from, to }) => `${from.host} ${to.host}`);
}

function edited(body: SipBody, change: (text: string) => string): SipBody {
  return { ...body, content: Buffer.from(change(body.content.toString("latin1")), "latin1") };
}

const without = (text: string): string => text.replaceAll("a=msrp-cema\r\n", "");

function offers(): readonly string[] {
  const [uas] = pair.bobSip.rung;
  const later = uas?.callerDialog?.sent.filter(({ method }) => method === "INVITE") ?? [];
  return [uas?.request, ...later].map((request) => request?.body.toString() ?? "");
}

describe("RFC 6714 §4.2 and §4.3: a middlebox that rewrites c= and m= only", () => {
  it("MUST be passed by an offerer that connects, each file over its own port", async () => {
    pair.sip.edit = (body) => middlebox.anchor(body);
    await send();
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(ways()).toEqual([
      ...Array.from({ length: 2 }, () => `${ALICE_HOST} ${middlebox.host}`),
      ...Array.from({ length: 2 }, () => `${middlebox.host} ${BOB_HOST}`),
    ]);
    expect(middlebox.connections).toBe(2);
  });

  it("MUST be passed by an answerer that connects", async () => {
    pair.sip.edit = (body, as) =>
      middlebox.anchor(
        as === "offer" ? edited(body, (text) => text.replaceAll("actpass", "passive")) : body,
      );
    await send();
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(ways().filter((way) => way.startsWith(`${BOB_HOST} `))).toEqual([
      `${BOB_HOST} ${middlebox.host}`,
      `${BOB_HOST} ${middlebox.host}`,
    ]);
  });

  it("MUST say msrp-cema in offer and answer, and find the sessions by the paths that nobody changed", async () => {
    let answer = "";
    pair.sip.edit = (body, as) => {
      if (as === "answer") answer = body.content.toString();
      return middlebox.anchor(body);
    };
    await send();
    expect(offers()[0]?.match(/a=msrp-cema\r\n/g)?.length).toBe(2);
    expect(answer.match(/a=msrp-cema\r\n/g)?.length).toBe(2);
    expect(pair.alice.last("transfer").state).toBe("verified");
  });
});

describe("RFC 6714 §4.2 and §4.3: a peer without CEMA", () => {
  it("MUST be connected to as before where no middlebox is", async () => {
    pair.sip.edit = (body) => edited(body, without);
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(ways()).toEqual([`${ALICE_HOST} ${BOB_HOST}`]);
  });

  it("MUST be refused with 488 by the answerer when its c= and m= are elsewhere", async () => {
    pair.sip.edit = (body) => edited(middlebox.anchor(body), without);
    await send();
    expect(pair.bob.has("ringing")).toBe(false);
    expect(pair.bobSip.rung[0]?.final).toBe(488);
  });

  it("MUST be reached through the middlebox where the offerer connects", async () => {
    pair.sip.edit = (body, as) =>
      as === "answer" ? edited(middlebox.anchor(body), without) : body;
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(ways()[0]).toBe(`${ALICE_HOST} ${middlebox.host}`);
    expect(offers().length).toBe(1);
  });

  it("MUST be offered the files again without msrp-cema where it connects past the middlebox", async () => {
    pair.sip.edit = (body, as) =>
      as === "answer"
        ? edited(middlebox.anchor(body), without)
        : edited(body, (text) => text.replaceAll("actpass", "passive"));
    await send();
    const [first = "", second = "", third] = offers();
    expect(first).toContain("a=msrp-cema");
    expect(second).not.toContain("a=msrp-cema");
    expect(third).toBeUndefined();
    const versionOf = (text: string): number => Number(/^o=\S+ \S+ (\d+)/m.exec(text)?.[1]);
    expect(versionOf(second)).toBe(versionOf(first) + 1);
    expect(pair.alice.last("transfer").state).toBe("verified");
  });
});
