import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HostPort } from "../../main/base/host-port.ts";
import { octets } from "../support/octets.ts";
import { ADDRESSES, TwoNetworks } from "../support/two-networks.ts";

/** Known to nobody. */
const OUTSIDER: HostPort = { host: "10.0.7.7", port: 5060 };
const PF: HostPort = { host: ADDRESSES["pf-a"], port: 5060 };

let world: TwoNetworks;

/** An INVITE as the core hands it to the Participating Function, with identity, service and everything. */
let invite: string;

beforeEach(async () => {
  world = await TwoNetworks.start(["a1", "b1"], { isUdpOnly: true });
  const alice = world.device("a1");
  alice.files.put("/s/plan.pdf", octets(20_000, 3));
  await alice.send(["/s/plan.pdf"]);
  await world.until("it rings", () => world.device("b1").has("ringing"));
  const handed = world.net.traffic.find(
    ({ from, to, bytes }) =>
      from.host === ADDRESSES["core-a"] &&
      to.host === PF.host &&
      bytes.toString().startsWith("INVITE"),
  );
  invite = handed?.bytes.toString() ?? "";
  world.device("b1").acceptAll();
  await world.until("the end", () => alice.has("transfer"));
});

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

/** The request as a new one. */
function anew(text: string): Buffer {
  const renamed = text
    .replace(/branch=z9hG4bK/g, "branch=z9hG4bKnew")
    .replace(/Call-ID: /, "Call-ID: new");
  return Buffer.from(renamed);
}

/** What the Participating Function has sent, SIP or MSRP, since the traffic was forgotten. */
function sentByPf(): readonly string[] {
  return world.net.traffic
    .filter(({ from }) => from.host === PF.host)
    .map(({ bytes }) => bytes.toString("latin1").split("\r\n")[0] ?? "");
}

describe("RFC 3325 §4 whom a Participating Function hears", () => {
  it("is its core: the same INVITE is taken from there", async () => {
    expect(invite).toContain("P-Asserted-Identity");
    world.net.traffic.length = 0;
    world.net.inject({ host: ADDRESSES["core-a"], port: 5060 }, PF, anew(invite));
    await world.pass(500);
    expect(sentByPf().some((line) => line.startsWith("INVITE "))).toBe(true);
    await world.functions.get("pf-a")?.stop();
    await world.pass(40_000);
  });

  it("MUST NOT be anybody else: no call, no media, no answer, by whatever method", async () => {
    world.net.traffic.length = 0;
    world.net.inject(OUTSIDER, PF, anew(invite));
    for (const method of ["OPTIONS", "MESSAGE", "REGISTER", "SUBSCRIBE", "X-ODD"]) {
      const other = invite.replace(/^INVITE/, method).replace(/(CSeq: \d+) INVITE/, `$1 ${method}`);
      world.net.inject(OUTSIDER, PF, anew(other));
    }
    await world.pass(40_000);
    expect(sentByPf()).toEqual([]);
    expect(world.functions.get("pf-a")?.callCount).toBe(0);
  });

  it("MUST NOT take a connection of anybody else", async () => {
    const connecting = world.net.host(OUTSIDER.host).connectTcp(PF, {
      signal: new AbortController().signal,
      timeoutMs: 1000,
    });
    await world.pass(20);
    const connected = await connecting;
    if (!connected.ok) throw new Error(connected.error.code);
    const ends: string[] = [];
    connected.value.start({
      onData: (bytes) => ends.push(`data ${bytes.toString("latin1")}`),
      onDrained: () => undefined,
      onEnd: () => ends.push("end"),
      onClose: () => ends.push("close"),
    });
    connected.value.write(anew(invite));
    await world.pass(100);
    expect(ends).toContain("close");
    expect(ends.some((one) => one.startsWith("data"))).toBe(false);
  });
});
