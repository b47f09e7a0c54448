import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { octets } from "../../tests/support/octets.ts";
import { expectGiven, PitfallBed } from "../../tests/support/pitfall-bed.ts";
import type { PeerHabits, PitfallPeer } from "../../tests/support/pitfall-peer.ts";

let bed: PitfallBed;

beforeEach(async () => {
  bed = await PitfallBed.start();
});

afterEach(async () => {
  await bed.stop();
});

function fileOf(sizeOctets: number): ReadonlyMap<string, Buffer> {
  return new Map([["big.txt", octets(sizeOctets, 3)]]);
}

/**
 * Takes octets one after the other at the rate that it has at that time. What it has not got to waits in buffers between:
 * the sender has long given it to its system.
 */
function taking(own: () => PitfallPeer, octetsPerS: (taken: number) => number): PeerHabits {
  let freeAtMs = 0;
  let taken = 0;
  return {
    onSend: (frame, line) => {
      const { clock } = bed.pair;
      const length = frame.body?.length ?? 0;
      taken += length;
      freeAtMs = Math.max(freeAtMs, clock.nowMs()) + (length / octetsPerS(taken)) * 1000;
      clock.startTimer(freeAtMs - clock.nowMs(), () => {
        own().take(frame, line);
      });
    },
  };
}

async function sendTo(
  habits: (own: () => PitfallPeer) => PeerHabits,
  sizeOctets: number,
): Promise<PitfallPeer> {
  const peer = await bed.peer(habits);
  peer.takes();
  const { alice } = bed.pair;
  const files = fileOf(sizeOctets);
  for (const [name, content] of files) alice.files.put(`/s/${name}`, content);
  await alice.send([...files.keys()].map((name) => `/s/${name}`));
  await bed.pair.until("the end", () => alice.has("transfer"), 1_200_000);
  return peer;
}

describe("RFC 4975 §7.1.1 half a minute for an answer, to receivers that are slow", () => {
  it.each([
    [2_000_000, 10_000_000],
    [200_000, 10_000_000],
    [20_000, 2_000_000],
    [3_000, 200_000],
  ])("MUST send to one that takes %i octets a second in one go", async (rate, size) => {
    const peer = await sendTo((own) => taking(own, () => rate), size);
    expectGiven(bed, peer, fileOf(size));
    expect(bed.pair.alice.has("reconnecting")).toBe(false);
    expect(peer.lines.length).toBe(1);
  });

  it("MUST bear one that becomes a hundred times slower on the way", async () => {
    const rate = (taken: number): number => (taken < 8_000_000 ? 20_000_000 : 200_000);
    const peer = await sendTo((own) => taking(own, rate), 16_000_000);
    expectGiven(bed, peer, fileOf(16_000_000));
    expect(peer.lines.length).toBe(1);
  });

  it("MUST make chunks long again for one that is quick again", async () => {
    const rate = (taken: number): number => (taken < 300_000 ? 20_000 : 4_000_000);
    const peer = await sendTo((own) => taking(own, rate), 16_000_000);
    expectGiven(bed, peer, fileOf(16_000_000));
    const lengths = peer.sends.map(({ body }) => body?.length ?? 0);
    expect(Math.min(...lengths.slice(0, -1))).toBeLessThan(65_536);
    expect(Math.max(...lengths)).toBeGreaterThan(100_000);
  });

  it("MUST NOT wait longer than half a minute for one that answers no more", async () => {
    let lastMs = 0;
    const peer = await sendTo(
      (own) => ({
        onSend: (frame, line) => {
          if (own().sends.length > 3) return;
          lastMs = bed.pair.clock.nowMs();
          own().take(frame, line);
        },
      }),
      2_000_000,
    );
    expect(bed.pair.alice.last("transfer").state).toBe("interrupted");
    expect(bed.pair.clock.nowMs() - lastMs).toBeLessThan(31_000);
    expect(peer.isByeSeen).toBe(true);
  });

  it("MUST NOT wait longer for a chunk that was passed over than for others", async () => {
    let passedMs = 0;
    await sendTo(
      (own) => ({
        onSend: (frame, line) => {
          if (passedMs === 0 && own().sends.length === 4) {
            passedMs = bed.pair.clock.nowMs();
            return;
          }
          bed.pair.clock.startTimer(1000, () => {
            own().take(frame, line);
          });
        },
      }),
      8_000_000,
    );
    expect(bed.pair.alice.last("transfer").state).toBe("interrupted");
    expect(bed.pair.clock.nowMs() - passedMs).toBeLessThan(33_000);
  });
});
