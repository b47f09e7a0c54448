import { describe, expect, it } from "vitest";
import { BYTE_RANGES } from "../../tests/support/malformed-msrp/byte-ranges.ts";
import type { MalformedCase } from "../../tests/support/malformed-msrp/case.ts";
import { CONTENTS, REPORTS } from "../../tests/support/malformed-msrp/contents.ts";
import { FRAMING } from "../../tests/support/malformed-msrp/framing.ts";
import { HEADERS } from "../../tests/support/malformed-msrp/headers.ts";
import { PATHS } from "../../tests/support/malformed-msrp/paths.ts";
import { MsrpBed, peerUri, rawSend } from "../../tests/support/msrp-bed.ts";

interface Reaction {
  readonly answers: readonly number[];
  readonly isClosed: boolean;
  readonly received: string;
  readonly broken: number;
  /** A SEND after all this, on this connection or, where that is closed, not at all. */
  readonly next: string | undefined;
  readonly connectsElsewhere: number;
  readonly leftBehind: readonly number[];
}

/** Writes the case to a bound session, in segments of that size, and tells what came of it. */
async function reactionTo(one: MalformedCase, segmentOctets: number): Promise<Reaction> {
  const bed = new MsrpBed(segmentOctets);
  const { ours, uri, receiver, peer } = await bed.withRawPeer(one.session);
  const connects = bed.net.traffic.length;
  await peer.say(one.octets(uri));
  await bed.clock.advanceAsync(1000);
  const answers = peer.responses().map((line) => Number(line.split(" ")[1]));
  const { isClosed } = peer;
  const received = receiver.bytes.toString("latin1");
  const { broken } = receiver;
  let next: string | undefined;
  if (!isClosed) {
    await peer.say(rawSend({ to: uri, from: peerUri(), tid: "tid4next", messageId: "next" }));
    next = peer.responses().join();
  }
  const connectsElsewhere = bed.net.traffic.length - connects;
  peer.tcp.destroy();
  void ours.close();
  await bed.clock.advanceAsync(40_000);
  const leftBehind = [bed.net.openSockets, bed.clock.pendingTimers];
  return { answers, isClosed, received, broken, next, connectsElsewhere, leftBehind };
}

function expectReaction(reaction: Reaction, one: MalformedCase): void {
  expect(reaction).toEqual({
    answers: one.answers,
    isClosed: one.isClosed,
    received: one.received ?? reaction.received,
    broken: one.broken ?? 0,
    next: one.isClosed ? undefined : "tid4next 200",
    connectsElsewhere: 0,
    leftBehind: [0, 0],
  });
}

const CATEGORIES: readonly (readonly [string, readonly MalformedCase[]])[] = [
  ["§7.1 framing", FRAMING],
  ["§7.1, §7.3 Byte-Range", BYTE_RANGES],
  ["§9 header fields", HEADERS],
  ["§6, §7.3 paths and sessions", PATHS],
  ["§7.3 contents", CONTENTS],
  ["§7.1.2 reports and methods that are not ours", REPORTS],
];

describe.each(CATEGORIES)("RFC 4975 %s: what a hostile or broken peer writes", (_what, cases) => {
  it.each(cases)("$purpose: MUST be $answers, closed: $isClosed", async (one) => {
    expectReaction(await reactionTo(one, 65_536), one);
  });
});

describe("RFC 4975 §7.1 the same in small segments", () => {
  // The long ones would take a second each. An answer before a close may get lost in the close, as on every TCP, and how
  // much of a chunk has been delivered before it breaks depends on the reads.
  const all = [...FRAMING, ...BYTE_RANGES, ...HEADERS, ...PATHS, ...CONTENTS, ...REPORTS];
  const short = all.filter(
    ({ octets, isClosed, answers, broken = 0 }) =>
      octets(peerUri()).length < 1500 && broken === 0 && !(isClosed && answers.length > 0),
  );
  it.each([1, 7])("MUST be taken alike in segments of %i octets", async (segmentOctets) => {
    for (const one of short) expectReaction(await reactionTo(one, segmentOctets), one);
    expect(short.length).toBeGreaterThan(150);
  });
});
