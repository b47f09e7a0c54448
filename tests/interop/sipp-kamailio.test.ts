import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OurDevice } from "../support/foreign-bed.ts";
import { throughKamailio } from "../support/foreign-ways.ts";
import { loopbackPlace } from "../support/kamailio-core.ts";
import { hasKamailio } from "../support/kamailio-relay.ts";
import { MsrpSocketPeer } from "../support/msrp-socket-peer.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";
import { hasSipp, type Sipp } from "../support/sipp.ts";
import { BOB, foreignCallee, foreignCaller, type Stage } from "./sipp/play.ts";

const canRun = [
  need(hasSipp(), "sipp, to be a foreign client"),
  need(hasKamailio(), "kamailio, to be the SIP/IP Core"),
].every(Boolean);
/** Two cores, two workers and the mirror, on a machine that does other things as well. */
const START_MS = 90_000;
const CONTENT = octets(60_000, 8);

// Both are programs of their own: without them nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)(
  "RFC 3261, RFC 5547: foreign clients (SIPp) through foreign cores (Kamailio), our workers between",
  () => {
    const way = throughKamailio();
    const place = loopbackPlace();
    let folder: string;
    let media: MsrpSocketPeer;
    let ours: OurDevice;
    let sipp: Sipp;

    beforeAll(() => way.open(), START_MS);
    afterAll(() => way.close(), START_MS);

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "cpm-sipp-"));
    });

    afterEach(async () => {
      await sipp.stop();
      await ours.stop();
      await media.close();
      await rm(folder, { recursive: true });
    });

    function stage(transport: "udp" | "tcp"): Stage {
      return { way, transport, folder, media, content: CONTENT };
    }

    async function calls(transport: "udp" | "tcp", scenario: string, status = 0): Promise<void> {
      media = await MsrpSocketPeer.open("127.0.0.1", CONTENT);
      ours = await OurDevice.start(BOB, { ...way.core(1), transport: "udp" });
      sipp = await foreignCaller(stage(transport), scenario, { status });
      void endWith(sipp);
    }

    /** On TCP: an offer is larger than a datagram may be, and Kamailio asks no second time (docs/operating.md). */
    async function isCalled(scenario: string, status = 0): Promise<void> {
      media = await MsrpSocketPeer.open("127.0.0.1");
      sipp = await foreignCallee({ ...stage("tcp"), place }, scenario, { status });
      ours = await OurDevice.start("sip:alice@a.example", { ...way.core(0), transport: "udp" });
      void endWith(sipp);
      await ours.offer(BOB, CONTENT);
    }

    async function endWith(played: Sipp): Promise<void> {
      if ((await played.exit()) === 0) return;
      ours.giveUp(await played.story());
      media.giveUp();
    }

    async function expectPlayed(): Promise<void> {
      const code = await sipp.exit();
      expect(code, `${await sipp.story()}\n${ours.story()}`).toBe(0);
    }

    describe.each(["udp", "tcp"] as const)("a sender over %s", (transport) => {
      it("MUST bring its file whole when the offer is accepted", async () => {
        await calls(transport, "caller-accepted");
        await ours.accept();
        await media.done();
        await sipp.nudge();
        await expectPlayed();
        expect(await ours.event("file")).toMatchObject({ state: "complete", verified: true });
        expect((await ours.received("plan.pdf")).equals(CONTENT)).toBe(true);
      });

      it("MUST get one final answer when the offer is declined", async () => {
        await calls(transport, "caller-refused", 603);
        const { id } = await ours.event("offer");
        ours.client.decline(id, "everywhere");
        await expectPlayed();
      });

      it("MUST stop the ringing when it cancels early", async () => {
        await calls(transport, "caller-cancels");
        await expectPlayed();
        await ours.event("cancelled", ({ by }) => by === "peer");
      });

      it("MUST have its BYE taken when its CANCEL crosses the 200", async () => {
        await calls(transport, "caller-late-200");
        media.hold();
        await ours.accept();
        await expectPlayed();
        expect((await ours.event("transfer")).state).toBe("interrupted");
      });

      it("MUST go on with the file when it sends a re-INVITE", async () => {
        await calls(transport, "caller-reinvites");
        media.hold();
        await ours.accept();
        await sipp.reached("reinvited");
        media.release();
        await media.done();
        await sipp.nudge();
        await expectPlayed();
        expect(await ours.event("file")).toMatchObject({ state: "complete", verified: true });
      });
    });

    describe("a receiver", () => {
      it("MUST get the file whole when it accepts", async () => {
        await isCalled("callee-accepts");
        await media.done();
        await expectPlayed();
        expect(media.received.equals(CONTENT)).toBe(true);
      });

      it("MUST have its 488 told to the sender", async () => {
        await isCalled("callee-refuses", 488);
        expect(await ours.event("error")).toMatchObject({ code: "incompatible", status: 488 });
        await expectPlayed();
      });

      it.each(["callee-cancelled", "callee-late-200"])(
        "MUST hear that the sender cancelled early (%s)",
        async (scenario) => {
          await isCalled(scenario);
          await sipp.reached("rang");
          const { id } = await ours.event("ringing");
          ours.client.cancel(id);
          await expectPlayed();
          expect(await ours.event("cancelled")).toMatchObject({ by: "us" });
        },
      );

      it("MUST go on getting the file when it sends a re-INVITE", async () => {
        await isCalled("callee-reinvites");
        await sipp.reached("reinvited");
        await media.done();
        await expectPlayed();
        expect(media.received.equals(CONTENT)).toBe(true);
      });
    });
  },
);
