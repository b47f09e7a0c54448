import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, PASSWORD, type ScriptedUa } from "../../../tests/support/core-bed.ts";
import { credentials } from "../../../tests/support/raw-sip.ts";
import { RawWire } from "../../../tests/support/raw-wire.ts";
import { systemHashing } from "../../base/hashing.node.ts";
import type { Hashing } from "../../base/ports.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { serializeSipMessage } from "../../sip/message/serialize.ts";

/** Of RFC 3261 and its extensions, and two that nobody knows. ACK and CANCEL cannot be challenged (§22.1). */
const METHODS = [
  ...["INVITE", "REGISTER", "MESSAGE", "OPTIONS", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER"],
  ...["INFO", "UPDATE", "PRACK", "BYE", "X-ODD", "invite"],
];

const SPOOFED = "<sip:ceo@a.example>";
/** How a name may be written, and how one value may hide another one. */
const SPELLINGS = [
  (name: string) => `${name}: ${SPOOFED}`,
  (name: string) => `${name.toLowerCase()}: ${SPOOFED}`,
  (name: string) => `${name.toUpperCase()}: ${SPOOFED}`,
  (name: string) => `${swapped(name)}:${SPOOFED}`,
  (name: string) => `${name} : ${SPOOFED}`,
  (name: string) => `${name}\t \t:\t${SPOOFED}`,
  (name: string) => `${name}:\r\n ${SPOOFED}`,
  (name: string) => `${name} :\r\n\t\r\n ${SPOOFED}`,
  (name: string) => `${name}: <sip:alice@a.example>, ${SPOOFED}`,
  (name: string) => `${name}: <sip:alice@a.example>\r\n${name}: ${SPOOFED}`,
  (name: string) => `Subject: x\r\n${name.toLowerCase()} : "alice" ${SPOOFED}`,
  (name: string) => `${name}: "a, b;c" ${SPOOFED};x=y`,
] as const;

const IDENTITIES = [
  ...["P-Asserted-Identity", "P-Preferred-Identity", "P-Asserted-Service", "P-Asserted-Anything"],
  ...["P-Charging-Vector", "P-Charging-Function-Addresses", "P-Served-User", "P-Associated-URI"],
  ...["P-Called-Party-ID", "P-Profile-Key", "P-User-Database", "History-Info", "Diversion"],
];

function swapped(name: string): string {
  return Array.from(name, (c, i) => (i % 2 === 0 ? c.toLowerCase() : c.toUpperCase())).join("");
}

let bed: CoreBed;
let phone: ScriptedUa;
let hosts = 0;

beforeEach(async () => {
  bed = await CoreBed.start();
  phone = await bed.device("bob", "10.0.1.2");
});

afterEach(() => bed.stop());

function pass(): Promise<void> {
  return bed.pass(20);
}

/** Each from an address of its own, so that no lock of the one before holds. */
function newWire(): Promise<RawWire> {
  hosts += 1;
  return RawWire.open(
    bed.net,
    `10.9.${String(Math.floor(hosts / 250))}.${String((hosts % 250) + 1)}`,
  );
}

function textOf(method: string, lines: readonly string[] = [], from = "alice") {
  const uri = method === "REGISTER" ? "sip:a.example" : "sip:bob@a.example";
  const to = method === "REGISTER" ? `<sip:${from}@a.example>` : `<${uri}>`;
  return { method, uri, from: `<sip:${from}@a.example>`, to, lines };
}

function challengeIn(response: SipResponse | undefined): string {
  const values = ["WWW-Authenticate", "Proxy-Authenticate"].flatMap(
    (name) => response?.headers.getAll(name) ?? [],
  );
  return values.find((value) => value.includes("SHA-256")) ?? "";
}

/** A credentials line for the challenge that a request of this method gets. */
async function proof(
  wire: RawWire,
  method: string,
  who: { readonly username: string; readonly password: string },
): Promise<string> {
  const challenged = await wire.ask(bed.address, textOf(method), pass);
  const name = challenged?.status === 401 ? "Authorization" : "Proxy-Authorization";
  return `${name}: ${credentials(challengeIn(challenged), who, textOf(method))}`;
}

type Attack = (wire: RawWire, method: string) => Promise<number | undefined>;

async function status(
  wire: RawWire,
  method: string,
  lines: readonly string[],
): Promise<number | undefined> {
  return (await wire.ask(bed.address, textOf(method, lines), pass))?.status;
}

const ALICE = { username: "alice", password: PASSWORD };

const ATTACKS: Readonly<Record<string, Attack>> = {
  none: (wire, method) => status(wire, method, []),
  "a wrong password": async (wire, method) =>
    status(wire, method, [await proof(wire, method, { ...ALICE, password: "guess" })]),
  "an unknown user": async (wire, method) =>
    status(wire, method, [await proof(wire, method, { ...ALICE, username: "nobody" })]),
  "a replayed answer": async (wire, method) => {
    const line = await proof(wire, method, ALICE);
    // The owner was heard once with it, from elsewhere; now somebody else has it.
    await status(await newWire(), method, [line]);
    bed.net.traffic.length = 0;
    phone.received.length = 0;
    return status(wire, method, [line]);
  },
  "a stale answer": async (wire, method) => {
    const line = await proof(wire, method, ALICE);
    await bed.pass(300_001);
    return status(wire, method, [line]);
  },
  "a nonce of its own": async (wire, method) => {
    const line = await proof(wire, method, ALICE);
    return status(wire, method, [line.replace(/nonce="./, 'nonce="x')]);
  },
  "another user's": async (wire, method) =>
    status(wire, method, [await proof(wire, method, { username: "carol", password: PASSWORD })]),
  "an answer to another method": async (wire, method) => {
    const other = method === "MESSAGE" ? "OPTIONS" : "MESSAGE";
    const line = await proof(wire, other, ALICE);
    return status(wire, method, [line, line.replace("Proxy-Authorization", "Authorization")]);
  },
};

describe("RFC 3261 §22 each method by each false proof", () => {
  describe.each(Object.entries(ATTACKS))("%s", (_, attack) => {
    it.each(METHODS)("MUST NOT get a %s heard", async (method) => {
      const answered = await attack(await newWire(), method);
      expect([401, 403, 407]).toContain(answered);
      expect(phone.received).toEqual([]);
    });
  });

  it("counts the same request with the right answer as heard: the attacks fail for their falsehood", async () => {
    for (const method of METHODS.filter((one) => one !== "REGISTER")) {
      const wire = await newWire();
      expect([401, 403, 407]).not.toContain(
        await status(wire, method, [await proof(wire, method, ALICE)]),
      );
    }
    expect(phone.received.length).toBe(METHODS.length - 1);
  });
});

describe("RFC 3325 §5 identities that nobody vouches for", () => {
  it.each(SPELLINGS.map((spell, at) => [at + 1, spell] as const))(
    "spelling %i: MUST NOT be heard without a password, whatever the method",
    async (_, spell) => {
      for (const method of METHODS) {
        const wire = await newWire();
        const answered = await status(wire, method, [spell("P-Asserted-Identity")]);
        expect([400, 401, 403, 407]).toContain(answered);
      }
      expect(phone.received).toEqual([]);
    },
  );

  it.each(SPELLINGS.map((spell, at) => [at + 1, spell] as const))(
    "spelling %i: MUST NOT reach anybody in a request of a user, under any of the names",
    async (_, spell) => {
      for (const name of IDENTITIES) {
        const wire = await newWire();
        const line = await proof(wire, "MESSAGE", ALICE);
        await status(wire, "MESSAGE", [spell(name), line]);
      }
      expect(phone.received).toHaveLength(IDENTITIES.length);
      for (const { request } of phone.received) {
        expect(request.headers.getAll("P-Asserted-Identity")).toEqual(["<sip:alice@a.example>"]);
        expect(serializeSipMessage(request).toString()).not.toContain("ceo@");
      }
    },
  );

  it("MUST NOT be believed from whoever is called: its answer loses them", async () => {
    const alice = await bed.device("alice", "10.0.1.1");
    const sent = alice.send("INVITE", { uri: "sip:bob@a.example" });
    await pass();
    const asserted = { name: "p-asserted-identity", value: SPOOFED };
    phone.respond(phone.only("INVITE"), 200, { headers: [asserted] });
    await pass();
    expect(sent.last().status).toBe(200);
    expect(sent.last().headers.has("P-Asserted-Identity")).toBe(false);
  });

  it("MUST NOT pass on a challenge of ours that whoever is called has made up", async () => {
    const alice = await bed.device("alice", "10.0.1.1");
    const challenge = (realm: string) =>
      `Digest realm="${realm}", nonce="chosen", algorithm=SHA-256, qop="auth"`;
    const sent = alice.send("INVITE", { uri: "sip:bob@a.example" });
    await pass();
    phone.respond(phone.only("INVITE"), 407, {
      headers: [
        { name: "Proxy-Authenticate", value: challenge("a.example") },
        { name: "proxy-authenticate", value: challenge("A.Example") },
        { name: "WWW-Authenticate", value: challenge("a.example") },
        { name: "Proxy-Authenticate", value: challenge("b.example") },
      ],
    });
    await pass();
    expect(sent.last().headers.getAll("Proxy-Authenticate")).toEqual([challenge("b.example")]);
    expect(sent.last().headers.has("WWW-Authenticate")).toBe(false);
  });
});

describe("RFC 7616 §5.2 who asks which users there are", () => {
  /** What an answer says, without what is new each time. */
  function said(response: SipResponse | undefined): string {
    const fields = response?.headers.fields.filter(
      ({ name }) => !/^(via|to|from|call-id|cseq)$/i.test(name),
    );
    const text = fields?.map(
      ({ name, value }) => `${name}: ${value.replace(/nonce="[^"]*"/, "nonce")}`,
    );
    return `${String(response?.status)} ${response?.reason ?? ""} ${text?.join("|") ?? ""}`;
  }

  /** Everything that a guesser hears about a name, and how much was computed for it. */
  async function probe(user: string): Promise<readonly string[]> {
    let work = 0;
    const hashing: Hashing = {
      ...systemHashing(),
      digest: (algorithm, bytes) => {
        work += bytes.length;
        return systemHashing().digest(algorithm, bytes);
      },
      hmac: (algorithm, key, bytes) => {
        work += 1000;
        return systemHashing().hmac(algorithm, key, bytes);
      },
    };
    const own = await CoreBed.start({}, { hashing });
    const wire = await RawWire.open(own.net, "10.0.0.66");
    const wait = (): Promise<void> => own.pass(20);
    const heard: string[] = [];
    for (const method of ["REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE"]) {
      for (let i = 0; i < 3; i += 1) {
        const challenged = await wire.ask(own.address, textOf(method, [], user), wait);
        const who = { username: user, password: "guess" };
        const answer = credentials(challengeIn(challenged), who, textOf(method));
        const name = method === "REGISTER" ? "Authorization" : "Proxy-Authorization";
        work = 0;
        const refused = await wire.ask(
          own.address,
          textOf(method, [`${name}: ${answer}`], user),
          wait,
        );
        heard.push(said(challenged), said(refused), `work ${String(work)}`);
        const called = { ...textOf(method, [], "alice"), uri: `sip:${user}@a.example` };
        heard.push(said(await wire.ask(own.address, called, wait)));
      }
    }
    await own.stop();
    return heard;
  }

  it("MUST NOT learn it: the same answers, locks and work for a name that is there and one that is not", async () => {
    // Names of the same length: how much there is to hash may depend on what the guesser wrote.
    expect(await probe("zzzzz")).toEqual(await probe("alice"));
  });
});
