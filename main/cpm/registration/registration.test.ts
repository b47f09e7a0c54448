import { beforeEach, describe, expect, it } from "vitest";
import type {
  RegistrationFailedView,
  RegistrationView,
} from "../../../shared/model/registration.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { SeededRandom } from "../../../tests/support/fake-random.ts";
import { FakeSip, type FakeSrf, fakeResponse } from "../../../tests/support/fake-sip.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import type { OutgoingRequest } from "../../drachtio/srf.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { Registration } from "./registration.ts";

const INSTANCE = "urn:uuid:00000000-0000-4000-8000-000000000001";

let clock: FakeClock;
let srf: FakeSrf;
let registration: Registration;
let registered: RegistrationView[];
let failed: RegistrationFailedView[];

function makeDevice(transport: "udp" | "tcp"): void {
  clock = new FakeClock();
  srf = new FakeSip(clock).party("sip:bob@b.example", "10.0.0.2");
  registration = new Registration(
    { srf, clock, random: new SeededRandom(1), log: nullLog() },
    {
      aor: "sip:bob@b.example",
      core: { host: "10.0.0.9", port: 5060, transport },
      deviceName: "b1",
      instanceId: INSTANCE,
      receiveFolder: "/b",
      version: "0",
      deviceSecret: "s",
      registrationExpiresS: 600,
    },
  );
  registered = [];
  failed = [];
  registration.events.on("registered", (view) => registered.push(view));
  registration.events.on("failed", (view) => failed.push(view));
}

beforeEach(() => {
  makeDevice("udp");
});

/** REGISTERs that bind: subscriptions have their own test. */
function registers(): readonly OutgoingRequest[] {
  return srf.sent.filter(
    (one) => one.method === "REGISTER" && header(one, "Contact") !== undefined,
  );
}

/** REGISTERs that only ask. */
function questions(): readonly OutgoingRequest[] {
  return srf.sent.filter(
    (one) => one.method === "REGISTER" && header(one, "Contact") === undefined,
  );
}

function header(request: OutgoingRequest | undefined, name: string): string | undefined {
  return request?.headers.find((field) => field.name === name)?.value;
}

function granted(expiresS: number, more: Readonly<Record<string, string>> = {}): SipResponse {
  return fakeResponse(200, [
    {
      name: "Contact",
      value: `<sip:bob@10.0.0.3>;+sip.instance="<urn:uuid:other>";device-name="phone";expires=100, <sip:bob@10.0.0.2:5060>;+sip.instance="<${INSTANCE}>";expires=${String(expiresS)}`,
    },
    ...Object.entries(more).map(([name, value]) => ({ name, value })),
  ]);
}

async function start(): Promise<void> {
  void registration.start();
  await clock.advanceAsync(10);
}

describe("RFC 3261 §10.2 registering", () => {
  it("MUST send REGISTER to the core with the domain as Request-URI and the AOR as To and From", async () => {
    await start();
    expect(registers()[0]).toMatchObject({
      method: "REGISTER",
      uri: "sip:b.example",
      from: "<sip:bob@b.example>",
      to: "<sip:bob@b.example>",
      nextHop: "sip:10.0.0.9:5060;lr",
    });
    expect(header(registers()[0], "Expires")).toBe("600");
  });

  it("MUST take the lifetime of its own binding, not that of another device (§10.2.4)", async () => {
    srf.respond = () => granted(300);
    await start();
    expect(registration.current?.expiresS).toBe(300);
    expect(registered[0]?.devices.map(({ name, isThisDevice }) => [name, isThisDevice])).toEqual([
      [undefined, true],
      ["phone", false],
    ]);
  });

  it("MUST refresh at half the lifetime with the same Call-ID and a higher CSeq (§10.2.4)", async () => {
    srf.respond = () => granted(300);
    await start();
    await clock.advanceAsync(149_000);
    expect(registers()).toHaveLength(1);
    await clock.advanceAsync(2000);
    expect(registers()).toHaveLength(2);
    expect(registers()[1]?.callId).toBe(registers()[0]?.callId);
    expect(registers().map(({ cseq }) => cseq)).toEqual([1, 2 + questions().length]);
  });

  it("MUST number a refresh above the attempt that answered a challenge (§10.2, §22.2)", async () => {
    srf.respond = () => {
      const response = granted(300);
      return { ...response, headers: response.headers.append("CSeq", "2 REGISTER") };
    };
    await start();
    await clock.advanceAsync(151_000);
    const [first = 0, second = 0] = registers().map(({ cseq }) => cseq);
    expect(first).toBe(1);
    // The answered one, and what was only asked meanwhile.
    expect(second).toBe(3 + questions().length);
  });

  it("MUST refresh a long registration ten minutes before its end (TS 24.229 §5.1.1.4)", async () => {
    srf.respond = () => granted(3600);
    await start();
    await clock.advanceAsync(2_999_000);
    expect(registers()).toHaveLength(1);
    await clock.advanceAsync(2000);
    expect(registers()).toHaveLength(2);
  });

  it("MUST ask again at once with Min-Expires after 423 (§10.2.8)", async () => {
    srf.respond = (request) =>
      header(request, "Expires") === "600"
        ? fakeResponse(423, [{ name: "Min-Expires", value: "1800" }])
        : granted(1800);
    await start();
    expect(registers().map((request) => header(request, "Expires"))).toEqual(["600", "1800"]);
    expect(registered).toHaveLength(1);
  });

  it("MUST not follow a registrar that raises Min-Expires without end", async () => {
    let least = 600;
    srf.respond = () => {
      least += 1;
      return fakeResponse(423, [{ name: "Min-Expires", value: String(least) }]);
    };
    await start();
    expect(registers()).toHaveLength(4);
    expect(failed).toHaveLength(1);
  });

  it("MUST remove its binding when it stops (§10.2.2)", async () => {
    srf.respond = () => granted(300);
    await start();
    void registration.stop();
    await clock.advanceAsync(10);
    expect(header(registers().at(-1), "Expires")).toBe("0");
    await clock.advanceAsync(1_000_000);
    expect(registers()).toHaveLength(2);
  });

  it("MUST stop within two seconds when nobody answers", async () => {
    srf.respond = () => granted(300);
    await start();
    srf.respond = () => undefined;
    let isStopped = false;
    void registration.stop().then(() => {
      isStopped = true;
    });
    await clock.advanceAsync(1900);
    expect(isStopped).toBe(false);
    await clock.advanceAsync(200);
    expect(isStopped).toBe(true);
  });
});

describe("RFC 3608 Service-Route", () => {
  it("MUST keep the routes in order and replace them with each 200", async () => {
    srf.respond = () => granted(300, { "Service-Route": "<sip:p1;lr>, <sip:p2;lr>" });
    await start();
    expect(registration.serviceRoute).toEqual(["<sip:p1;lr>", "<sip:p2;lr>"]);
    srf.respond = () => granted(300);
    await clock.advanceAsync(160_000);
    expect(registration.serviceRoute).toEqual([]);
  });
});

describe("RFC 3261 §10.2: registrations that fail", () => {
  it("MUST try again with growing pauses, at most a minute", async () => {
    srf.respond = () => fakeResponse(500);
    await start();
    await clock.advanceAsync(200_000);
    expect(failed.map(({ retryMs }) => retryMs)).toEqual([
      2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  it("MUST wait at least as long as Retry-After says (RFC 3261 §20.33)", async () => {
    srf.respond = () => fakeResponse(503, [{ name: "Retry-After", value: "120 (maintenance)" }]);
    await start();
    expect(failed[0]?.retryMs).toBe(120_000);
  });

  it.each([
    [401, "The core did not accept your password."],
    [403, "The core does not let you register on this device."],
    [404, "The core does not know this address."],
  ])("MUST not repeat what cannot help (%i)", async (status, reason) => {
    srf.respond = () => fakeResponse(status);
    await start();
    expect(failed).toEqual([{ status, reason }]);
    await clock.advanceAsync(1_000_000);
    expect(registers()).toHaveLength(1);
  });

  it("MUST say so when a running registration is lost, and be back after the next answer", async () => {
    srf.respond = () => granted(300);
    await start();
    srf.respond = () => fakeResponse(500);
    await clock.advanceAsync(151_000);
    expect(registration.current).toBeUndefined();
    expect(failed).toHaveLength(1);
    srf.respond = () => granted(300);
    await clock.advanceAsync(3000);
    expect(registered).toHaveLength(2);
  });
});

describe("RFC 5626 §4.2 registering a flow", () => {
  const FLOW = { Require: "outbound", "Flow-Timer": "60" };

  beforeEach(() => {
    makeDevice("tcp");
  });

  it("MUST ask for it with a reg-id, and plainly at once after 439", async () => {
    const contacts: (string | undefined)[] = [];
    srf.respond = (request) => {
      if (request.method !== "REGISTER") return fakeResponse(489);
      contacts.push(/reg-id=\d+/.exec(header(request, "Contact") ?? "")?.[0]);
      return contacts.length === 1 ? fakeResponse(439) : granted(600);
    };
    await start();
    expect(contacts).toEqual(["reg-id=1", undefined]);
    expect(registered).toHaveLength(1);
  });

  it("MUST NOT keep alive what the registrar did not take for a flow", async () => {
    srf.respond = () => granted(600);
    await start();
    expect(srf.kept).toEqual([]);
  });

  it("MUST NOT look for a connection where it registered over UDP (§4.4.2 is not spoken)", async () => {
    makeDevice("udp");
    srf.respond = () => granted(300, FLOW);
    await start();
    await clock.advanceAsync(100_000);
    expect(srf.kept).toEqual([]);
    expect(registers()).toHaveLength(1);
  });

  it("MUST show a sign of life after 80 to 100 % of Flow-Timer (§4.4)", async () => {
    srf.respond = () => granted(600, FLOW);
    await start();
    const [kept] = srf.kept;
    expect(kept?.hop).toBe("sip:10.0.0.9:5060;transport=tcp;lr");
    for (let i = 0; i < 50; i += 1) {
      expect(kept?.nextPingMs()).toBeGreaterThanOrEqual(48_000);
      expect(kept?.nextPingMs()).toBeLessThanOrEqual(60_000);
    }
  });

  it("MUST register anew, with the same reg-id and Call-ID, when the flow fails (§4.5)", async () => {
    srf.respond = () => granted(600, FLOW);
    await start();
    srf.kept[0]?.onLost();
    await clock.advanceAsync(10);
    const [first, second] = registers();
    expect(second?.callId).toBe(first?.callId);
    expect(header(second, "Contact")).toBe(header(first, "Contact"));
    expect(srf.kept.map(({ isOver }) => isOver)).toEqual([true, false]);
  });

  it("MUST let the flow go when it stops", async () => {
    srf.respond = () => granted(600, FLOW);
    await start();
    void registration.stop();
    await clock.advanceAsync(10);
    expect(srf.kept[0]?.isOver).toBe(true);
  });
});

describe("RFC 5627 §4.2 GRUUs at the device", () => {
  function withGruu(gruu: string): SipResponse {
    return fakeResponse(200, [
      {
        name: "Contact",
        value: `<sip:bob@10.0.0.2:5060>;+sip.instance="<${INSTANCE}>";pub-gruu="${gruu}";expires=600`,
      },
    ]);
  }

  it("MUST say that it knows them, and be reached by the one it is given", async () => {
    srf.respond = () => withGruu("sip:bob@b.example;gr=urn:uuid:1");
    await start();
    expect(header(registers()[0], "Supported")).toBe("path, outbound, gruu");
    expect(registration.config.gruu).toBe("sip:bob@b.example;gr=urn:uuid:1");
    expect(registration.current?.contact).toBe("sip:bob@10.0.0.2:5060");
  });

  it.each(["sip:bob@b.example", "urn:uuid:1", "", "sip:bob@b example;gr=1"])(
    "MUST NOT take %j for one",
    async (gruu) => {
      srf.respond = () => withGruu(gruu);
      await start();
      expect(registration.config.gruu).toBeUndefined();
    },
  );
});

describe("RFC 3261 §10.2.3: a registrar over UDP that was started anew", () => {
  function forgotten(): SipResponse {
    return fakeResponse(200, [
      { name: "Contact", value: '<sip:bob@10.0.0.3>;+sip.instance="<urn:uuid:other>";expires=9' },
    ]);
  }

  function isQuestion(request: OutgoingRequest): boolean {
    return request.method === "REGISTER" && header(request, "Contact") === undefined;
  }

  it("is asked every 24 to 30 s, and bound to again at once when it does not know us", async () => {
    srf.respond = (request) => (isQuestion(request) ? forgotten() : granted(600));
    await start();
    await clock.advanceAsync(23_900);
    expect(questions()).toHaveLength(0);
    await clock.advanceAsync(6200);
    expect([questions().length, registers().length, registered.length]).toEqual([1, 2, 2]);
  });

  it("is left alone while it knows us, or is of another opinion about being asked", async () => {
    srf.respond = () => granted(600);
    await start();
    await clock.advanceAsync(60_000);
    srf.respond = (request) => (isQuestion(request) ? fakeResponse(403) : granted(600));
    await clock.advanceAsync(200_000);
    expect(questions().length).toBeGreaterThan(7);
    expect(registers()).toHaveLength(1);
  });

  it("is not asked where it never listed us, and no more after the end", async () => {
    srf.respond = forgotten;
    await start();
    await clock.advanceAsync(60_000);
    expect(questions()).toHaveLength(0);
    srf.respond = () => granted(600);
    void registration.refresh();
    await clock.advanceAsync(10);
    void registration.stop();
    await clock.advanceAsync(60_000);
    expect(questions()).toHaveLength(0);
  });
});
