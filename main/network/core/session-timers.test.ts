import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, type ScriptedUa, type Sent } from "../../../tests/support/core-bed.ts";
import type { HeaderField } from "../../sip/message/headers.ts";

let bed: CoreBed;
let alice: ScriptedUa;
let phone: ScriptedUa;

async function open(sessionExpiresS?: number): Promise<void> {
  await bed.stop();
  bed = await CoreBed.start(sessionExpiresS === undefined ? {} : { sessionExpiresS });
  alice = await bed.device("alice", "10.0.0.10");
  phone = await bed.device("bob", "10.0.0.21");
}

beforeEach(async () => {
  bed = await CoreBed.start();
  await open();
});

afterEach(() => bed.stop());

async function invite(fields: Readonly<Record<string, string>>): Promise<Sent> {
  const headers: readonly HeaderField[] = Object.entries(fields).map(([name, value]) => ({
    name,
    value,
  }));
  const sent = alice.send("INVITE", { callId: "call", headers });
  await bed.pass();
  return sent;
}

function arrived(name: string): string | undefined {
  return phone.only("INVITE").request.headers.get(name);
}

describe("RFC 4028 §8.1 session timers at the proxy", () => {
  it("MUST answer 422 with Min-SE to an interval that is too short, where the caller knows timers", async () => {
    const sent = await invite({ Supported: "timer", "Session-Expires": "60" });
    expect(sent.statuses()).toEqual([422]);
    expect(sent.last().headers.get("Min-SE")).toBe("90");
    expect(phone.received).toEqual([]);
  });

  it("MUST make it longer where the caller does not", async () => {
    await invite({ "Session-Expires": "60" });
    expect([arrived("Session-Expires"), arrived("Min-SE")]).toEqual(["90", "90"]);
  });

  it("MUST leave a sufficient one, its refresher included, as it is", async () => {
    await invite({ Supported: "timer", "Session-Expires": "1800;refresher=uac", "Min-SE": "120" });
    expect([arrived("Session-Expires"), arrived("Min-SE")]).toEqual(["1800;refresher=uac", "120"]);
  });

  it("asks for none of its own unless configured, then not below the caller's Min-SE", async () => {
    await invite({ Supported: "timer" });
    expect(arrived("Session-Expires")).toBeUndefined();
    await open(1200);
    await invite({ Supported: "timer", "Min-SE": "2000" });
    expect(arrived("Session-Expires")).toBe("2000");
  });
});

describe("RFC 4028 §8.2 the response at the proxy", () => {
  it("MUST make the caller the refresher when the called side says nothing", async () => {
    await open(1200);
    const sent = await invite({ Supported: "timer" });
    phone.respond(phone.only("INVITE"), 200);
    await bed.pass();
    expect(sent.last().headers.get("Session-Expires")).toBe("1200;refresher=uac");
    expect(sent.last().headers.get("Require")).toBe("timer");
  });

  it("MUST leave a response alone that has its own, or whose caller knows no timers", async () => {
    await open(1200);
    const plain = await invite({});
    phone.respond(phone.only("INVITE"), 200);
    await bed.pass();
    expect(plain.last().headers.has("Session-Expires")).toBe(false);
    await open(1200);
    const own = await invite({ Supported: "timer" });
    phone.respond(phone.only("INVITE"), 200, {
      headers: [{ name: "Session-Expires", value: "700;refresher=uas" }],
    });
    await bed.pass();
    expect(own.last().headers.getAll("Session-Expires")).toEqual(["700;refresher=uas"]);
  });
});

describe("RFC 3262 §3, RFC 3311: PRACK and UPDATE through the proxy", () => {
  it("MUST follow the route of the early dialog, both ways", async () => {
    const sent = await invite({ Supported: "100rel" });
    const tx = phone.only("INVITE");
    phone.respond(tx, 183, {
      user: "bob",
      headers: [
        { name: "Require", value: "100rel" },
        { name: "RSeq", value: "7" },
      ],
    });
    await bed.pass();
    const { headers } = sent.last();
    expect(headers.get("RSeq")).toBe("7");
    const dialog = {
      uri: "sip:bob@10.0.0.21:5060",
      callId: "call",
      from: headers.get("From") ?? "",
      to: headers.get("To") ?? "",
      route: headers.list("Record-Route").toReversed(),
    };
    const rack = [{ name: "RAck", value: "7 1 INVITE" }];
    expect((await alice.ask("PRACK", { ...dialog, cseq: 2, headers: rack })).status).toBe(200);
    expect(phone.only("PRACK").request.headers.get("RAck")).toBe("7 1 INVITE");
    expect((await alice.ask("UPDATE", { ...dialog, cseq: 3 })).status).toBe(200);
    const back = await phone.ask("UPDATE", {
      ...dialog,
      uri: "sip:alice@10.0.0.10:5060",
      from: dialog.to,
      to: dialog.from,
      cseq: 1,
      route: tx.request.headers.list("Record-Route"),
    });
    expect(back.status).toBe(200);
    expect(alice.of("UPDATE")).toHaveLength(1);
  });
});
