import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, type ScriptedUa, type Sent } from "../../../tests/support/core-bed.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { parameter } from "../../sip/grammar/parameters.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipResponse } from "../../sip/message/message.ts";

let bed: CoreBed;
let alice: ScriptedUa;
let phone: ScriptedUa;
let laptop: ScriptedUa;

const GRUU: HeaderField = { name: "Supported", value: "gruu" };

beforeEach(async () => {
  bed = await CoreBed.start();
  alice = await bed.device("alice", "10.0.0.10");
  phone = await bed.device("bob", "10.0.0.21");
  laptop = await bed.device("bob", "10.0.0.22");
});

afterEach(() => bed.stop());

function register(
  ua: ScriptedUa,
  options: {
    readonly contact?: string;
    readonly callId?: string;
    readonly cseq?: number;
    readonly headers?: readonly HeaderField[];
  } = {},
): Promise<SipResponse> {
  const { headers = [GRUU], callId, cseq = 1 } = options;
  const contact =
    options.contact ?? `${ua.contact("bob")};+sip.instance="<urn:uuid:${ua.address.host}>"`;
  return ua.ask("REGISTER", {
    uri: "sip:a.example",
    from: "sip:bob@a.example",
    to: "<sip:bob@a.example>",
    ...(callId === undefined ? {} : { callId }),
    cseq,
    headers: [{ name: "Contact", value: contact }, ...headers],
  });
}

function gruuOf(response: SipResponse, kind: "pub-gruu" | "temp-gruu", host: string): string {
  for (const text of response.headers.list("Contact")) {
    const contact = parseNameAddr(text);
    if (!contact.ok || !text.includes(host)) continue;
    return parameter(contact.value.parameters, kind) ?? "";
  }
  throw new Error(`no contact at ${host}`);
}

async function invite(uri: string, callId = "call"): Promise<Sent> {
  const sent = alice.send("INVITE", { uri, callId });
  await bed.pass();
  return sent;
}

describe("RFC 5627 §5 GRUUs at the registrar", () => {
  it("MUST give every contact with an instance a public and a temporary one, where the device knows them (§5.3)", async () => {
    const response = await register(phone);
    expect(gruuOf(response, "pub-gruu", "10.0.0.21")).toBe(
      "sip:bob@a.example;gr=urn:uuid:10.0.0.21",
    );
    expect(gruuOf(response, "pub-gruu", "10.0.0.22")).toBe(
      "sip:bob@a.example;gr=urn:uuid:10.0.0.22",
    );
    expect(gruuOf(response, "temp-gruu", "10.0.0.21")).toMatch(
      /^sip:tgruu\.[0-9a-f]{48}@a\.example;gr$/,
    );
  });

  it("MUST NOT give any to a device that does not ask, or that has no instance", async () => {
    const plain = await register(phone, { headers: [] });
    expect(plain.headers.getAll("Contact").join()).not.toContain("gruu");
    const bare = await register(phone, { contact: "<sip:bob@10.0.0.29:5060>" });
    expect(gruuOf(bare, "pub-gruu", "10.0.0.29")).toBe("");
  });

  it("MUST ignore GRUUs that a device claims for itself", async () => {
    const contact = `${phone.contact("bob")};+sip.instance="<urn:uuid:10.0.0.21>";pub-gruu="sip:alice@a.example;gr=x"`;
    const response = await register(phone, { contact });
    expect(gruuOf(response, "pub-gruu", "10.0.0.21")).toBe(
      "sip:bob@a.example;gr=urn:uuid:10.0.0.21",
    );
  });

  it("MUST refuse a GRUU of this domain as Contact with 403 (§5.1)", async () => {
    const response = await register(phone, {
      contact: "<sip:bob@a.example;gr=urn:uuid:10.0.0.22>",
    });
    expect(response.status).toBe(403);
  });

  it("MUST make a new temporary one with each REGISTER, without anything in common with the last (§5.1)", async () => {
    const first = gruuOf(await register(phone, { callId: "r" }), "temp-gruu", "10.0.0.21");
    const second = gruuOf(
      await register(phone, { callId: "r", cseq: 5 }),
      "temp-gruu",
      "10.0.0.21",
    );
    expect(second).not.toBe(first);
    const digits = (uri: string): readonly string[] => uri.slice(10, 58).match(/.{8}/g) ?? [];
    expect(digits(first).filter((part) => digits(second).includes(part))).toEqual([]);
  });
});

describe("RFC 5627 §5.4 requests to a GRUU", () => {
  it("MUST reach only the device it names, at its contact", async () => {
    await invite("sip:bob@a.example;gr=urn:uuid:10.0.0.22");
    expect(laptop.only("INVITE").request.uri).toBe("sip:bob@10.0.0.22:5060");
    expect(phone.of("INVITE")).toEqual([]);
  });

  it("MUST reach a device by each of its temporary ones, until it registers under another Call-ID", async () => {
    const first = gruuOf(await register(phone, { callId: "r" }), "temp-gruu", "10.0.0.21");
    const second = gruuOf(
      await register(phone, { callId: "r", cseq: 5 }),
      "temp-gruu",
      "10.0.0.21",
    );
    await invite(first, "c1");
    await invite(second, "c2");
    expect(phone.of("INVITE")).toHaveLength(2);
    expect(laptop.of("INVITE")).toEqual([]);
    await register(phone, { callId: "other" });
    expect((await invite(first, "c3")).statuses()).toEqual([404]);
  });

  it("MUST answer 480 when the device is away, and 404 for a user or a name that nobody made", async () => {
    const answers: (readonly number[])[] = [];
    for (const [at, uri] of [
      "sip:bob@a.example;gr=urn:uuid:gone",
      "sip:mallory@a.example;gr=urn:uuid:1",
      `sip:tgruu.${"0".repeat(48)}@a.example;gr`,
      "sip:tgruu.@a.example;gr",
    ].entries()) {
      answers.push((await invite(uri, `c${String(at)}`)).statuses());
    }
    expect(answers).toEqual([[480], [404], [404], [404]]);
  });

  it("MUST carry escaped instance ids there and back", async () => {
    const tablet = await bed.device("bob", "10.0.0.23", {
      contact: ';+sip.instance="<x y;%\u00e9>"',
    });
    const gruu = gruuOf(await register(phone), "pub-gruu", "10.0.0.23");
    expect(gruu).toBe("sip:bob@a.example;gr=x%20y%3B%25%C3%A9");
    await invite(gruu);
    expect(tablet.of("INVITE")).toHaveLength(1);
  });
});

describe("RFC 5627 §4.4, §5.4 a GRUU as remote target of a dialog", () => {
  it("MUST lead ACK and later requests, both ways, to the device behind it", async () => {
    const aliceGruu = "sip:alice@a.example;gr=urn:uuid:10.0.0.10";
    const bobGruu = "sip:bob@a.example;gr=urn:uuid:10.0.0.21";
    const sent = alice.send("INVITE", {
      callId: "call",
      headers: [{ name: "Contact", value: `<${aliceGruu}>` }],
    });
    await bed.pass();
    const tx = phone.only("INVITE");
    phone.respond(tx, 200, { contact: `<${bobGruu}>` });
    await bed.pass();
    const answer = sent.last().headers;
    const dialog = {
      uri: bobGruu,
      from: answer.get("From") ?? "",
      to: answer.get("To") ?? "",
      callId: "call",
      cseq: 2,
      route: answer.list("Record-Route").toReversed(),
    };
    alice.ack(dialog);
    expect((await alice.ask("INFO", dialog)).status).toBe(200);
    expect(phone.only("INFO").request.uri).toBe("sip:bob@10.0.0.21:5060");
    expect(phone.acks[0]?.uri).toBe("sip:bob@10.0.0.21:5060");
    const bye = await phone.ask("BYE", {
      ...dialog,
      uri: aliceGruu,
      from: dialog.to,
      to: dialog.from,
      route: tx.request.headers.list("Record-Route"),
    });
    expect(bye.status).toBe(200);
    expect(alice.only("BYE").request.uri).toBe("sip:ua@10.0.0.10:5060".replace("ua", "alice"));
  });
});
