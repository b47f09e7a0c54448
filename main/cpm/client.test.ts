import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClientPair } from "../../tests/support/client-pair.ts";
import { octets } from "../../tests/support/octets.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start();
});

afterEach(async () => {
  await pair.stop();
  expect(pair.bob.files.openParts, "parts left open").toBe(0);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
  expect(pair.net.openSockets, "sockets left open").toBe(0);
});

const PLAN = octets(300_000, 1);
const PHOTO = octets(70_001, 2);
const NOTE = octets(900, 3);

async function offered(count = 3): Promise<void> {
  const files = ["/s/plan.pdf", "/s/photo.jpg", "/s/note.txt"].slice(0, count);
  pair.alice.files.put("/s/plan.pdf", PLAN).put("/s/photo.jpg", PHOTO).put("/s/note.txt", NOTE);
  await pair.alice.send(files);
  await pair.until("bob rings", () => pair.bob.has("ringing"));
}

async function ended(): Promise<void> {
  await pair.until("both know the end", () => pair.bothEnded());
  await pair.pass(100);
}

describe("CR C.x.x.1.1 steps 1 to 20 between two clients", () => {
  it("MUST bring every accepted file octet by octet, verified on both sides", async () => {
    await offered();
    pair.bob.acceptAll();
    await ended();
    expect([...pair.bob.received().keys()].sort()).toEqual(["note.txt", "photo.jpg", "plan.pdf"]);
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(pair.bob.received().get("photo.jpg")?.equals(PHOTO)).toBe(true);
    expect([pair.alice.last("transfer").state, pair.bob.last("transfer").state]).toEqual([
      "verified",
      "verified",
    ]);
  });
});
