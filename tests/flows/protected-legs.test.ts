import { afterEach, describe, expect, it } from "vitest";
import { type DescriptionRole, type EditDescription, editedSrf } from "../support/edited-srf.ts";
import { fakeIdentity } from "../support/fake-tls.ts";
import { octets } from "../support/octets.ts";
import { ADDRESSES, TwoNetworks } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  for (const pf of world.functions.values()) expect(pf.callCount, "calls left").toBe(0);
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
  expect(world.clock.pendingTimers, "timers left running").toBe(0);
});

const PLAN = octets(300_000, 1);
const LEGS = { "the sender's leg": "a1", "the receiver's leg": "b1" } as const;
const MSRP = { plain: 2855, secure: 2856 };

type Leg = (typeof LEGS)[keyof typeof LEGS];

interface Meddling {
  readonly leg: Leg;
  readonly edit?: EditDescription;
  /** Connections of the leg are opened without a certificate. */
  readonly hidesCertificate?: boolean;
}

/** Alice sends bob a file while somebody meddles with one leg, and both know the end. */
async function send({ leg, edit, hidesCertificate = false }: Meddling): Promise<void> {
  world = await TwoNetworks.start(["a1", "b1"], {
    transport: "tls",
    srfOf: (name, srf) => (name === leg && edit !== undefined ? editedSrf(srf, edit) : srf),
  });
  const [device, pf] = [ADDRESSES[leg], ADDRESSES[leg === "a1" ? "pf-a" : "pf-b"]];
  if (hidesCertificate)
    for (const [from, to] of [
      [device, pf],
      [pf, device],
    ] as const)
      world.net.spoilTls("uncertified", { from, to });
  const [alice, bob] = [world.device("a1"), world.device("b1")];
  alice.files.put("/s/plan.pdf", PLAN);
  await alice.send(["/s/plan.pdf"]);
  await world.until("bob rings, or not", () => bob.has("ringing") || alice.has("transfer"));
  if (bob.has("ringing")) {
    bob.acceptAll();
    await world.until("bob knows", () => bob.has("transfer"));
  }
  await world.until("alice knows", () => alice.has("transfer"));
  // Whoever tried again by itself would do so by now.
  await world.pass(60_000);
  expect(bob.received().size).toBe(0);
  for (const one of [alice, bob]) {
    expect(one.has("reconnecting")).toBe(false);
    expect(one.has("resumed")).toBe(false);
    expect(one.all("transfer").length).toBeLessThanOrEqual(1);
  }
  expectProtected(device);
}

/** No connection of the device is a plain one, and none of its frames has a file's octets. */
function expectProtected(device: string): void {
  const plain = world.net.traffic.filter(
    ({ proto, from, to }) =>
      proto === "tcp-connect" && to.port === MSRP.plain && [from.host, to.host].includes(device),
  );
  expect(plain).toEqual([]);
}

const only =
  (role: DescriptionRole, edit: (text: string) => string): EditDescription =>
  (text, as) =>
    as === role ? edit(text) : text;

const stripped = (text: string): string => text.replaceAll(/a=fingerprint[^\r]*\r\n/g, "");
const downgraded = (text: string): string =>
  stripped(text)
    .replaceAll("TCP/TLS/MSRP", "TCP/MSRP")
    .replaceAll("msrps:", "msrp:")
    .replaceAll(String(MSRP.secure), String(MSRP.plain));
const strangers = (text: string): string => {
  const { fingerprint } = fakeIdentity({ names: ["stranger"] });
  return text.replaceAll(/(a=fingerprint:sha-256) [^\r]*/g, `$1 ${fingerprint}`);
};

const NOT_PROTECTED = {
  ...{ state: "interrupted", code: "not-protected" },
  reason: "The file connection was not protected as agreed.",
};
const NOT_SENT = {
  code: "not-protected",
  message: "The connection would not be protected as agreed. No file was sent.",
};

describe.each(Object.entries(LEGS))("RFC 8122 §5 and §6.2 on %s", (_name, leg) => {
  it.each(["offer", "answer"] as const)(
    "an %s that names another certificate: MUST end for both users, in the same words",
    async (role) => {
      await send({ leg, edit: only(role, strangers) });
      for (const name of ["a1", "b1"] as const)
        expect(world.device(name).all("file")).toMatchObject([NOT_PROTECTED]);
    },
  );

  it("a connection without a certificate: MUST end for both users, in the same words", async () => {
    await send({ leg, hidesCertificate: true });
    for (const name of ["a1", "b1"] as const)
      expect(world.device(name).all("file")).toMatchObject([NOT_PROTECTED]);
  });

  it("an offer without its fingerprint: MUST be refused, and nobody rings", async () => {
    await send({ leg, edit: only("offer", stripped) });
    expect(world.device("a1").last("error")).toMatchObject({
      ...{ code: "incompatible", status: 488 },
      message:
        "No protected connection for the files to bob@b.example could be agreed on. No file was sent.",
    });
    expect(world.device("b1").has("ringing")).toBe(false);
  });

  it.each<[string, EditDescription]>([
    ["an answer without its fingerprint", only("answer", stripped)],
    ["an answer of TCP", only("answer", downgraded)],
    ["an offer of TCP, answered so", only("offer", downgraded)],
  ])("%s: MUST end for both users, and no file is sent", async (_what, edit) => {
    await send({ leg, edit });
    expect(world.device("a1").last("error")).toMatchObject(NOT_SENT);
    expect(world.device("b1").all("file")).toMatchObject([NOT_PROTECTED]);
  });
});

describe("RFC 5547 §8.2.2 and RFC 8122 §5 the rest of a file, asked for by its receiver", () => {
  /** Bob's connection breaks at half of the file, and somebody changes what is said on his leg from then on. */
  async function breaks(edit: EditDescription): Promise<void> {
    let isBroken = false;
    const later: EditDescription = (text, as) => (isBroken ? edit(text, as) : text);
    world = await TwoNetworks.start(["a1", "b1"], {
      transport: "tls",
      srfOf: (name, srf) => (name === "b1" ? editedSrf(srf, later) : srf),
    });
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    alice.files.put("/s/plan.pdf", PLAN);
    world.net.onOctets(PLAN.length / 2, { to: ADDRESSES.b1 }, (end) => {
      isBroken = true;
      end.breakOff();
    });
    await alice.send(["/s/plan.pdf"]);
    await world.until("bob rings", () => bob.has("ringing"));
    bob.acceptAll();
    await world.until("bob knows", () => bob.has("transfer"));
  }

  it("MUST be asked for, and come, over TLS alone", async () => {
    const protocols: string[] = [];
    await breaks((text) => {
      protocols.push(...(text.match(/TCP\S*\/MSRP/g) ?? []));
      return text;
    });
    const [alice, bob] = [world.device("a1"), world.device("b1")];
    await world.until("alice knows", () => alice.has("transfer"));
    expect([alice, bob].map((one) => one.last("transfer").state)).toEqual(["verified", "verified"]);
    expect(bob.last("resumed").files[0]?.octets).toBeGreaterThan(0);
    expect(bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(protocols).toEqual(["TCP/TLS/MSRP", "TCP/TLS/MSRP"]);
    expectProtected(ADDRESSES.b1);
  });

  it.each<[string, (text: string) => string]>([
    ["without its fingerprint", stripped],
    ["of TCP", downgraded],
    ["that names another certificate", strangers],
  ])("an answer %s MUST end it, and what is here stays", async (_what, change) => {
    await breaks(only("answer", change));
    const bob = world.device("b1");
    expect(bob.last("file")).toMatchObject(NOT_PROTECTED);
    expect(bob.received().size).toBe(0);
    expectProtected(ADDRESSES.b1);
    await world.until("alice knows", () => world.device("a1").has("transfer"), 900_000);
    const [waiting] = await bob.client.resumable();
    expect(waiting?.files[0]?.octets).toBeGreaterThan(0);
  });
});
