import { afterEach, describe, expect, it } from "vitest";
import { isComplete, recogniseFlows } from "../../main/trace/flow-report.ts";
import { octets } from "../support/octets.ts";
import {
  ADDRESSES,
  type ElementName,
  TwoNetworks,
  type WorldOptions,
} from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
  expect(world.clock.pendingTimers, "timers left running").toBe(0);
});

const PLAN = octets(300_000, 1);
const PHOTO = octets(70_001, 2);

async function transfer(
  devices: ("b1" | "b2" | "b3")[],
  options: WorldOptions = {},
): Promise<void> {
  world = await TwoNetworks.start(["a1", ...devices], options);
  const alice = world.device("a1");
  alice.files.put("/home/alice/plan.pdf", PLAN).put("/home/alice/photo.jpg", PHOTO);
  await alice.send(["/home/alice/plan.pdf", "/home/alice/photo.jpg"]);
  await world.until("all devices ring", () =>
    devices.every((name) => world.device(name).has("ringing")),
  );
  const winner = world.device(devices.at(-1) ?? "b1");
  winner.acceptAll();
  await world.until(
    "both sides know the end",
    () => alice.has("transfer") && winner.has("transfer"),
  );
  await world.pass(2_000);
}

describe.each(["udp", "tcp", "tls"] as const)(
  "CR C.x.x.1 and C.x.x.x.2 with clients on %s",
  (transport) => {
    it("MUST go through all 41 steps, each after its cause", async () => {
      await transfer(["b1", "b2"], { transport });
      const [report, ...others] = recogniseFlows(world.records);
      expect(others).toEqual([]);
      expect({
        missing: report?.missing,
        misplaced: report?.misplaced,
        notApplicable: report?.notApplicable,
      }).toEqual({
        missing: [],
        misplaced: [],
        notApplicable: [],
      });
      expect(report?.seen).toHaveLength(41);
    });

    it("MUST bring every octet of every file to exactly one device, verified on both sides", async () => {
      await transfer(["b1", "b2"], { transport });
      const received = world.device("b2").received();
      expect(received.get("plan.pdf")?.equals(PLAN)).toBe(true);
      expect(received.get("photo.jpg")?.equals(PHOTO)).toBe(true);
      expect(world.device("b1").received().size).toBe(0);
      expect(world.device("a1").last("transfer").state).toBe("verified");
      expect(world.device("b2").last("transfer").state).toBe("verified");
    });

    it("MUST tell the other devices that it was accepted elsewhere (step 10)", async () => {
      await transfer(["b1", "b2", "b3"], { transport });
      for (const name of ["b1", "b2"] as const) {
        expect(world.device(name).last("elsewhere")).toMatchObject({
          reason: "accepted",
          isLostRace: false,
        });
        expect(world.device(name).has("missed")).toBe(false);
      }
    });
  },
);

describe("RFC 3261 §26.2.2 devices whose core is reached over TLS", () => {
  it("MUST exchange no SIP message over anything else, from the first to the last", async () => {
    await transfer(["b1", "b2"], { transport: "tls" });
    await world.stop();
    const ofDevices = world.records.filter(
      ({ element, proto }) => proto === "sip" && !element.includes("-"),
    );
    expect(new Set(ofDevices.map(({ transport }) => transport))).toEqual(new Set(["tls"]));
    expect(
      ofDevices.filter(({ summary }) => "method" in summary && summary.method === "BYE"),
    ).not.toEqual([]);
    const datagrams = world.net.traffic.filter(
      ({ proto, from, to }) =>
        proto === "udp" && [from, to].some(({ host }) => /\.1[123]$/.test(host)),
    );
    expect(datagrams).toEqual([]);
  });
});

/** Transports of the MSRP frames that an element sent and took, by its peer. */
function mediaTransports(element: ElementName): Readonly<Record<string, string>> {
  const frames = world.records.filter((one) => one.proto === "msrp" && one.element === element);
  const all = frames.map(({ peer, transport }) => [elementAt(peer), transport] as const);
  return Object.fromEntries(new Map(all));
}

/** Of connections that were opened from any port. */
function elementAt(peer: string): string {
  const host = peer.split(":")[0] ?? "";
  return Object.entries(ADDRESSES).find(([, address]) => address === host)?.[0] ?? peer;
}

describe("RFC 4975 §14.4 and RFC 8122 §5 on each leg of the Participating Functions", () => {
  it("MUST protect the files of devices that signal over TLS", async () => {
    await transfer(["b1", "b2"], { transport: "tls" });
    expect(mediaTransports("pf-a")).toEqual({ a1: "tls", "pf-b": "tcp" });
    expect(mediaTransports("pf-b")).toEqual({ "pf-a": "tcp", b2: "tls" });
    for (const name of ["a1", "b2"] as const)
      expect(world.device(name).last("answered").isEncrypted).toBe(true);
  });

  it("MUST not, and not say so, where they signal over TCP", async () => {
    await transfer(["b1", "b2"], { transport: "tcp" });
    expect(mediaTransports("pf-b")).toEqual({ "pf-a": "tcp", b2: "tcp" });
    expect(world.device("b2").last("answered").isEncrypted).toBeUndefined();
  });

  it("files that go on are protected as before", async () => {
    world = await TwoNetworks.start(["a1", "b1"], { transport: "tls" });
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/plan.pdf", PLAN);
    let breaks = 0;
    world.net.onOctets(PLAN.length / 2, { to: world.addressOf("b1") }, (end) => {
      breaks += 1;
      end.breakOff();
    });
    await alice.send(["/s/plan.pdf"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await world.until("the end", () => alice.has("transfer") && bob.has("transfer"));
    expect([breaks, alice.last("transfer").state]).toEqual([1, "verified"]);
    expect(bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(mediaTransports("pf-b")).toEqual({ "pf-a": "tcp", b1: "tls" });
    expect(mediaTransports("a1")).toEqual({ "pf-a": "tls" });
  });
});

describe("CR C.x.x.x.2 with one device", () => {
  it("MUST need neither steps 5, 10 nor 11", async () => {
    await transfer(["b1"]);
    const [report] = recogniseFlows(world.records);
    expect(report === undefined ? false : isComplete(report)).toBe(true);
    expect(report?.notApplicable.toSorted()).toEqual(["T10", "T11", "T5"]);
  });
});

describe("CR C.x.x.1 step 4: one or more files may be accepted", () => {
  it("MUST transfer only the accepted file of three and name the others to the sender", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    for (const name of ["one.txt", "two.txt", "three.txt"])
      alice.files.put(`/s/${name}`, octets(5_000, name.length));
    await alice.send(["/s/one.txt", "/s/two.txt", "/s/three.txt"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.client.accept(bob.offerId, [1]);
    await world.until("the end", () => alice.has("transfer") && bob.has("transfer"));
    expect([...bob.received().keys()]).toEqual(["two.txt"]);
    expect(alice.last("answered")).toMatchObject({ accepted: [1], declined: [0, 2] });
    expect(alice.last("transfer").state).toBe("partly");
  });

  it("MUST transfer a file without octets", async () => {
    world = await TwoNetworks.start(["a1", "b1"]);
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/empty.txt", Buffer.alloc(0));
    await alice.send(["/s/empty.txt"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await world.until("the end", () => alice.has("transfer") && bob.has("transfer"));
    expect(bob.received().get("empty.txt")?.length).toBe(0);
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      "verified",
      "verified",
    ]);
  });
});
