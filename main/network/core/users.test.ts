import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, coreUser, type ScriptedUa } from "../../../tests/support/core-bed.ts";
import type { SipTransport } from "../../sip/transport/flow.ts";

let bed: CoreBed;

beforeEach(async () => {
  bed = await CoreBed.start();
});

afterEach(() => bed.stop());

/** Status of a REGISTER with the account that the UA was given. */
async function registers(ua: ScriptedUa, transport: SipTransport = "udp"): Promise<number> {
  const { status } = await ua.ask("REGISTER", {
    ...{ uri: "sip:a.example", from: "sip:bob@a.example", to: "<sip:bob@a.example>", transport },
    headers: [{ name: "Contact", value: ua.contact("bob", transport) }],
  });
  return status;
}

async function messageTo(user: string, from: ScriptedUa): Promise<number> {
  const { status } = await from.ask("MESSAGE", { uri: `sip:${user}@a.example` });
  return status;
}

describe("RFC 3261 §10.3 step 3 users who come and go while the core runs", () => {
  it("lets a new user register at once", async () => {
    const phone = await bed.ua("10.0.0.30");
    phone.login("dave", "a.example", "other");
    const dave = {
      ...{ uri: "sip:a.example", from: "sip:dave@a.example", to: "<sip:dave@a.example>" },
      headers: [{ name: "Contact", value: phone.contact("dave") }],
    };
    expect((await phone.ask("REGISTER", dave)).status).toBe(401);
    bed.core.setUsers([coreUser("alice"), coreUser("dave", "other")]);
    expect((await phone.ask("REGISTER", dave)).status).toBe(200);
  });

  it("refuses a removed user, and reaches none of that user's devices", async () => {
    const alice = await bed.device("alice", "10.0.0.20");
    const phone = await bed.device("bob", "10.0.0.30");
    expect(await messageTo("bob", alice)).toBe(200);
    bed.core.setUsers([coreUser("alice")]);
    expect(await messageTo("bob", alice)).toBe(404);
    expect(await registers(phone)).toBe(401);
    expect(phone.of("MESSAGE")).toHaveLength(1);
  });

  it("takes what a removed user proved on a connection for nothing", async () => {
    const phone = await bed.device("bob", "10.0.0.30", { transport: "tcp" });
    const ask = {
      from: "sip:bob@a.example",
      uri: "sip:alice@a.example",
      transport: "tcp",
    } as const;
    const before = phone.send("MESSAGE", ask);
    await bed.pass();
    expect(before.statuses()).toEqual([480]);
    bed.core.setUsers([coreUser("alice")]);
    const after = phone.send("MESSAGE", ask);
    await bed.pass();
    expect(after.statuses()).toEqual([407]);
  });

  it("asks for the new password where it was changed, and leaves everybody else alone", async () => {
    const alice = await bed.device("alice", "10.0.0.20");
    const phone = await bed.device("bob", "10.0.0.30");
    bed.core.setUsers([coreUser("alice"), coreUser("bob", "another")]);
    expect(await messageTo("bob", alice)).toBe(480);
    expect(await registers(phone)).toBe(401);
    phone.login("bob", "a.example", "another");
    expect(await registers(phone)).toBe(200);
    expect(await messageTo("bob", alice)).toBe(200);
    expect(await messageTo("alice", phone)).not.toBe(407);
  });

  it("tells how many devices a user has when one comes or goes, not when one registers again", async () => {
    const told: [string, number][] = [];
    bed.core.onDevices((aor, count) => told.push([aor, count]));
    const phone = await bed.ua("10.0.0.30");
    phone.login("bob", "a.example");
    expect([await registers(phone), await registers(phone)]).toEqual([200, 200]);
    await bed.device("bob", "10.0.0.31");
    bed.core.setUsers([coreUser("alice")]);
    expect(told).toEqual([
      ["sip:bob@a.example", 1],
      ["sip:bob@a.example", 2],
      ["sip:bob@a.example", 1],
      ["sip:bob@a.example", 0],
    ]);
  });
});
