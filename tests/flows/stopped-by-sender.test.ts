import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SrfDialog } from "../../main/drachtio/srf.ts";
import { ALICE, ALICE_HOST, BOB_HOST, ClientPair } from "../support/client-pair.ts";
import { octets } from "../support/octets.ts";
import { Stranger } from "../support/stranger.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start();
  pair.alice.files.put("/s/big.iso", octets(3_000_000, 4)).put("/s/note.txt", octets(900, 3));
  pair.net.setLatency(100, { to: BOB_HOST });
});

afterEach(async () => {
  await pair.stop();
  expect(pair.bob.files.openParts, "parts left open").toBe(0);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
});

/** The small file is through, the large one moves. */
async function lastOneMoves(): Promise<void> {
  await pair.alice.send(["/s/big.iso", "/s/note.txt"]);
  await pair.until("bob rings", () => pair.bob.has("ringing"));
  pair.bob.acceptAll();
  await pair.until("the small one is there", () => pair.bob.has("file") && pair.alice.has("file"));
}

async function ended(): Promise<void> {
  await pair.until("both know the end", () => pair.bothEnded());
}

function endOfBig(): unknown {
  return pair.bob.all("file").find(({ index }) => index === 0);
}

const STOPPED = { state: "interrupted", code: "declined" };

describe("RFC 5547 §8.4: the sender stops the last file that moves", () => {
  it("MUST say to the receiver that somebody chose it", async () => {
    await lastOneMoves();
    pair.alice.client.cancelFile(pair.alice.offerId, 0);
    await ended();
    expect(endOfBig()).toMatchObject(STOPPED);
    // To this side it is what its own user ended.
    const own = pair.alice.all("file").find(({ index }) => index === 0);
    expect(own).toMatchObject({ state: "interrupted", code: "cancelled" });
    expect(await pair.bob.files.parts()).toEqual([]);
  });

  it.each([10, 400, 1200])(
    "MUST be known for that when the connection is lost %s ms before the BYE comes",
    async (earlyMs) => {
      const stranger = new Stranger(pair, { stopsAfterOctets: 100_000, chunkOctets: 2048 });
      let dialog: SrfDialog | undefined;
      const files = new Map([["big.txt", octets(300_000, 4)]]);
      void stranger.offers(files, ALICE).then((opened) => {
        dialog = opened;
      });
      await pair.until("alice rings", () => pair.alice.has("ringing"));
      pair.alice.acceptAll();
      // Neither `#` nor anything else comes on the file connection.
      await pair.until("it is gone", () => dialog !== undefined);
      await pair.pass(earlyMs);
      expect(pair.alice.has("file")).toBe(false);
      void dialog?.bye([{ name: "Reason", value: 'SIP;cause=487;text="Stopped"' }]);
      await pair.until("alice knows", () => pair.alice.has("transfer"));
      expect(pair.alice.last("file")).toMatchObject(STOPPED);
      expect(await pair.alice.files.parts()).toEqual([]);
    },
  );

  it("MUST be known for that when the BYE comes and the `#` is lost with the connection", async () => {
    await lastOneMoves();
    pair.alice.client.cancelFile(pair.alice.offerId, 0);
    await pair.pass(1);
    pair.net.resetTcp({ from: ALICE_HOST, to: BOB_HOST });
    await ended();
    expect(endOfBig()).toMatchObject(STOPPED);
  });

  it("MUST be taken for a broken connection where no BYE says otherwise in time", async () => {
    await lastOneMoves();
    pair.net.resetTcp({ from: ALICE_HOST, to: BOB_HOST });
    pair.bobSip.rung[0]?.callerDialog?.lose("408");
    await pair.until("bob knows", () => pair.bob.has("file") && endOfBig() !== undefined);
    expect(endOfBig()).toMatchObject({ state: "interrupted", code: "connection" });
  });
});
