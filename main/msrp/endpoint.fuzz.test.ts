import { describe, expect, it } from "vitest";
import { MsrpBed, peerUri, rawSend } from "../../tests/support/msrp-bed.ts";
import { fc } from "../../tests/support/properties.ts";
import { formatMsrpUri } from "../base/msrp-uri.ts";

const INSERTS = [
  "\r\n",
  "\r",
  "\n",
  "-------",
  "$",
  "+",
  ":",
  " ",
  "\0",
  "\xff",
  "MSRP ",
  "1-*/*",
  "9".repeat(30),
];

interface Change {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

function applied(text: string, changes: readonly Change[]): string {
  let changed = text;
  for (const { at, remove, insert } of changes) {
    const place = at % (changed.length + 1);
    changed = changed.slice(0, place) + insert + changed.slice(place + remove);
  }
  return changed;
}

describe("RFC 4975 §14 whatever a peer sends", () => {
  it("MUST end in an answer, in silence or in a closed connection, and touch no other session", async () => {
    const change = fc.record({
      at: fc.nat(2000),
      remove: fc.nat(12),
      insert: fc.oneof(fc.constantFrom(...INSERTS), fc.constant("")),
    });
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, fc.integer({ min: 1, max: 400 }), async (list, segmentOctets) => {
        const bed = new MsrpBed(segmentOctets);
        const { ours, uri, peer } = await bed.withRawPeer();
        const other = await bed.connect(ours, "10.0.0.8");
        const good = rawSend({ to: uri, from: peerUri(), body: "hello", range: "1-5/5" });
        const report =
          `MSRP tid4rept REPORT\r\nTo-Path: ${formatMsrpUri(uri)}\r\nFrom-Path: ${formatMsrpUri(peerUri())}\r\n` +
          "Message-ID: bind\r\nByte-Range: 1-5/5\r\nStatus: 000 200\r\n-------tid4rept$\r\n";
        await peer.say(applied(good + report + good, list));
        await other.say("MSRP");
        expect(other.isClosed).toBe(false);
        const statuses = peer.responses().map((line) => line.split(" ")[1]);
        const known = ["200", "400", "403", "413", "481", "501", "506"];
        for (const status of statuses) expect(known).toContain(status);
        peer.tcp.destroy();
        other.tcp.destroy();
        void ours.close();
        await bed.clock.advanceAsync(40_000);
        expect(bed.net.openSockets).toBe(0);
        expect(bed.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 100, seed: 4975 },
    );
  });
});
