import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, type ScriptedUa, type Sent } from "../../../tests/support/core-bed.ts";
import type { HeaderField } from "../../sip/message/headers.ts";

let bed: CoreBed;
let alice: ScriptedUa;
let phone: ScriptedUa;
let laptop: ScriptedUa;

beforeEach(async () => {
  bed = await CoreBed.start();
  alice = await bed.device("alice", "10.0.0.10");
  phone = await bed.device("bob", "10.0.0.21", { contact: ";q=0.3" });
  laptop = await bed.device("bob", "10.0.0.22", { contact: ";q=0.8" });
});

afterEach(() => bed.stop());

async function invite(...fields: readonly (readonly [string, string])[]): Promise<Sent> {
  const headers: readonly HeaderField[] = fields.map(([name, value]) => ({ name, value }));
  const sent = alice.send("INVITE", { headers });
  await bed.pass();
  return sent;
}

function breadths(): readonly (string | undefined)[] {
  return [...phone.of("INVITE"), ...laptop.of("INVITE")].map((tx) =>
    tx.request.headers.get("Max-Breadth"),
  );
}

describe("RFC 3841 §9.1 how a caller wants to be put through", () => {
  it("rings all devices at once, whatever their q, unless told otherwise", async () => {
    await invite();
    expect([phone.of("INVITE").length, laptop.of("INVITE").length]).toEqual([1, 1]);
  });

  it("MUST call one device after the other when it says sequential, highest q first", async () => {
    const sent = await invite(["Request-Disposition", "sequential"]);
    expect([phone.of("INVITE").length, laptop.of("INVITE").length]).toEqual([0, 1]);
    laptop.respond(laptop.only("INVITE"), 486);
    await bed.pass();
    expect(phone.of("INVITE")).toHaveLength(1);
    expect(sent.statuses()).toEqual([]);
    phone.respond(phone.only("INVITE"), 200);
    await bed.pass();
    expect(sent.statuses()).toEqual([200]);
  });

  it("gives every device but the last a turn of half a minute, ringing or not", async () => {
    await invite(["Request-Disposition", "sequential"]);
    laptop.respond(laptop.only("INVITE"), 180);
    await bed.pass(29_000);
    expect(phone.of("INVITE")).toHaveLength(0);
    await bed.pass(2000);
    expect(laptop.of("CANCEL")).toHaveLength(1);
    expect(phone.of("INVITE")).toHaveLength(1);
    phone.respond(phone.only("INVITE"), 180);
    await bed.pass(100_000);
    expect(phone.of("CANCEL")).toHaveLength(0);
  });

  it("MUST ask nobody else once somebody has declined for all, or the caller has given up", async () => {
    const declined = await invite(["Request-Disposition", "sequential"]);
    laptop.respond(laptop.only("INVITE"), 603);
    await bed.pass();
    expect(declined.statuses()).toEqual([603]);
    const cancelled = await invite(["Request-Disposition", "sequential"]);
    laptop.respond(laptop.of("INVITE")[1] ?? laptop.only("INVITE"), 180);
    await bed.pass();
    cancelled.transaction.cancel();
    await bed.pass();
    expect(cancelled.statuses()).toEqual([180, 487]);
    expect(phone.of("INVITE")).toHaveLength(0);
  });

  it("answers with the best of all responses when everybody has had a turn (RFC 3261 §16.7 step 6)", async () => {
    const sent = await invite(["Request-Disposition", "sequential"]);
    laptop.respond(laptop.only("INVITE"), 486);
    await bed.pass();
    phone.respond(phone.only("INVITE"), 480);
    await bed.pass();
    expect(sent.statuses()).toEqual([486]);
  });

  it("MUST call only the best device when it says no-fork", async () => {
    await invite(["d", "no-fork"]);
    laptop.respond(laptop.only("INVITE"), 486);
    await bed.pass();
    expect(phone.of("INVITE")).toHaveLength(0);
  });

  it("MUST NOT cancel the others when it says no-cancel", async () => {
    await invite(["Request-Disposition", "no-cancel"]);
    phone.respond(phone.only("INVITE"), 180);
    await bed.pass();
    laptop.respond(laptop.only("INVITE"), 200);
    await bed.pass();
    expect(phone.of("CANCEL")).toHaveLength(0);
  });
});

describe("RFC 5393 §5 Max-Breadth", () => {
  it("MUST be shared out among the branches, 60 where the caller wrote none", async () => {
    await invite();
    expect(breadths()).toEqual(["30", "30"]);
  });

  it("MUST never come to more than arrived", async () => {
    await invite(["Max-Breadth", "7"]);
    expect(breadths()).toEqual(["4", "3"]);
  });

  it.each(["0", "1", "x"])(
    "MUST answer 440 when %j does not reach for the branches",
    async (value) => {
      expect((await invite(["Max-Breadth", value])).statuses()).toEqual([440]);
      expect(breadths()).toEqual([]);
    },
  );

  it("MUST serve one branch with a breadth of 1, one device after the other", async () => {
    await invite(["Max-Breadth", "1"], ["Request-Disposition", "sequential"]);
    expect(breadths()).toEqual(["1"]);
    laptop.respond(laptop.only("INVITE"), 486);
    await bed.pass();
    expect(breadths()).toEqual(["1", "1"]);
  });
});

describe("RFC 3261 §8.2.2.2 merged requests", () => {
  const REGISTER = {
    uri: "sip:a.example",
    from: "sip:bob@a.example",
    to: "<sip:bob@a.example>",
    callId: "merged",
  };

  it("MUST be refused with 482 where the core itself answers", async () => {
    const first = phone.send("REGISTER", REGISTER);
    const second = phone.send("REGISTER", REGISTER);
    await bed.pass();
    expect([first.statuses(), second.statuses()]).toEqual([[401], [482]]);
    const options = { ...REGISTER, callId: "options" };
    const one = phone.send("OPTIONS", options);
    const two = phone.send("OPTIONS", options);
    await bed.pass();
    expect([one.statuses(), two.statuses()]).toEqual([[200], [482]]);
  });

  it("MUST be forwarded, each of them, where the core is a proxy", async () => {
    alice.send("MESSAGE", { callId: "spiral" });
    alice.send("MESSAGE", { callId: "spiral" });
    await bed.pass();
    expect(phone.of("MESSAGE")).toHaveLength(2);
  });
});
