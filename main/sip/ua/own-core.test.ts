import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import { FakeResolver } from "../../../tests/support/fake-resolver.ts";
import { openTransactions } from "../../../tests/support/sip-pair.ts";
import { systemHashing } from "../../base/hashing.node.ts";
import { responseTo } from "../message/build.ts";
import type { SipRequest } from "../message/message.ts";
import { UserAgent } from "./user-agent.ts";

const CORE = "10.0.0.9";
const CALLEE = "10.0.0.66";
const CHALLENGE = 'Digest realm="a.example", nonce="chosen", algorithm=SHA-256, qop="auth"';

let net: FakeNet;
let clock: FakeClock;
let alice: UserAgent;
/** By the host that got them. */
let got: Map<string, SipRequest[]>;

/** Challenges whatever has no credentials, in both ways, and takes the rest; or takes everything. */
async function challenger(host: string, serviceRoute?: string, asks = true): Promise<void> {
  const { layer } = await openTransactions(net, { host, port: 5060 });
  got.set(host, []);
  layer.onRequest((tx) => {
    got.get(host)?.push(tx.request);
    const isProven = !asks || proofs([tx.request]) > 0;
    const challenges = ["WWW-Authenticate", "Proxy-Authenticate"].map((name) => ({
      name,
      value: CHALLENGE,
    }));
    const route = { name: "Service-Route", value: serviceRoute ?? "" };
    const headers = isProven ? (serviceRoute === undefined ? [] : [route]) : challenges;
    tx.respond(responseTo(tx.request, isProven ? 200 : 407, undefined, { toTag: "t", headers }));
  });
}

function proofs(requests: readonly SipRequest[]): number {
  return requests.filter(
    ({ headers }) => headers.has("Authorization") || headers.has("Proxy-Authorization"),
  ).length;
}

function proofsAt(host: string): number {
  return proofs(got.get(host) ?? []);
}

async function send(nextHop: string, method = "MESSAGE"): Promise<number> {
  const heard: number[] = [];
  alice.send(
    {
      ...{ method, uri: "sip:a.example", from: "<sip:alice@a.example>" },
      ...{ headers: [], routes: [], nextHop },
    },
    {
      onResponse: ({ status }) => heard.push(status),
      onFailure: () => heard.push(0),
    },
  );
  await clock.advanceAsync(100);
  return heard.at(-1) ?? -1;
}

beforeEach(async () => {
  clock = new FakeClock();
  net = new FakeNet(clock);
  got = new Map();
  await challenger(CORE, "<sip:orig@10.0.0.8;lr>");
  await challenger(CALLEE);
  const local = { host: "10.0.0.1", port: 5060 };
  const { layer, ports } = await openTransactions(net, local);
  const resolver = new FakeResolver({ "core.a.example": ["10.0.0.7"] });
  alice = new UserAgent(
    layer,
    { ...ports, resolver, hashing: systemHashing() },
    {
      local,
      credentials: {
        ...{ username: "alice", password: "secret", realm: "a.example", allowMd5: false },
        coreHosts: ["core.a.example", CORE],
      },
    },
  );
});

describe("RFC 3261 §22.3 whose challenges are answered", () => {
  it("MUST be the own core's", async () => {
    expect(await send(`sip:${CORE}`)).toBe(200);
    expect(proofsAt(CORE)).toBe(1);
  });

  it("MUST NOT be those of whoever is called, even in our realm", async () => {
    expect(await send(`sip:${CALLEE}`)).toBe(407);
    expect(got.get(CALLEE)).toHaveLength(1);
    expect(proofsAt(CALLEE)).toBe(0);
  });

  it("MUST NOT send anybody else what the core has asked for", async () => {
    await send(`sip:${CORE}`);
    await send(`sip:${CALLEE}`);
    await send(`sip:${CALLEE}`, "OPTIONS");
    expect(got.get(CALLEE)).toHaveLength(2);
    expect(proofsAt(CALLEE)).toBe(0);
    expect(await send(`sip:${CORE}`)).toBe(200);
    expect(proofsAt(CORE)).toBe(2);
  });

  it("are those of every address that the core's name stands for", async () => {
    await challenger("10.0.0.7");
    expect(await send("sip:core.a.example")).toBe(200);
    expect(await send("sip:10.0.0.7")).toBe(200);
  });

  it("are those of the host that the core has named in Service-Route (RFC 3608)", async () => {
    await challenger("10.0.0.8");
    expect(await send("sip:10.0.0.8")).toBe(407);
    expect(await send(`sip:${CORE}`, "REGISTER")).toBe(200);
    expect(await send("sip:10.0.0.8")).toBe(200);
  });

  it("MUST NOT learn a core from a Service-Route of somebody else", async () => {
    await challenger("10.0.0.65", `<sip:${CALLEE};lr>`, false);
    expect(await send("sip:10.0.0.65", "REGISTER")).toBe(200);
    expect(await send(`sip:${CALLEE}`)).toBe(407);
  });
});
