import { afterEach, describe, expect, it } from "vitest";
import { ALICE_HOST, BOB_HOST, ClientPair } from "../../../tests/support/client-pair.ts";
import { CHALLENGE, FakeRelay } from "../../../tests/support/fake-relay.ts";
import { octets } from "../../../tests/support/octets.ts";
import type { RelayConfig } from "../config.ts";

const PLAN = octets(300_000, 1);
const NOTE = octets(900, 3);
const RELAY_HOST = "10.0.0.5";

let pair: ClientPair;
let relay: FakeRelay;

afterEach(async () => {
  await pair.stop();
  relay.stop();
  await pair.pass(100);
  expect(pair.bob.files.openParts, "parts left open").toBe(0);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
  expect(pair.net.openSockets, "sockets left open").toBe(0);
});

function through(...hosts: readonly string[]): RelayConfig {
  return {
    uris: hosts.map((host) => ({
      ...{ scheme: "msrp", host, port: 2855, transport: "tcp", parameters: [] },
    })),
    ...{ username: "someone", password: "secret" },
  };
}

async function start(behind: "a" | "b" | "both", hosts = [RELAY_HOST]): Promise<void> {
  const own = { relay: through(...hosts) };
  pair = await ClientPair.start({
    ...(behind === "b" ? {} : { a: own }),
    ...(behind === "a" ? {} : { b: own }),
  });
  relay = await FakeRelay.start(pair.net);
}

async function offer(paths = ["/s/plan.pdf", "/s/note.txt"]): Promise<void> {
  pair.alice.files.put("/s/plan.pdf", PLAN).put("/s/note.txt", NOTE);
  await pair.alice.send(paths);
}

async function send(): Promise<void> {
  await offer();
  await pair.until("bob rings", () => pair.bob.has("ringing"));
  pair.bob.acceptAll();
  await pair.until("both know the end", () => pair.bothEnded());
  await pair.pass(100);
}

function ways(): readonly string[] {
  const connects = pair.net.traffic.filter(({ proto }) => proto === "tcp-connect");
  return [...new Set(connects.map(({ from, to }) => `${from.host} ${to.host}`))];
}

function bobsAnswer(): string {
  return pair.bobSip.rung[0]?.answer?.content.toString() ?? "";
}

function alicesOffer(): string {
  return pair.bobSip.rung[0]?.request.body.toString() ?? "";
}

describe("RFC 4976 §5.1 and §5.2: files through a relay", () => {
  it("MUST go to the relay of a sender, whose offer names it in path, c= and m=", async () => {
    await start("a");
    await send();
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(ways()).toEqual([`${ALICE_HOST} ${RELAY_HOST}`, `${RELAY_HOST} ${BOB_HOST}`]);
    const [first = "", second = ""] = relay.granted;
    for (const place of [first, second])
      expect(alicesOffer()).toContain(`a=path:${place} msrp://${ALICE_HOST}:`);
    expect(alicesOffer()).toContain(`m=message 2855 TCP/MSRP *\r\nc=IN IP4 ${RELAY_HOST}\r\n`);
    expect(alicesOffer()).toContain("a=setup:actpass");
  });

  it("MUST come through the relay of a receiver", async () => {
    await start("b");
    await send();
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(ways()).toContain(`${ALICE_HOST} ${RELAY_HOST}`);
    expect(ways()).not.toContain(`${ALICE_HOST} ${BOB_HOST}`);
    expect(bobsAnswer()).toContain(`a=path:${relay.granted[0] ?? "?"} msrp://${BOB_HOST}:`);
    expect(bobsAnswer()).toContain("a=setup:passive");
  });

  it("MUST pass the relays of both, without msrp-cema in the answer (RFC 6714 §4.3)", async () => {
    await start("both");
    await send();
    expect(pair.bob.received().get("note.txt")?.equals(NOTE)).toBe(true);
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(bobsAnswer()).not.toContain("msrp-cema");
    expect(relay.granted.length).toBe(4);
  });

  it("MUST ask before it offers, once for each file, on one connection, and give it back", async () => {
    await start("a");
    await offer();
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    expect(relay.granted.length).toBe(2);
    const before = pair.net.traffic.filter(({ proto }) => proto === "tcp-connect").length;
    expect(before).toBe(1);
    pair.bob.client.decline(pair.bob.offerId, "everywhere");
    await pair.until("both know the end", () => pair.bothEnded());
    await pair.pass(3_000);
    expect(pair.net.openConnections).toBe(0);
  });

  it("goes to the next relay where the first is gone", async () => {
    await start("a", ["10.0.0.66", RELAY_HOST]);
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
  });

  it("MUST keep its places while files run longer than they were granted for", async () => {
    await start("both");
    relay.expiresS = 10;
    await offer();
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    await pair.pass(30_000);
    pair.bob.acceptAll();
    await pair.until("both know the end", () => pair.bothEnded());
    expect(relay.granted.length).toBeGreaterThan(4);
    expect(pair.alice.last("transfer").state).toBe("verified");
  });
});

describe("RFC 4976 §5.1: a relay that cannot be used", () => {
  it.each([
    ["refuses the password", CHALLENGE, "authentication"],
    ["does not let the user in", "403 Forbidden\r\n", "authentication"],
    ["has an error", "500 Error\r\n", "protocol"],
    ["says nothing", "silence", "network"],
  ])("MUST be told to a sender, before anybody rings: it %s", async (_what, answer, code) => {
    await start("a");
    relay.answer = answer;
    await offer();
    await pair.until("alice knows the end", () => pair.alice.has("transfer"));
    expect(pair.alice.last("error")).toMatchObject({ code });
    expect(pair.alice.last("error").message).toContain(RELAY_HOST);
    expect(pair.alice.last("error").message).toContain("No file was sent.");
    expect(pair.alice.last("transfer").state).toBe("failed");
    expect(pair.bobSip.rung.length).toBe(0);
  });

  it("MUST be told to a receiver, whose sender is refused", async () => {
    await start("b");
    relay.answer = "403 Forbidden\r\n";
    await send();
    expect(pair.bob.last("error")).toMatchObject({ code: "authentication", status: 403 });
    expect(pair.bob.last("error").message).toContain("No file was received.");
    expect(pair.bobSip.rung[0]?.final).toBe(500);
    expect(pair.alice.last("transfer").state).toBe("failed");
    expect(pair.bob.all("file").map(({ state }) => state)).toEqual(["failed", "failed"]);
  });

  it("MUST say that files were interrupted when it breaks while they run", async () => {
    await start("a");
    await offer(["/s/plan.pdf"]);
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    pair.bob.acceptAll();
    await pair.until("octets move", () => relay.passed > 5);
    relay.cut();
    await pair.until("both know the end", () => pair.bothEnded());
    expect(pair.alice.last("file")).toMatchObject({ state: "interrupted", code: "connection" });
    expect(pair.bob.last("transfer").state).not.toBe("verified");
  });

  it("leaves nothing behind when either side ends the offer while it is asked", async () => {
    await start("both");
    relay.answer = "silence";
    await offer();
    await pair.pass(100);
    pair.alice.client.cancel(pair.alice.offerId);
    await pair.until("alice knows the end", () => pair.alice.has("transfer"));
    expect(pair.alice.last("transfer").state).toBe("cancelled");
    relay.answer = undefined;
    await offer(["/s/note.txt"]);
    await pair.until("bob rings", () => pair.bob.has("ringing"));
    relay.answer = "silence";
    pair.bob.acceptAll();
    await pair.pass(100);
    pair.alice.client.cancel(pair.alice.offerId);
    await pair.until("bob knows the end", () => pair.bob.has("transfer"));
    relay.answer = undefined;
    await pair.pass(60_000);
    expect(pair.net.openConnections).toBe(0);
  });
});
