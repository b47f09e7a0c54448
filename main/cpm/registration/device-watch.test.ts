import { beforeEach, describe, expect, it } from "vitest";
import type { DeviceView } from "../../../shared/model/device.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import {
  FakeSip,
  type FakeSrf,
  fakeRequest,
  fakeResponse,
} from "../../../tests/support/fake-sip.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import type { OutgoingRequest } from "../../drachtio/srf.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { DeviceWatch } from "./device-watch.ts";

const OWN = "urn:uuid:00000000-0000-4000-8000-000000000001";
const AOR = "sip:bob@b.example";

let clock: FakeClock;
let srf: FakeSrf;
let watch: DeviceWatch;
let lists: (readonly string[])[];
let deactivated: number;

beforeEach(() => {
  clock = new FakeClock();
  srf = new FakeSip(clock).party(AOR, "10.0.0.2");
  lists = [];
  deactivated = 0;
  let calls = 0;
  watch = new DeviceWatch(
    {
      srf,
      clock,
      log: nullLog(),
      newCallId: () => {
        calls += 1;
        return `watch-${String(calls)}`;
      },
    },
    {
      aor: AOR,
      core: { host: "10.0.0.9", port: 5060, transport: "udp" },
      deviceName: "b1",
      instanceId: OWN,
      receiveFolder: "/b",
      version: "0",
      deviceSecret: "s",
    },
    600,
    {
      onDevices: (devices: readonly DeviceView[]) =>
        lists.push(devices.map((one) => `${one.name ?? "?"}${one.isThisDevice ? " (this)" : ""}`)),
      onDeactivated: () => {
        deactivated += 1;
      },
    },
  );
  srf.respond = accept;
});

function accept(request: OutgoingRequest): SipResponse {
  return fakeResponse(200, [
    { name: "From", value: `${request.from.replace(/;tag=.*/, "")};tag=mine` },
    { name: "To", value: `<${AOR}>;tag=core` },
    { name: "CSeq", value: `${String(request.cseq ?? 1)} SUBSCRIBE` },
    { name: "Contact", value: "<sip:reg@10.0.0.9:5060>" },
    { name: "Expires", value: header(request, "Expires") ?? "" },
  ]);
}

function header(request: OutgoingRequest | undefined, name: string): string | undefined {
  return request?.headers.find((field) => field.name === name)?.value;
}

async function start(): Promise<void> {
  watch.start(["<sip:orig@10.0.0.9;lr>"]);
  await clock.advanceAsync(10);
}

function contact(n: number, name: string, event = "registered"): string {
  const isOver = event !== "registered";
  return (
    `<contact id="${String(n)}" state="${isOver ? "terminated" : "active"}" event="${event}">` +
    `<uri>sip:bob@10.0.0.${String(n)}</uri>` +
    `<unknown-param name="+sip.instance">"&lt;${OWN.slice(0, -1)}${String(n)}&gt;"</unknown-param>` +
    `<unknown-param name="device-name">"${name}"</unknown-param></contact>`
  );
}

function notify(
  version: number,
  state: "full" | "partial",
  contacts: string,
  subscription = "active;expires=600",
): number {
  const content =
    `<?xml version="1.0"?><reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="${String(version)}" ` +
    `state="${state}"><registration aor="${AOR}" id="a" state="active">${contacts}</registration></reginfo>`;
  return srf.receive(
    fakeRequest(
      "NOTIFY",
      "sip:bob@10.0.0.2",
      [
        { name: "Call-ID", value: srf.sent.at(-1)?.callId ?? "" },
        { name: "Event", value: "reg" },
        { name: "Subscription-State", value: subscription },
      ],
      { contentType: "application/reginfo+xml", content: Buffer.from(content) },
    ),
  );
}

describe("RFC 3680 §4 the subscriber of the user's own registration", () => {
  it("MUST subscribe to the AOR over the Service-Route", async () => {
    await start();
    expect(srf.sent[0]).toMatchObject({
      method: "SUBSCRIBE",
      uri: AOR,
      to: `<${AOR}>`,
      route: ["<sip:orig@10.0.0.9;lr>"],
      cseq: 1,
    });
    expect(header(srf.sent[0], "Event")).toBe("reg");
    expect(header(srf.sent[0], "Accept")).toBe("application/reginfo+xml");
  });

  it("tells the devices of the full state, this one first, then every change (§5.2)", async () => {
    await start();
    expect(notify(0, "full", contact(2, "phone") + contact(1, "b1"))).toBe(200);
    notify(1, "partial", contact(3, "tablet"));
    notify(2, "partial", contact(2, "phone", "unregistered"));
    expect(lists).toEqual([
      ["b1 (this)", "phone"],
      ["b1 (this)", "phone", "tablet"],
      ["b1 (this)", "tablet"],
    ]);
  });

  it("MUST discard a document that is older than the state (§5.2)", async () => {
    await start();
    notify(4, "full", contact(1, "b1"));
    notify(4, "partial", contact(2, "phone"));
    notify(3, "full", contact(2, "phone"));
    expect(lists).toHaveLength(1);
  });

  it.each([
    ["a version is missing", "partial"],
    ["a document cannot be read", "broken"],
  ])("MUST refresh when %s, since that brings the full state (§5.2)", async (_what, state) => {
    await start();
    notify(0, "full", contact(1, "b1"));
    notify(2, state === "partial" ? "partial" : "full", state === "partial" ? "" : "<");
    await clock.advanceAsync(1100);
    expect(srf.sent).toHaveLength(2);
    expect(lists).toHaveLength(1);
  });

  it("MUST refresh in the dialog, with both tags and a higher CSeq, before it expires (RFC 6665 §4.1.2.2)", async () => {
    await start();
    await clock.advanceAsync(301_000);
    expect(srf.sent[1]).toMatchObject({
      uri: "sip:reg@10.0.0.9:5060",
      from: `<${AOR}>;tag=mine`,
      to: `<${AOR}>;tag=core`,
      callId: "watch-1",
      cseq: 2,
      nextHop: "sip:10.0.0.9:5060;lr",
    });
  });

  it("says that the network wants this device to register again (§4.7.1)", async () => {
    await start();
    notify(0, "full", contact(1, "b1") + contact(2, "phone"));
    notify(1, "partial", contact(2, "phone", "deactivated"));
    expect(deactivated).toBe(0);
    notify(2, "partial", contact(1, "b1", "deactivated"));
    expect(deactivated).toBe(1);
  });

  it("MUST refuse what belongs to no subscription with 481, other packages with 489 (RFC 6665 §4.1.3)", async () => {
    await start();
    const stray = fakeRequest("NOTIFY", "sip:bob@10.0.0.2", [
      { name: "Call-ID", value: "other" },
      { name: "Event", value: "reg" },
    ]);
    expect(srf.receive(stray)).toBe(481);
    expect(
      srf.receive(fakeRequest("NOTIFY", "sip:b", [{ name: "Event", value: "presence" }])),
    ).toBe(489);
  });

  it("subscribes anew when the notifier ends it (RFC 6665 §4.1.3)", async () => {
    await start();
    notify(0, "full", contact(1, "b1"), "terminated;reason=deactivated");
    await clock.advanceAsync(1100);
    expect(srf.sent[1]).toMatchObject({ uri: AOR, callId: "watch-2", cseq: 1 });
    notify(0, "full", contact(1, "b1"), "terminated;reason=noresource");
    await clock.advanceAsync(600_000);
    expect(srf.sent).toHaveLength(2);
  });

  it("is quiet where nobody serves the package, and asks again after the next registration", async () => {
    srf.respond = () => fakeResponse(489);
    await start();
    await clock.advanceAsync(600_000);
    expect(srf.sent).toHaveLength(1);
    await start();
    expect(srf.sent).toHaveLength(2);
  });

  it("MUST ask for the time that a 423 names when it asks again (RFC 6665 §4.1.2.1)", async () => {
    srf.respond = () => fakeResponse(423, [{ name: "Min-Expires", value: "900" }]);
    await start();
    await start();
    expect(srf.sent.map((one) => header(one, "Expires"))).toEqual(["600", "900"]);
  });

  it("MUST end the subscription when it stops (RFC 6665 §4.1.2.3)", async () => {
    await start();
    watch.stop();
    expect(header(srf.sent[1], "Expires")).toBe("0");
    expect(srf.sent[1]?.to).toBe(`<${AOR}>;tag=core`);
    await clock.advanceAsync(1_000_000);
    expect(srf.sent).toHaveLength(2);
  });
});
