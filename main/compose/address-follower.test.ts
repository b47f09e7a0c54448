import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { nullLog } from "../../tests/support/null-log.ts";
import { AddressFollower, LOOK_EVERY_MS } from "./address-follower.ts";

let clock: FakeClock;
let addresses: readonly string[];
/** What the system answers; undefined: no way. */
let host: string | undefined;
let asked: number;
let told: string[];
let canMove: boolean;
let follower: AddressFollower;

beforeEach(() => {
  clock = new FakeClock();
  addresses = ["10.0.0.1"];
  host = "10.0.0.1";
  asked = 0;
  told = [];
  canMove = true;
  const place = {
    addresses: () => addresses,
    wayToCore: () => {
      asked += 1;
      return Promise.resolve(host === undefined ? undefined : { host, coreAddress: "10.0.0.9" });
    },
  };
  follower = new AddressFollower({ clock, log: nullLog() }, place, "10.0.0.1", {
    onMoved: (way) => {
      told.push(way.host);
      return Promise.resolve(canMove);
    },
    onBack: () => told.push("back"),
  });
});

function moveTo(address: string | undefined): void {
  host = address;
  addresses = address === undefined ? [] : [address];
}

describe("reliability 5.3 network switch: the address of this machine", () => {
  it("is not asked for while the interfaces are as they were", async () => {
    await clock.advanceAsync(60_000);
    expect([asked, told]).toEqual([0, []]);
  });

  it("is told within two seconds, once", async () => {
    moveTo("10.0.0.2");
    await clock.advanceAsync(LOOK_EVERY_MS);
    expect(told).toEqual(["10.0.0.2"]);
    await clock.advanceAsync(60_000);
    expect(told).toHaveLength(1);
  });

  it("is of no interest where the core is reached as before", async () => {
    addresses = ["10.0.0.1", "172.17.0.1"];
    await clock.advanceAsync(60_000);
    expect([asked, told]).toEqual([1, []]);
  });

  it("is waited for while there is none, and may be the same again", async () => {
    moveTo(undefined);
    await clock.advanceAsync(30_000);
    expect(told).toEqual([]);
    moveTo("10.0.0.1");
    await clock.advanceAsync(LOOK_EVERY_MS);
    expect(told).toEqual(["back"]);
  });

  it("is tried again where it could not be had", async () => {
    canMove = false;
    moveTo("10.0.0.2");
    await clock.advanceAsync(2 * LOOK_EVERY_MS);
    canMove = true;
    await clock.advanceAsync(2 * LOOK_EVERY_MS);
    expect(told).toEqual(["10.0.0.2", "10.0.0.2", "10.0.0.2"]);
  });

  it("is looked at at once when something could not be sent", async () => {
    host = "10.0.0.2";
    follower.look();
    await clock.advanceAsync(0);
    expect(told).toEqual(["10.0.0.2"]);
  });

  it("means nothing any more once the device has stopped", async () => {
    follower.stop();
    moveTo("10.0.0.2");
    follower.look();
    await clock.advanceAsync(60_000);
    expect([told, clock.pendingTimers]).toEqual([[], 0]);
  });
});
