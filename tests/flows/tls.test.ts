import { afterEach, describe, expect, it } from "vitest";
import type { TlsFailure } from "../../main/base/ports.ts";
import type { ProtectionProblem } from "../../shared/model/registration.ts";
import { fakeIdentity } from "../support/fake-tls.ts";
import { ADDRESSES, TwoNetworks, type WorldOptions } from "../support/two-networks.ts";

let world: TwoNetworks;

afterEach(async () => {
  await world.stop();
  expect(world.net.openSockets, "sockets left open").toBe(0);
});

const CORE = ADDRESSES["core-a"];

/** What alice's device is told, and that it sent nothing by any other way. */
async function refusal(options: WorldOptions, spoil?: TlsFailure | "stall") {
  world = await TwoNetworks.start([], { transport: "tls", ...options });
  if (spoil !== undefined) world.net.spoilTls(spoil, { to: CORE });
  await world.boot("a1");
  const device = world.device("a1");
  await world.until("alice's device knows", () => device.has("registrationFailed"));
  // It tries again and again, and each time the same way.
  await world.pass(60_000);
  expect(device.all("registrationFailed").length).toBeGreaterThan(1);
  expect(device.has("registered")).toBe(false);
  expect(world.records.filter(({ element }) => element === "a1")).toEqual([]);
  expect(
    world.net.traffic.filter(({ proto, from }) => proto === "udp" && from.host === ADDRESSES.a1),
  ).toEqual([]);
  return device.last("registrationFailed");
}

describe("RFC 5922 §7 the core proves its name to a device", () => {
  const day = 86_400_000;
  const now = Date.UTC(2026, 0, 1);

  it.each<readonly [ProtectionProblem, Parameters<typeof fakeIdentity>[0]]>([
    ["wrongCertificateName", { names: ["core.elsewhere.example"] }],
    ["certificateExpired", { names: [CORE], notAfterMs: now - day }],
    ["certificateExpired", { names: [CORE], notBeforeMs: now + day }],
  ])("MUST refuse it with %s, and send nothing", async (protection, certificate) => {
    const shown = fakeIdentity(certificate);
    const trust = { kind: "name", host: CORE, certificatesPem: [shown.certificatePem] } as const;
    expect(await refusal({ tls: { shown, trust } })).toMatchObject({ status: 0, protection });
  });

  it("MUST refuse one that nobody vouches for, and send nothing", async () => {
    const trust = { kind: "name", host: CORE } as const;
    expect(await refusal({ tls: { trust } })).toMatchObject({ protection: "certificateUnknown" });
  });

  it("MUST refuse another certificate than the pinned one, whatever it is for", async () => {
    const shown = fakeIdentity({ names: [CORE], serial: 7 });
    expect(await refusal({ tls: { shown } })).toMatchObject({ protection: "certificateDiffers" });
  });
});

describe("RFC 3261 §26.2.1 no protection is no connection", () => {
  it.each(["TLS_VERSION", "TLS_NOT_SPOKEN", "TLS_FAILED", "stall"] as const)(
    "MUST not fall back after %s",
    async (spoil) => {
      const failed = await refusal({}, spoil);
      expect(failed).toMatchObject({ protection: "noTls" });
      expect(failed.reason).toBe(
        "The core offers no protected connection. Nothing was sent to it.",
      );
    },
  );

  it("MUST not speak plainly to a core that listens without TLS there", async () => {
    expect(await refusal({ tls: { corePort: "plain" } })).toMatchObject({ protection: "noTls" });
  });
});

describe("RFC 5630 §3 what came by TLS goes back by TLS or not at all", () => {
  async function pair(): Promise<void> {
    world = await TwoNetworks.start(["a1", "b1"], { transport: "tls" });
    world.device("a1").files.put("/home/plan.pdf", Buffer.alloc(5000, 1));
  }

  it("MUST offer nothing over UDP to a device whose connection is gone", async () => {
    await pair();
    const before = world.records.length;
    world.net.spoilTls("stall", { from: ADDRESSES.b1 });
    world.net.resetTcp({ from: ADDRESSES.b1 });
    await world.device("a1").send(["/home/plan.pdf"]);
    await world.until("alice knows", () => world.device("a1").has("transfer"));
    const toBob = world.records
      .slice(before)
      .filter(({ element, transport }) => element === "b1" && transport !== "tls");
    expect(toBob).toEqual([]);
    expect(world.device("b1").has("offer")).toBe(false);
  });

  it("MUST go on over a new connection when the old one broke", async () => {
    await pair();
    world.net.resetTcp({ from: ADDRESSES.b1 });
    await world.pass(30_000);
    await world.device("a1").send(["/home/plan.pdf"]);
    await world.until("bob rings", () => world.device("b1").has("ringing"));
    const ofBob = world.records.filter(({ element, proto }) => element === "b1" && proto === "sip");
    expect(new Set(ofBob.map(({ transport }) => transport))).toEqual(new Set(["tls"]));
  });
});
