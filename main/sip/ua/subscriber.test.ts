import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import {
  type ScriptedPeer,
  scriptedPeer,
  scriptedResponse,
} from "../../../tests/support/scripted-peer.ts";
import { openTransactions } from "../../../tests/support/sip-pair.ts";
import { systemHashing } from "../../base/hashing.node.ts";
import { cseqOf, fromTagOf } from "../message/fields.ts";
import { SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest } from "../message/message.ts";
import type { Session } from "./session.ts";
import { UserAgent } from "./user-agent.ts";

const US = { host: "10.0.0.1", port: 5060 };
const NOTIFIER = { host: "10.0.0.9", port: 5060 };
const CONTACT = { Contact: "<sip:core@10.0.0.9:5060>" };

let clock: FakeClock;
let peer: ScriptedPeer;
let ua: UserAgent;
/** How the notifier answers; undefined: not at all. */
let answer: (request: SipRequest) => number | undefined;
let grantedS: number;
let session: Session | undefined;
let lost: string[];
let taken: string[];
let branches: number;

beforeEach(async () => {
  clock = new FakeClock();
  const net = new FakeNet(clock);
  const { layer, ports } = await openTransactions(net, US);
  const credentials = { username: "bob", password: "demo", realm: "b.example", allowMd5: true };
  ua = new UserAgent(layer, { ...ports, hashing: systemHashing() }, { local: US, credentials });
  ua.attach({ onInvite: () => undefined, onRequest: () => undefined });
  [answer, grantedS, session, lost, taken, branches] = [() => 200, 600, undefined, [], [], 0];
  const challenge = { "WWW-Authenticate": 'Digest realm="b.example", nonce="n", qop="auth"' };
  peer = await scriptedPeer(net, NOTIFIER.host, {
    onRequest: (request, from, self) => {
      const status = answer(request);
      if (status === undefined) return;
      const fields = {
        ...CONTACT,
        Expires: String(grantedS),
        ...(status === 401 ? challenge : {}),
      };
      self.send(scriptedResponse(request, status, fields, { toTag: "core" }), from);
    },
  });
});

async function subscribe(): Promise<void> {
  const message = {
    uri: "sip:bob@10.0.0.9",
    from: "<sip:bob@b.example>",
    callId: "c",
    headers: [{ name: "Event", value: "reg" }],
    routes: [],
  };
  ua.subscribe(message, {
    onSession: (made) => {
      session = made;
      made.attach({
        onRequest: (incoming) => {
          taken.push(incoming.request.headers.get("CSeq") ?? "");
          incoming.respond({ status: 200 });
        },
        onAck: () => undefined,
        onLost: (why) => {
          lost.push(why);
        },
      });
    },
    onResponse: () => undefined,
    onFailure: () => undefined,
  });
  await clock.advanceAsync(10);
}

/** The notifier speaks. @returns the status that it gets */
async function notify(
  seq: number,
  fields: Readonly<Record<string, string>> = {},
  method = "NOTIFY",
) {
  branches += 1;
  const [subscription] = peer.requests;
  const tag = subscription === undefined ? "nobody" : (fromTagOf(subscription) ?? "");
  const all = {
    Via: `SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK${String(branches)}`,
    "Max-Forwards": "70",
    From: "<sip:bob@b.example>;tag=core",
    To: `<sip:bob@b.example>;tag=${tag}`,
    "Call-ID": "c",
    CSeq: `${String(seq)} ${method}`,
    "Subscription-State": "active",
    ...CONTACT,
    ...fields,
  };
  const headers = SipHeaders.of(
    Object.entries(all).flatMap(([name, value]) => (value === "" ? [] : [{ name, value }])),
  );
  peer.send({ kind: "request", method, uri: "sip:bob@10.0.0.1", headers, body: NO_BODY }, US);
  await clock.advanceAsync(10);
  return peer.responses.at(-1)?.status;
}

describe("RFC 6665 §4.1 the dialog of a SUBSCRIBE", () => {
  it("MUST take a NOTIFY that comes before the answer, and none before the SUBSCRIBE (§4.4.1)", async () => {
    expect(await notify(1)).toBe(481);
    answer = () => undefined;
    await subscribe();
    expect(await notify(1)).toBe(200);
    expect(await notify(2)).toBe(200);
    expect(taken).toEqual(["1 NOTIFY", "2 NOTIFY"]);
  });

  it("MUST NOT take one of another dialog, or of a second notifier (§4.4.1)", async () => {
    await subscribe();
    expect(await notify(1, { From: "<sip:bob@b.example>;tag=fork" })).toBe(481);
    expect(await notify(1, { "Call-ID": "x" })).toBe(481);
    expect(taken).toEqual([]);
  });

  it("MUST refuse what is out of order, incomplete or of another method (RFC 3261 §12.2.2)", async () => {
    await subscribe();
    expect(await notify(7)).toBe(200);
    expect(await notify(7)).toBe(500);
    expect(await notify(8, { "Subscription-State": "" })).toBe(400);
    expect(await notify(9, {}, "INFO")).toBe(405);
  });

  it("ends with the NOTIFY that says terminated (§4.1.3)", async () => {
    await subscribe();
    expect(await notify(1, { "Subscription-State": "terminated;reason=timeout" })).toBe(200);
    expect(session?.isOver).toBe(true);
    expect(await notify(2)).toBe(481);
    expect(lost).toEqual([]);
  });

  it("ends when the SUBSCRIBE is refused after all, NOTIFY or not", async () => {
    answer = () => undefined;
    await subscribe();
    await notify(1);
    const [subscription] = peer.requests;
    if (subscription === undefined) throw new Error("nothing was sent");
    peer.send(scriptedResponse(subscription, 489), US);
    await clock.advanceAsync(10);
    expect(await notify(2)).toBe(481);
    expect(lost.length).toBe(1);
  });

  it("lives as long as the notifier grants and 64*T1 (§4.1.2.4), and goes on after a refresh that failed (§4.1.2.2)", async () => {
    await subscribe();
    await clock.advanceAsync(599_000);
    expect(await notify(1)).toBe(200);
    answer = () => 503;
    const ignore = (): void => undefined;
    const refresh = { method: "SUBSCRIBE", headers: [] };
    session?.send(refresh, { onResponse: ignore, onFailure: ignore });
    await clock.advanceAsync(10);
    expect(await notify(2)).toBe(200);
    answer = () => 200;
    session?.send(refresh, { onResponse: ignore, onFailure: ignore });
    await clock.advanceAsync(600_000);
    expect(await notify(3, { "Subscription-State": "active;expires=60" })).toBe(200);
    await clock.advanceAsync(93_000);
    expect(await notify(4)).toBe(481);
    expect(lost).toEqual(["the subscription expired"]);
    expect(peer.requests.every(({ method }) => method === "SUBSCRIBE")).toBe(true);
  });

  it.each([true, false])(
    "MUST count on from the CSeq that answered a challenge (RFC 3261 §22.2), NOTIFY first: %s",
    async (isNotifyFirst) => {
      answer = (request) => {
        if (request.headers.has("Authorization")) return isNotifyFirst ? undefined : 200;
        return 401;
      };
      await subscribe();
      expect(await notify(1)).toBe(200);
      answer = () => 200;
      const ignore = (): void => undefined;
      session?.send(
        { method: "SUBSCRIBE", headers: [] },
        { onResponse: ignore, onFailure: ignore },
      );
      await clock.advanceAsync(10);
      const numbers = peer.requests.map((request) => {
        const cseq = cseqOf(request);
        return cseq.ok ? cseq.value.number : 0;
      });
      expect(numbers).toEqual([1, 2, 3]);
    },
  );
});
