import { describe, expect, it } from "vitest";
import { chooseAddress, type Interfaces, sharingChoices } from "./sharing-choices.ts";

const v4 = (address: string, internal = false) => ({ address, family: "IPv4", internal });
const v6 = (address: string, internal = false) => ({ address, family: "IPv6", internal });

const LAPTOP: Interfaces = {
  lo: [v4("127.0.0.1", true), v6("::1", true)],
  eth0: [v4("169.254.7.7"), v6("fe80::2")],
  wlan0: [v6("2001:db8::7"), v4("192.0.2.7"), v6("fe80::1")],
  gone: undefined,
};

const places = (choices: readonly { readonly address: string; readonly reach: string }[]) =>
  choices.map(({ address, reach }) => `${address} ${reach}`);

describe("addresses to share at", () => {
  it("come with the likeliest first, and tell loopback and link-local ones apart", () => {
    expect(places(sharingChoices(LAPTOP))).toEqual([
      "192.0.2.7 network",
      "2001:db8::7 network",
      "169.254.7.7 linkLocal",
      "127.0.0.1 loopback",
      "::1 loopback",
    ]);
  });

  it("are found by themselves where only one interface reaches others", () => {
    const found = chooseAddress(sharingChoices(LAPTOP));
    expect(found.ok && found.value).toEqual({
      ...{ interfaceName: "wlan0", address: "192.0.2.7", family: 4, reach: "network" },
    });
  });

  it("are the user's choice where several interfaces reach others", () => {
    const found = chooseAddress(sharingChoices({ ...LAPTOP, eth1: [v4("198.51.100.7")] }));
    expect(found.ok ? [] : found.error).toMatchObject({ kind: "several" });
    const named = chooseAddress(sharingChoices(LAPTOP), { interfaceName: "eth0" });
    expect(named.ok && named.value.address).toBe("169.254.7.7");
    const bound = chooseAddress(sharingChoices(LAPTOP), { address: "2001:0db8:0::7" });
    expect(bound.ok && bound.value.interfaceName).toBe("wlan0");
  });

  it("are none where the computer is in no network, or has not what was asked for", () => {
    const alone = sharingChoices({ lo: LAPTOP["lo"] });
    expect(chooseAddress(alone)).toEqual({ ok: false, error: { kind: "none" } });
    expect(chooseAddress(alone, { address: "192.0.2.8" })).toMatchObject({
      error: { kind: "unknown" },
    });
    expect(chooseAddress(sharingChoices(LAPTOP), { address: "fe80::1" }).ok).toBe(false);
  });
});
