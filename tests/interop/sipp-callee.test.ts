import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OurDevice } from "../support/foreign-bed.ts";
import { throughOurCores, withNothingBetween } from "../support/foreign-ways.ts";
import { loopbackPlace } from "../support/kamailio-core.ts";
import { MsrpSocketPeer } from "../support/msrp-socket-peer.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";
import { hasSipp, type Sipp } from "../support/sipp.ts";
import { compact, type ForeignHabits, without } from "./sipp/pieces.ts";
import { BOB, foreignCallee } from "./sipp/play.ts";

const canRun = need(hasSipp(), "sipp, to be a foreign client");
const CONTENT = octets(60_000, 8);

const WAYS = [throughOurCores(), withNothingBetween()].flatMap((way) =>
  (["udp", "tcp"] as const).map((transport) => ({ name: way.name, way, transport })),
);

// SIPp is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun).each(WAYS)(
  "RFC 3261, RFC 5547: a foreign receiver (SIPp) $name over $transport",
  ({ way, transport }) => {
    const place = loopbackPlace();
    let folder: string;
    let alice: OurDevice;
    let media: MsrpSocketPeer;
    let sipp: Sipp;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "cpm-sipp-"));
      await way.open({ place, transport });
      media = await MsrpSocketPeer.open("127.0.0.1");
      alice = await OurDevice.start("sip:alice@a.example", { ...way.core(0), transport: "udp" });
      await way.giveWay();
    });

    afterEach(async () => {
      await sipp.stop();
      await alice.stop();
      await media.close();
      await way.close();
      await rm(folder, { recursive: true });
    });

    /** Ready for one call, which comes. */
    async function answers(scenario: string, habits: Partial<ForeignHabits> = {}): Promise<void> {
      const stage = { way, transport, folder, media, content: CONTENT, place };
      sipp = await foreignCallee(stage, scenario, habits);
      void endWith(sipp);
      await alice.offer(BOB, CONTENT);
    }

    /** A scenario that failed brings no more events. */
    async function endWith(played: Sipp): Promise<void> {
      if ((await played.exit()) === 0) return;
      alice.giveUp(await played.story());
      media.giveUp();
    }

    /** It went by the scenario, to its end. */
    async function expectPlayed(): Promise<void> {
      const code = await sipp.exit();
      expect(code, `${await sipp.story()}\n${alice.story()}`).toBe(0);
    }

    async function expectSent(): Promise<void> {
      await media.done();
      await expectPlayed();
      expect(await alice.event("file")).toMatchObject({ state: "complete" });
      expect(media.received.equals(CONTENT)).toBe(true);
    }

    it("MUST get the file whole when it accepts, and be hung up on then", async () => {
      await answers("callee-accepts");
      await expectSent();
      expect(alice.count("ringing")).toBe(1);
    });

    it.each([
      [403, "not-allowed"],
      [480, "offline"],
      [486, "busy"],
      [488, "incompatible"],
      [603, "declined"],
    ] as const)(
      "MUST have its %i told to the sender in words that mean it",
      async (status, code) => {
        await answers("callee-refuses", { status });
        expect(await alice.event("error")).toMatchObject({ code, status });
        await expectPlayed();
        expect(media.received).toHaveLength(0);
      },
    );

    it("MUST stop ringing when the sender cancels early (RFC 3261 §9)", async () => {
      await answers("callee-cancelled");
      await sipp.reached("rang");
      const { id } = await alice.event("ringing");
      alice.client.cancel(id);
      await expectPlayed();
      expect(await alice.event("cancelled")).toMatchObject({ by: "us" });
    });

    it("MUST get ACK and BYE for a 200 that crosses the CANCEL (RFC 3261 §9.1, RFC 5407 §3.1.2)", async () => {
      await answers("callee-late-200");
      await sipp.reached("rang");
      const { id } = await alice.event("ringing");
      alice.client.cancel(id);
      await expectPlayed();
      expect(await alice.event("cancelled")).toMatchObject({ by: "us" });
      expect(media.received).toHaveLength(0);
    });

    it("MUST go on getting the file when it sends a re-INVITE, and get 481 after the end", async () => {
      media.hold();
      await answers("callee-reinvites");
      await sipp.reached("reinvited");
      media.release();
      await expectSent();
    });

    it("MUST get an ACK for each 200 that it repeats (RFC 3261 §13.2.2.4)", async () => {
      media.hold();
      await answers("callee-repeats");
      await sipp.reached("repeated");
      media.release();
      await expectSent();
    });

    it("MUST be waited for while it says nothing", async () => {
      await answers("callee-late");
      await expectSent();
    });

    it.each([
      ["a=file-transfer-id", without("[$transfer]")],
      ["a=file-selector", without("[$selector]")],
      ["a=setup", without("a=setup")],
    ] as const)("MUST get the file when its answer has no %s", async (_what, editAnswerSdp) => {
      await answers("callee-accepts", { editAnswerSdp });
      await expectSent();
    });

    it.each([
      ["has no User-Agent", without("User-Agent:")],
      ["is in compact forms", compact],
      ["has its headers in another order", (lines: readonly string[]) => lines.toReversed()],
      [
        "has headers that nobody knows, and long ones",
        (lines: readonly string[]) => [
          ...lines,
          ...['X-Odd: <a;b>,"c', `X-Long: ${"y".repeat(2000)}`, "Supported: timer,,gruu"],
        ],
      ],
    ] as const)("MUST get the file when its answer %s", async (_what, editAnswer) => {
      await answers("callee-accepts", { editAnswer });
      await expectSent();
    });
  },
);
