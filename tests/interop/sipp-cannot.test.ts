import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HostPort, parseHostPort } from "../../main/base/host-port.ts";
import { OurDevice, sha1Selector } from "../support/foreign-bed.ts";
import { throughOurCores, withNothingBetween } from "../support/foreign-ways.ts";
import { MsrpSocketPeer } from "../support/msrp-socket-peer.ts";
import { octets } from "../support/octets.ts";
import { ScriptedCaller } from "../support/scripted-caller.ts";

// What SIPp has no words for: it decides itself where a segment ends, folds no line, and repeats no datagram by script.

const CONTENT = octets(20_000, 8);
const BOB = "sip:bob@b.example";

let media: MsrpSocketPeer;
let bob: OurDevice;
let caller: ScriptedCaller;
const way = withNothingBetween();

beforeEach(async () => {
  await way.open();
  media = await MsrpSocketPeer.open("127.0.0.1", CONTENT);
  bob = await OurDevice.start(BOB, { ...way.core(1), transport: "udp" });
});

afterEach(async () => {
  caller.close();
  await bob.stop();
  await media.close();
  await way.close();
});

function uri(): string {
  return way.contact() ?? "";
}

function place(): HostPort {
  const found = parseHostPort(uri().replace(/^.*@/, ""));
  if (found === undefined) throw new Error(`not a place: ${uri()}`);
  return found;
}

/** A request of the call: `INVITE 1` with the offer, the others without a body. */
function request(cseq: string, toTag = "", branch = cseq.replace(" ", "-")): string {
  const method = cseq.split(" ")[1] ?? "";
  const body = method === "INVITE" ? sdp() : "";
  return [
    `${method} ${uri()} SIP/2.0`,
    `Via: SIP/2.0/${caller.transport.toUpperCase()} ${caller.local};branch=z9hG4bK-${branch}`,
    ...["Max-Forwards: 70", "From: <sip:alice@a.example>;tag=f1", `To: <${BOB}>${toTag}`],
    ...["Call-ID: scripted", `CSeq: ${cseq}`, `Contact: <sip:alice@${caller.local}>`],
    ...["Conversation-ID: c-1", "Contribution-ID: i-1", "Subject: a\r\n plan,\r\n\tfolded"],
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    ...[`Content-Length: ${String(body.length)}`, "", body],
  ].join("\r\n");
}

function sdp(): string {
  return [
    ...["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"],
    `m=message ${String(media.local.port)} TCP/MSRP *`,
    ...["a=sendonly", "a=setup:passive", "a=accept-types:*", `a=path:${media.path}`],
    `a=file-selector:name:"plan.pdf" type:application/pdf size:${String(CONTENT.length)} hash:${sha1Selector(CONTENT)}`,
    ...["a=file-transfer-id:scripted", ""],
  ].join("\r\n");
}

/** To tag of the answer to the offer. */
async function answered(): Promise<string> {
  const [, tag = ""] = await caller.hears(/SIP\/2\.0 200 [\s\S]*?To: [^\r]*(;tag=[^\r;]+)/);
  return tag;
}

async function expectReceived(): Promise<void> {
  expect(await bob.event("file")).toMatchObject({ state: "complete", verified: true });
  expect((await bob.received("plan.pdf")).equals(CONTENT)).toBe(true);
}

describe("RFC 3261 §18.3 a foreign sender whose segments end anywhere", () => {
  it.each([1, 7, 100])("MUST be understood in pieces of %i octets", async (size) => {
    caller = await ScriptedCaller.open("tcp", place());
    await caller.sayInPieces(request("1 INVITE"), size);
    await bob.accept();
    const tag = await answered();
    await caller.sayInPieces(request("1 ACK", tag, "ack"), size);
    await media.done();
    await caller.sayInPieces(request("2 BYE", tag), size);
    await caller.hears(/SIP\/2\.0 200 [\s\S]*CSeq: 2 BYE/);
    await expectReceived();
    expect((await bob.event("offer")).text).toBe("a plan, folded");
  });

  it("MUST be understood when several requests come in one segment, with keep-alives between", async () => {
    caller = await ScriptedCaller.open("tcp", place());
    const cancel = request("2 CANCEL", "", "2-INVITE");
    caller.say(`\r\n\r\n${request("1 OPTIONS")}\r\n\r\n${request("2 INVITE")}${cancel}`);
    await caller.hears(/SIP\/2\.0 200 [\s\S]*CSeq: 1 OPTIONS/);
    await caller.hears(/SIP\/2\.0 200 [\s\S]*CSeq: 2 CANCEL/);
    await caller.hears(/SIP\/2\.0 487 [\s\S]*CSeq: 2 INVITE/);
    caller.say(request("2 ACK", "", "2-INVITE"));
    expect(bob.count("answered")).toBe(0);
  });

  it("MUST be understood when ACK and BYE come in one segment", async () => {
    media.hold();
    caller = await ScriptedCaller.open("tcp", place());
    caller.say(request("1 INVITE"));
    await bob.accept();
    const tag = await answered();
    caller.say(request("1 ACK", tag, "ack") + request("2 BYE", tag));
    await caller.hears(/SIP\/2\.0 200 [\s\S]*CSeq: 2 BYE/);
    expect((await bob.event("transfer")).state).toBe("interrupted");
  });
});

describe("RFC 3261 §17.2.1 a foreign sender that repeats itself without end", () => {
  it("MUST ring once for twenty INVITEs, and be told the same each time", async () => {
    caller = await ScriptedCaller.open("udp", place());
    for (let i = 0; i < 20; i += 1) caller.say(request("1 INVITE"));
    await bob.accept();
    const tag = await answered();
    for (let i = 0; i < 20; i += 1) caller.say(request("1 ACK", tag, "ack"));
    await media.done();
    for (let i = 0; i < 20; i += 1) caller.say(request("2 BYE", tag));
    await caller.hears(/SIP\/2\.0 200 [\s\S]*CSeq: 2 BYE/);
    await expectReceived();
    expect(bob.count("offer")).toBe(1);
    expect(bob.count("transfer")).toBe(1);
  });

  it("MUST be given up with BYE after 64*T1 when it never sends an ACK (§13.3.1.4)", async () => {
    media.hold();
    caller = await ScriptedCaller.open("udp", place());
    caller.say(request("1 INVITE"));
    await bob.accept();
    await answered();
    // The time is the clause's: 32 seconds.
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    const heard = caller.count(/SIP\/2\.0 200 /g);
    expect(heard).toBeGreaterThanOrEqual(8);
    await caller.hears(/BYE sip:/);
    expect((await bob.event("transfer")).state).not.toBe("verified");
  });
});

describe("RFC 3261 §18.3 a core hears whoever cuts its segments anywhere", () => {
  it.each([1, 7])("MUST challenge a REGISTER in pieces of %i octets", async (size) => {
    const cores = throughOurCores();
    await cores.open();
    caller = await ScriptedCaller.open("tcp", cores.core(1));
    const register = [
      "REGISTER sip:b.example SIP/2.0",
      `v: SIP/2.0/TCP ${caller.local};branch=z9hG4bK-r`,
      ...["Max-Forwards: 70", `f: <${BOB}>;tag=r`, `t: <${BOB}>`, "i: r", "CSeq: 1 REGISTER"],
      ...["m: <sip:bob@127.0.0.1:9>", "l: 0", "", ""],
    ].join("\r\n");
    await caller.sayInPieces(register, size);
    const [challenged] = await caller.hears(/SIP\/2\.0 401 [\s\S]*Digest realm="b\.example"/);
    expect(challenged).toContain("CSeq: 1 REGISTER");
    await cores.close();
  });
});
