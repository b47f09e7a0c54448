import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, ClientPair } from "../../tests/support/client-pair.ts";
import { octets } from "../../tests/support/octets.ts";
import { Stranger, type StrangerHabits } from "../../tests/support/stranger.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start();
});

afterEach(async () => {
  await pair.stop();
  expect(pair.alice.files.openParts, "parts left open").toBe(0);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
  expect(pair.net.openConnections, "connections left open").toBe(0);
});

const FILE = octets(900_001, 1);

/** Alice sends to another maker's program, which drops out on the way. */
async function brokenTo(habits: StrangerHabits): Promise<Stranger> {
  const stranger = new Stranger(pair, { stopsAfterOctets: 300_000, chunkOctets: 2048, ...habits });
  await stranger.answers();
  pair.alice.files.put("/s/big.txt", FILE);
  await pair.alice.send(["/s/big.txt"]);
  await pair.until("the interruption", () => pair.alice.has("transfer"));
  expect(pair.alice.last("transfer").state).toBe("interrupted");
  stranger.received.clear();
  return stranger;
}

/** Another maker's program sends to alice and drops out on the way. */
async function brokenFrom(habits: StrangerHabits): Promise<Stranger> {
  const stranger = new Stranger(pair, {
    ...{ stopsAfterOctets: 300_000, chunkOctets: 2048, gives: FILE, ...habits },
  });
  await stranger.answers();
  let isOver = false;
  void stranger.offers(new Map([["big.txt", FILE]]), ALICE).then((dialog) => {
    isOver = true;
    void dialog.bye();
  });
  await pair.until("alice rings", () => pair.alice.has("ringing"));
  pair.alice.acceptAll();
  await pair.until("the interruption", () => isOver && pair.alice.has("transfer"));
  expect(pair.alice.last("file")).toMatchObject({ state: "interrupted", code: "connection" });
  return stranger;
}

async function resumed(): Promise<void> {
  const started = await pair.alice.client.resume(pair.alice.offerId);
  expect(started.ok).toBe(true);
  await pair.until("the end", () => pair.alice.all("transfer").length === 2);
}

describe("RFC 5547 §8.2.1 push with file-range to another maker's program", () => {
  it("MUST send the whole file again where the answer says nothing of a range", async () => {
    const stranger = await brokenTo({});
    await resumed();
    expect([...stranger.received.values()][0]?.equals(FILE)).toBe(true);
    expect(pair.alice.last("transfer").state).toBe("confirmed");
  });

  it("MUST send only the range that the answer repeats, with Byte-Range from 1 on", async () => {
    const stranger = await brokenTo({ knowsRanges: true });
    const { resumable } = pair.alice.last("file");
    expect(resumable?.octets).toBeGreaterThan(0);
    await resumed();
    const rest = FILE.subarray(resumable?.octets ?? 0);
    expect([...stranger.received.values()][0]?.equals(rest)).toBe(true);
  });

  it("MUST take 403 'File is received' for what it says", async () => {
    await brokenTo({ saysReceived: true });
    await resumed();
    expect(pair.alice.last("file")).toMatchObject({ state: "complete", verified: false });
    expect(pair.alice.last("transfer").state).toBe("confirmed");
  });

  it("MUST stay interrupted, and say why, where nobody answers", async () => {
    await brokenTo({});
    pair.bobSip.onInvite((invite) => {
      invite.refuse(480);
    });
    await resumed();
    expect(pair.alice.last("file")).toMatchObject({ state: "interrupted" });
    expect(pair.alice.last("transfer").state).toBe("interrupted");
  });
});

describe("RFC 5547 §8.2.2 pull from another maker's program", () => {
  it("MUST take the whole file again from one that knows no ranges", async () => {
    await brokenFrom({});
    await resumed();
    expect(pair.alice.received().get("big.txt")?.equals(FILE)).toBe(true);
    expect(pair.alice.last("resumed").files[0]?.octets).toBe(0);
  });

  it("MUST take the rest from one that repeats the range", async () => {
    await brokenFrom({ knowsRanges: true });
    await resumed();
    expect(pair.alice.received().get("big.txt")?.equals(FILE)).toBe(true);
    expect(pair.alice.last("resumed").files[0]?.octets).toBeGreaterThan(290_000);
  });
});

describe("RFC 5547 §6 a range that ends before the file", () => {
  it("MUST cost nothing of what is here", async () => {
    await brokenFrom({ knowsRanges: true, givesUpTo: 500_000 });
    const before = await pair.alice.files.parts();
    expect(before).toHaveLength(1);
    await resumed();
    expect(pair.alice.last("file")).toMatchObject({ state: "interrupted", code: "connection" });
    expect(await pair.alice.files.parts()).toEqual(before);
  });
});

describe("RFC 5547 §8.3.2 pull offers to this device", () => {
  async function asked(sharedFile?: () => Promise<string | undefined>): Promise<number> {
    await pair.stop();
    pair = await ClientPair.start({
      a: {
        // Where requests come from in this world.
        coreAddress: "10.9.9.9",
        ...(sharedFile === undefined ? {} : { sharedFile }),
      },
    });
    pair.alice.files.put("/s/list.txt", FILE);
    const hash = createHash("sha1").update(FILE).digest("hex").toUpperCase();
    const pairs = (hash.match(/../g) ?? []).join(":");
    const uac = pair.bobSip.invite({
      uri: ALICE,
      from: "<sip:bob@b.example>",
      headers: [
        { name: "Conversation-ID", value: "c1" },
        { name: "Contribution-ID", value: "i1" },
      ],
      body: {
        contentType: "application/sdp",
        content: Buffer.from(
          [
            "v=0",
            "o=- 1 1 IN IP4 10.0.0.7",
            "s=-",
            "c=IN IP4 10.0.0.7",
            "t=0 0",
            "m=message 2855 TCP/MSRP *",
            "a=recvonly",
            "a=setup:active",
            "a=path:msrp://10.0.0.7:2855/q;tcp",
            `a=file-selector:hash:sha-1:${pairs}`,
            "a=file-transfer-id:q1",
            "",
          ].join("\r\n"),
        ),
      },
    });
    let status = 0;
    void uac.outcome.then((outcome) => {
      status = outcome.kind === "refused" ? outcome.response.status : 200;
      if (outcome.kind === "answered") {
        expect(outcome.response.body.toString()).toMatch(
          /a=sendonly[\s\S]*a=file-selector:name:"list.txt" type:text\/plain size:900001 hash:sha-1:/,
        );
        void outcome.dialog.bye();
      }
    });
    await pair.until("an answer", () => status !== 0);
    expect(pair.alice.has("ringing")).toBe(false);
    return status;
  }

  it("MUST be refused without a word where nothing was offered and nobody decides", async () => {
    expect(await asked()).toBe(480);
  });

  it("MUST give the file that whoever decides has named, with its hash", async () => {
    expect(await asked(() => Promise.resolve("/s/list.txt"))).toBe(200);
  });
});
