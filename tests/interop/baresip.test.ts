import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Baresip, hasBaresip } from "../support/baresip.ts";
import { OurDevice } from "../support/foreign-bed.ts";
import { throughOurCores } from "../support/foreign-ways.ts";
import { loopbackPlace } from "../support/kamailio-core.ts";
import { MsrpSocketPeer } from "../support/msrp-socket-peer.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";
import { hasSipp } from "../support/sipp.ts";
import { without } from "./sipp/pieces.ts";
import { foreignCaller } from "./sipp/play.ts";

const canRun = [
  need(hasBaresip(), "baresip, to be a device that takes no files"),
  need(hasSipp(), "sipp, to be a foreign sender"),
].every(Boolean);
const CONTENT = octets(60_000, 8);
const BOB = "sip:bob@b.example";

// baresip is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)("RFC 3261 §16.7 step 6: a device that answers 488 (baresip)", () => {
  const way = throughOurCores();
  let folder: string;
  let phone: Baresip;
  let devices: OurDevice[];
  let alice: OurDevice;

  beforeEach(async () => {
    devices = [];
    folder = await mkdtemp(join(tmpdir(), "cpm-baresip-"));
    await way.open();
    phone = await Baresip.start(join(folder, "phone"), BOB, {
      ...{ core: way.core(1), local: loopbackPlace() },
    });
    alice = await device("sip:alice@a.example", 0);
  });

  afterEach(async () => {
    for (const one of devices) await one.stop();
    await phone.stop();
    await way.close();
    await rm(folder, { recursive: true });
  });

  async function device(aor: string, core: 0 | 1): Promise<OurDevice> {
    const one = await OurDevice.start(aor, { ...way.core(core), transport: "udp" });
    devices.push(one);
    return one;
  }

  it("MUST NOT ring where a device beside it says that it takes files (RFC 3841)", async () => {
    const bob = await device(BOB, 1);
    await alice.offer(BOB, CONTENT);
    await bob.accept();
    expect(await alice.event("transfer"), alice.story()).toMatchObject({ state: "verified" });
    expect((await bob.received("plan.pdf")).equals(CONTENT)).toBe(true);
    expect(alice.count("error")).toBe(0);
    expect(alice.count("declined")).toBe(0);
    expect(phone.story()).not.toContain("INVITE sip:");
  });

  it("MUST NOT keep the file from the device beside it where both ring, nor be the final answer", async () => {
    const bob = await device(BOB, 1);
    const media = await MsrpSocketPeer.open("127.0.0.1", CONTENT);
    const stage = { way, transport: "udp", folder, media, content: CONTENT } as const;
    const anyDevice = { editInvite: without("Accept-Contact:") };
    const sipp = await foreignCaller(stage, "caller-accepted", anyDevice);
    expect(await phone.hears(/SIP\/2\.0 488 /), phone.story()).toBe(true);
    await bob.accept();
    await media.done();
    await sipp.nudge();
    expect(await sipp.exit(), await sipp.story()).toBe(0);
    await media.close();
    expect(await bob.event("file")).toMatchObject({ state: "complete", verified: true });
    expect((await bob.received("plan.pdf")).equals(CONTENT)).toBe(true);
  });

  it("MUST be told to the sender as an app that cannot, when it is alone", async () => {
    await alice.offer(BOB, CONTENT);
    expect(await alice.event("error"), phone.story()).toMatchObject({
      ...{ code: "incompatible", status: 488 },
      message: "The program of bob@b.example cannot receive this kind of offer.",
    });
    expect(phone.story()).toContain("SIP/2.0 488 ");
  });
});
