import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppBed, type TestApp } from "../support/app-bed.ts";

const PLACE = "127.0.0.9";

let bed: AppBed;

beforeEach(() => {
  bed = new AppBed();
});

afterEach(() => bed.stop());

async function sharing(name = "anna"): Promise<TestApp> {
  const host = await bed.join(name, "sip:anna@a.example", "Anna's laptop");
  await host.ask("sharing.start", { address: PLACE, name: "Anna's lab" });
  return host;
}

async function joined(name: string, link: string): Promise<TestApp> {
  const guest = bed.open(name);
  await guest.ask("join.accept", { link, displayName: "", deviceName: name });
  return guest;
}

const people = (app: TestApp) =>
  app.state.sharing?.people.map(({ name, isHost, isOnline }) => ({ name, isHost, isOnline }));

describe("ux 3.10: one window shares, another one joins by its link", () => {
  it("both are in the network over TLS, and the host sees who is there", async () => {
    const host = await sharing();
    expect(host.state.sharing).toMatchObject({
      ...{ state: "on", name: "Anna's lab", address: PLACE, interfaceName: "wlan0" },
      fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/) as unknown,
    });
    expect(host.state.account).toMatchObject({
      ...{ aor: "sip:anna@a.example", isBuiltIn: false, isHost: true, transport: "tls" },
      networkName: "Anna's lab",
    });
    const { link, qr } = await host.ask("sharing.invite", { name: "Bob Miller" });
    expect(qr.path).toMatch(/^M\d/);
    expect(JSON.stringify(host.state)).not.toContain("pw=");
    const guest = await joined("bob", link);
    expect(guest.state.registration).toMatchObject({ name: "online", transport: "tls" });
    expect(guest.state.account).toMatchObject({
      ...{ aor: "sip:bob-miller@b.example", networkName: "Anna's lab" },
      fingerprint: host.state.sharing?.fingerprint,
    });
    await bed.until("Bob is there", () => people(host)?.[1]?.isOnline === true);
    expect(people(host)).toEqual([
      { name: "Anna", isHost: true, isOnline: true },
      { name: "Bob Miller", isHost: false, isOnline: true },
    ]);
  });

  it("a removed person is out at once, and the link is void", async () => {
    const host = await sharing();
    const { aor, link } = await host.ask("sharing.invite", { name: "Bob" });
    const guest = await joined("bob", link);
    await host.ask("sharing.remove", { aor });
    await bed.until("Bob is out", () => people(host)?.length === 1);
    await bed.until("Bob knows", () => guest.state.registration.name === "offline");
    expect(guest.state.registration).toMatchObject({ code: "wrongPassword" });
    const other = bed.open("other");
    const failed = await other.fail("join.accept", { link, displayName: "", deviceName: "x" });
    expect(failed.code).toBe("wrongPassword");
    expect(other.state).not.toHaveProperty("account");
  });

  it("a new link makes the one before void", async () => {
    const host = await sharing();
    const first = await host.ask("sharing.invite", { name: "Bob" });
    const second = await host.ask("sharing.renew", { aor: first.aor });
    expect(second).toMatchObject({ aor: first.aor, name: "Bob" });
    const late = bed.open("late");
    const args = { link: first.link, displayName: "", deviceName: "x" };
    expect((await late.fail("join.accept", args)).code).toBe("wrongPassword");
    await late.ask("join.accept", { ...args, link: second.link });
    expect(late.state.registration.name).toBe("online");
  });

  it("another certificate than the link names is refused, and no account stays", async () => {
    const host = await sharing();
    const { link } = await host.ask("sharing.invite", { name: "Bob" });
    const guest = bed.open("bob");
    const other = link.replace(/fp=[0-9A-F]{64}/, `fp=${"AB".repeat(32)}`);
    const args = { link: other, displayName: "", deviceName: "x" };
    const failed = await guest.fail("join.accept", args);
    expect(failed.code).not.toBe("wrongPassword");
    expect(guest.state).not.toHaveProperty("account");
  });

  it("a name is given once, and the host cannot be removed", async () => {
    const host = await sharing();
    await host.ask("sharing.invite", { name: "Bob" });
    expect((await host.fail("sharing.invite", { name: "bob" })).code).toBe("nameTaken");
    expect((await host.fail("sharing.invite", { name: "a@b@c" })).code).toBe("badAddress");
    expect((await host.fail("sharing.remove", { aor: "sip:anna@a.example" })).code).toBe("gone");
    expect((await host.fail("sharing.renew", { aor: "sip:eve@b.example" })).code).toBe("gone");
  });

  it("ends with the host back in its account of before; people and links stay for the next time", async () => {
    const host = await sharing();
    const { link } = await host.ask("sharing.invite", { name: "Bob" });
    await host.ask("sharing.stop", {});
    expect(host.state).not.toHaveProperty("sharing");
    expect(host.state.account).toMatchObject({ aor: "sip:anna@a.example", isBuiltIn: true });
    expect(host.state.registration.name).toBe("online");
    await host.ask("sharing.start", { address: PLACE, name: "" });
    const guest = await joined("bob", link);
    expect(guest.state.registration.name).toBe("online");
  });

  it("goes on when the program starts again: the same certificate, ports and accounts", async () => {
    const host = await sharing();
    const { link } = await host.ask("sharing.invite", { name: "Bob" });
    const guest = await joined("bob", link);
    const before = host.state.sharing?.fingerprint;
    await host.engine.stop();
    const again = bed.open("anna");
    await bed.until("shared again", () => again.state.registration.name === "online");
    expect(again.state.sharing).toMatchObject({ state: "on", fingerprint: before });
    expect(again.state.account?.isHost).toBe(true);
    await guest.ask("account.refresh", {});
    expect(guest.state.registration.name).toBe("online");
  });
});
