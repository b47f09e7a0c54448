import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OurDevice } from "../support/foreign-bed.ts";
import { throughOurCores, withNothingBetween } from "../support/foreign-ways.ts";
import { MsrpSocketPeer } from "../support/msrp-socket-peer.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";
import { hasSipp, type Sipp } from "../support/sipp.ts";
import { compact, type ForeignHabits, without } from "./sipp/pieces.ts";
import { BOB, foreignCaller } from "./sipp/play.ts";

const canRun = need(hasSipp(), "sipp, to be a foreign client");
const CONTENT = octets(60_000, 8);

const WAYS = [throughOurCores(), withNothingBetween()].flatMap((way) =>
  (["udp", "tcp"] as const).map((transport) => ({ name: way.name, way, transport })),
);

// SIPp is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun).each(WAYS)(
  "RFC 3261, RFC 5547: a foreign sender (SIPp) $name over $transport",
  ({ way, transport }) => {
    let folder: string;
    let bob: OurDevice;
    let media: MsrpSocketPeer;
    let sipp: Sipp;

    beforeAll(() => way.open());
    afterAll(() => way.close());

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "cpm-sipp-"));
      media = await MsrpSocketPeer.open("127.0.0.1", CONTENT);
      bob = await OurDevice.start(BOB, { ...way.core(1), transport: "udp" });
    });

    afterEach(async () => {
      await sipp.stop();
      await bob.stop();
      await media.close();
      await rm(folder, { recursive: true });
    });

    async function call(scenario: string, habits: Partial<ForeignHabits> = {}): Promise<void> {
      const stage = { way, transport, folder, media, content: CONTENT };
      sipp = await foreignCaller(stage, scenario, habits);
      void endWith(sipp);
    }

    /** A scenario that failed brings no more events. */
    async function endWith(played: Sipp): Promise<void> {
      if ((await played.exit()) === 0) return;
      bob.giveUp(await played.story());
      media.giveUp();
    }

    /** It went by the scenario, to its end. */
    async function expectPlayed(): Promise<void> {
      const code = await sipp.exit();
      expect(code, `${await sipp.story()}\n${bob.story()}`).toBe(0);
    }

    /** The file moves, the foreign client hangs up, and the file is there. */
    async function expectReceived(isVerified = true): Promise<void> {
      await media.done();
      await sipp.nudge();
      await expectPlayed();
      const file = await bob.event("file");
      expect(file).toMatchObject({ state: "complete", verified: isVerified });
      expect((await bob.received("plan.pdf")).equals(CONTENT)).toBe(true);
      const { state } = await bob.event("transfer");
      expect(state).toBe(isVerified ? "verified" : "confirmed");
    }

    it("MUST bring its file whole when the offer is accepted", async () => {
      await call("caller-accepted");
      await bob.accept();
      await expectReceived();
    });

    it.each([
      ["everywhere", 603],
      ["here", 486],
    ] as const)(
      "MUST give it one final answer when the offer is declined %s",
      async (where, status) => {
        await call("caller-refused", { status });
        const { id } = await bob.event("offer");
        bob.client.decline(id, where);
        await expectPlayed();
        expect(bob.count("file")).toBe(0);
      },
    );

    it("MUST stop ringing when it cancels early, and say who it was (RFC 3261 §9)", async () => {
      await call("caller-cancels");
      await expectPlayed();
      await bob.event("cancelled", ({ by }) => by === "peer");
      expect(bob.count("answered")).toBe(0);
    });

    it("MUST take its BYE when its CANCEL crosses the 200 (RFC 3261 §15)", async () => {
      media.hold();
      await call("caller-late-200");
      await bob.accept();
      await expectPlayed();
      expect((await bob.event("transfer")).state).toBe("interrupted");
      await expect(bob.received("plan.pdf")).rejects.toThrow("ENOENT");
    });

    it("MUST go on with the file when it sends a re-INVITE, and answer 481 after the end", async () => {
      media.hold();
      await call("caller-reinvites");
      await bob.accept();
      await sipp.reached("reinvited");
      media.release();
      await expectReceived();
    });

    // Datagrams that come again SIPp takes for repetitions and waits on: there a socket does it (sipp-cannot.test.ts).
    if (transport === "tcp") {
      it("MUST ring once however often it repeats its INVITE", async () => {
        await call("caller-repeats");
        await sipp.reached("repeated");
        await bob.accept();
        await expectReceived();
        expect(bob.count("offer")).toBe(1);
      });
    }

    it.each(["Accept-Contact", "P-Preferred-Service", "User-Agent", "Supported", "Allow"])(
      "MUST take its offer without %s",
      async (name) => {
        await call("caller-accepted", { editInvite: without(`${name}:`) });
        await bob.accept();
        await expectReceived();
      },
    );

    it.each(["Contribution-ID", "Conversation-ID"])(
      "MUST refuse its offer with 400 without %s (OMA CPM C.1)",
      async (name) => {
        await call("caller-refused", { status: 400, editInvite: without(`${name}:`) });
        await expectPlayed();
        expect(bob.count("offer")).toBe(0);
      },
    );

    it.each([
      ["file-transfer-id", without("a=file-transfer-id")],
      ["file-disposition", without("a=file-disposition")],
    ] as const)("MUST take its offer without a=%s", async (_what, editSdp) => {
      await call("caller-accepted", { editSdp });
      await bob.accept();
      await expectReceived();
    });

    it("MUST NOT call a file verified that came without a hash", async () => {
      const editSdp = (lines: readonly string[]): readonly string[] =>
        lines.map((line) => line.replace(/ hash:.*$/, ""));
      await call("caller-accepted", { editSdp });
      await bob.accept();
      await expectReceived(false);
    });

    it.each([
      ["in compact forms", compact],
      ["in another order", (lines: readonly string[]) => lines.toReversed()],
      [
        "with headers that nobody knows",
        (lines: readonly string[]) => ["X-Unknown: 1", 'P-Odd-Thing: <a;b>,"c', ...lines],
      ],
      [
        "with a value of 4,000 characters",
        (lines: readonly string[]) => [...lines, `X-Long: ${"x".repeat(4000)}`],
      ],
      [
        "with several values in a line, and one header in several lines",
        (lines: readonly string[]) => [
          ...without("Supported", "Allow")(lines),
          ...["Supported: timer,  path ,gruu", "Supported: outbound", "Allow: INVITE,ACK"],
          ...["Allow: CANCEL , BYE", "Accept: application/sdp, multipart/mixed"],
        ],
      ],
      [
        "with blanks where the grammar lets them be, in any letter case",
        (lines: readonly string[]) =>
          lines.map((line) =>
            line.replace(
              /^(Max-Forwards|Conversation-ID|Content-Type): /,
              (name) => `${name.slice(0, -2).toUpperCase()} :  `,
            ),
          ),
      ],
    ] as const)("MUST take its offer %s", async (_how, editInvite) => {
      await call("caller-accepted", { editInvite });
      await bob.accept();
      await expectReceived();
    });
  },
);
