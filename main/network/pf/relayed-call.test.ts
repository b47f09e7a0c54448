import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SeededRandom } from "../../../tests/support/fake-random.ts";
import { FakeSip, type FakeSrf } from "../../../tests/support/fake-sip.ts";
import { MESSAGE, MemoryReceiver, MsrpBed } from "../../../tests/support/msrp-bed.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import { formatMsrpUri, type MsrpUri, parseMsrpUri } from "../../base/msrp-uri.ts";
import type { SrfDialog } from "../../drachtio/srf.ts";
import type { MsrpEndpoint } from "../../msrp/endpoint.ts";
import type { OutgoingMessage } from "../../msrp/session/outgoing-message.ts";
import { MediaDescriptions, STALL_CHECK_MS } from "./media-descriptions.ts";
import { RelayedCall } from "./relayed-call.ts";

const SENDER = "10.0.0.1";
const PF = "10.0.0.5";
const RECEIVER = "10.0.0.9";
const STOPPED = 'SIP;cause=487;text="Stopped"';

let bed: MsrpBed;
let sip: FakeSip;
let sender: MsrpEndpoint;
let receiver: MsrpEndpoint;
let alice: FakeSrf;
let bob: FakeSrf;
let calls: Set<RelayedCall>;
/** Reason of the BYE that reached the receiver. */
let byes: (string | undefined)[];
/** The sender's dialog. */
let dialog: SrfDialog;
/** The receiver's dialog. */
let far: SrfDialog;
/** The file under way. */
let message: OutgoingMessage;

beforeEach(async () => {
  bed = new MsrpBed();
  sip = new FakeSip(bed.clock);
  byes = [];
  calls = new Set();
  const pf = await bed.endpoint(PF);
  sender = await bed.endpoint(SENDER);
  receiver = await bed.endpoint(RECEIVER);
  alice = sip.party("sip:alice@a.example", SENDER);
  bob = sip.party("sip:bob@b.example", RECEIVER);
  const between = sip.party("sip:pf.a.example", PF);
  between.onInvite((invite) => {
    const random = new SeededRandom(7);
    const media = MediaDescriptions.fromOffer(
      { msrp: pf, clock: bed.clock, random },
      invite.request.body,
    );
    if (!media.ok) throw new Error(media.error.what);
    const ports = { srf: between, msrp: pf, clock: bed.clock, log: nullLog() };
    const call = new RelayedCall(ports, invite, media.value, (ended) => {
      calls.delete(ended);
    });
    calls.add(call);
    call.start(() =>
      between.invite({
        ...{ uri: "sip:bob@b.example", from: "<sip:alice@a.example>", headers: [] },
        body: { contentType: "application/sdp", content: media.value.downstreamOffer() },
      }),
    );
  });
  message = await moving();
});

afterEach(() => {
  expect(calls.size, "calls held").toBe(0);
  expect(bed.clock.pendingTimers, "timers left running").toBe(0);
});

/** The file is accepted, and its first half has arrived. */
async function moving(): Promise<OutgoingMessage> {
  const [from, to] = [sender.newUri(), receiver.newUri()];
  const arrived = new MemoryReceiver();
  bob.onInvite((invite) => {
    receiver.session({
      ...{ localUri: to, role: "passive", receiver: arrived },
      remotePath: [pathOf(invite.request.body)],
    });
    const body = { contentType: "application/sdp", content: sdp(to, "passive") };
    void invite.accept({ headers: [], body }).then((accepted) => {
      if (!accepted.ok) return;
      far = accepted.value;
      accepted.value.onBye((bye) => {
        byes.push(bye.request.headers.get("Reason"));
        bye.respond(200);
      });
    });
  });
  const uac = alice.invite({
    ...{ uri: "sip:pf.a.example", from: "<sip:alice@a.example>", headers: [] },
    body: { contentType: "application/sdp", content: sdp(from, "active") },
  });
  await bed.clock.advanceAsync(50);
  const outcome = await uac.outcome;
  if (outcome.kind !== "answered") throw new Error(outcome.kind);
  ({ dialog } = outcome);
  const session = sender.session({
    ...{ localUri: from, role: "active", receiver: new MemoryReceiver() },
    remotePath: [pathOf(outcome.response.body)],
  });
  const half = session.send({ ...MESSAGE, totalOctets: 4000 });
  half.write(Buffer.alloc(2000, 1));
  await bed.clock.advanceAsync(50);
  expect(arrived.bytes.length).toBe(2000);
  return half;
}

function breakOff(): void {
  expect(bed.net.resetTcp({ from: SENDER })).toBe(1);
}

async function allEnded(): Promise<void> {
  await bed.clock.advanceAsync(70_000);
}

describe("note N3 in docs/flows.md: the sender's connection ends before its BYE", () => {
  it.each([0, 400, 1200])("MUST pass on the reason of a BYE that follows in %s ms", async (ms) => {
    breakOff();
    await bed.clock.advanceAsync(ms);
    void dialog.bye([{ name: "Reason", value: STOPPED }]);
    await allEnded();
    expect(byes).toEqual([STOPPED]);
  });

  it("MUST end both sides, saying why, when no BYE follows in time", async () => {
    const told: (string | undefined)[] = [];
    dialog.onBye((bye) => {
      told.push(bye.request.headers.get("Reason"));
      bye.respond(200);
    });
    breakOff();
    await bed.clock.advanceAsync(1400);
    expect([byes, told]).toEqual([[], []]);
    await bed.clock.advanceAsync(200);
    const lost = 'SIP;cause=503;text="File connection lost"';
    expect([byes, told]).toEqual([[lost], [lost]]);
    await allEnded();
    expect(byes).toHaveLength(1);
  });
});

describe("RFC 3261 §14.2 changes of both sides that meet in a Participating Function", () => {
  it("MUST pass one on and answer the other with 491: each leg has one open offer at a time", async () => {
    const changed = sdp(sender.newUri(), "active");
    const offers: string[] = [];
    for (const [name, one] of [["sender", dialog] as const, ["receiver", far] as const]) {
      one.onReinvite((request) => {
        offers.push(name);
        bed.clock.startTimer(100, () => {
          request.respond(200, { body: { contentType: "application/sdp", content: changed } });
        });
      });
    }
    const body = { contentType: "application/sdp", content: changed };
    const both = Promise.all([dialog.reinvite(body), far.reinvite(body)]);
    await bed.clock.advanceAsync(1_000);
    const statuses = (await both).map((result) => (result.ok ? result.value.status : 0));
    expect([statuses, offers]).toEqual([[200, 491], ["receiver"]]);
    const again = far.reinvite(body);
    await bed.clock.advanceAsync(1_000);
    expect(await again).toMatchObject({ ok: true, value: { status: 200 } });
    void dialog.bye();
    await allEnded();
  });
});

describe("note N3 in docs/flows.md: no octet comes for one to two minutes", () => {
  const lost = 'SIP;cause=503;text="File connection lost"';

  it("MUST end both sides then, saying why, and not before", async () => {
    const told: (string | undefined)[] = [];
    dialog.onBye((bye) => {
      told.push(bye.request.headers.get("Reason"));
      bye.respond(200);
    });
    await bed.clock.advanceAsync(STALL_CHECK_MS);
    expect([byes, told]).toEqual([[], []]);
    await bed.clock.advanceAsync(STALL_CHECK_MS + 2_000);
    expect([byes, told]).toEqual([[lost], [lost]]);
    await allEnded();
  });

  it("MUST leave alone who sends little, for as long as something comes", async () => {
    for (let sent = 0; sent < 10; sent += 1) {
      await bed.clock.advanceAsync(STALL_CHECK_MS - 5_000);
      message.write(Buffer.from("x"));
      message.endChunk();
    }
    await bed.clock.advanceAsync(1_000);
    expect(byes).toEqual([]);
    void dialog.bye([{ name: "Reason", value: STOPPED }]);
    await allEnded();
    expect(byes).toEqual([STOPPED]);
  });
});

function sdp(uri: MsrpUri, setup: "active" | "passive"): Buffer {
  const lines = [
    ...["v=0", `o=- 1 1 IN IP4 ${uri.host}`, "s=-", `c=IN IP4 ${uri.host}`, "t=0 0"],
    ...[`m=message ${String(uri.port)} TCP/MSRP *`, `a=setup:${setup}`, "a=accept-types:*"],
    ...[setup === "active" ? "a=sendonly" : "a=recvonly", `a=path:${formatMsrpUri(uri)}`],
    'a=file-selector:name:"a" type:text/plain size:4000',
    "a=file-transfer-id:transferidtransferidtransferid0",
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n`);
}

function pathOf(text: Buffer): MsrpUri {
  const uri = parseMsrpUri(/a=path:(\S+)/.exec(text.toString())?.[1] ?? "");
  if (!uri.ok) throw new Error("no path");
  return uri.value;
}
