import { describe, expect, it } from "vitest";
import { type FakeRecords, FakeResolver } from "../../../tests/support/fake-resolver.ts";
import { parseSipUri } from "../grammar/uri.ts";
import { targetsOf } from "./locate.ts";

const resolver = new FakeResolver({ "b.example": ["10.0.0.2", "2001:db8::2"] });

async function locate(text: string): Promise<string[]> {
  const uri = parseSipUri(text);
  if (!uri.ok) throw new Error(uri.error.what);
  const targets = await targetsOf(uri.value, resolver, new AbortController().signal);
  return targets.map(
    ({ transport, remote, isTransportFixed }) =>
      `${transport}${isTransportFixed ? "!" : ""} ${remote.host} ${String(remote.port)}`,
  );
}

describe("RFC 3263 §4 locating where a request goes", () => {
  it.each([
    ["sip:bob@10.0.0.2", ["udp 10.0.0.2 5060"]],
    ["sip:bob@10.0.0.2:5070;transport=TCP", ["tcp! 10.0.0.2 5070"]],
    ["sip:bob@[2001:db8::2]:5070", ["udp 2001:db8::2 5070"]],
    ["sips:bob@10.0.0.2", ["tls 10.0.0.2 5061"]],
    ["sips:bob@10.0.0.2;transport=tcp", ["tls! 10.0.0.2 5061"]],
    ["sip:bob@b.example;transport=udp", ["udp! 10.0.0.2 5060", "udp! 2001:db8::2 5060"]],
    ["sip:bob@b.example;maddr=10.0.0.9", ["udp 10.0.0.9 5060"]],
  ])("MUST find %s", async (uri, expected) => {
    expect(await locate(uri)).toEqual(expected);
  });

  it.each([
    "sip:bob@unknown.example",
    "sip:bob@10.0.0.2;transport=ws",
    "sips:bob@b.example;transport=udp",
  ])("has nowhere to send %s", async (uri) => {
    expect(await locate(uri)).toEqual([]);
  });
});

describe("RFC 3263 §4.1, §4.2 NAPTR and SRV", () => {
  const names = {
    "p1.b.example": ["10.0.1.1"],
    "p2.b.example": ["10.0.1.2", "10.0.1.3"],
    "b.example": ["10.0.0.2"],
  };
  const srv = {
    "_sip._udp.b.example": [
      { target: "p2.b.example", port: 5070 },
      { target: "p1.b.example", port: 5060 },
    ],
    "_sip._tcp.b.example": [{ target: "p1.b.example", port: 5061 }],
    "_sips._tcp.b.example": [{ target: "p1.b.example", port: 5443 }],
  };

  async function found(text: string, records: FakeRecords): Promise<[string[], string[]]> {
    const uri = parseSipUri(text);
    if (!uri.ok) throw new Error(uri.error.what);
    const asking = new FakeResolver(names, records);
    const targets = await targetsOf(uri.value, asking, new AbortController().signal);
    return [
      targets.map(({ transport, remote }) => `${transport} ${remote.host} ${String(remote.port)}`),
      asking.asked,
    ];
  }

  it("MUST take the first service that NAPTR points to, and its records in their order", async () => {
    const pointers = {
      "b.example": [
        { service: "SIPS+D2T", replacement: "_sips._tcp.b.example" },
        { service: "SIP+D2T", replacement: "_sip._tcp.b.example" },
        { service: "SIP+D2U", replacement: "_sip._udp.b.example" },
      ],
    };
    expect(await found("sip:bob@b.example", { services: srv, pointers })).toEqual([
      ["tcp 10.0.1.1 5061"],
      ["NAPTR b.example", "SRV _sip._tcp.b.example"],
    ]);
    expect((await found("sips:bob@b.example", { services: srv, pointers }))[0]).toEqual([
      "tls 10.0.1.1 5443",
    ]);
  });

  it("SHOULD look for SRV of each transport where there is no NAPTR", async () => {
    expect((await found("sip:bob@b.example", { services: srv }))[0]).toEqual([
      "udp 10.0.1.2 5070",
      "udp 10.0.1.3 5070",
      "udp 10.0.1.1 5060",
    ]);
    const tcpOnly = { "_sip._tcp.b.example": srv["_sip._tcp.b.example"] };
    expect((await found("sip:bob@b.example", { services: tcpOnly }))[0]).toEqual([
      "tcp 10.0.1.1 5061",
    ]);
  });

  it("MUST look only for the transport that the URI names", async () => {
    expect(await found("sip:bob@b.example;transport=tcp", { services: srv })).toEqual([
      ["tcp 10.0.1.1 5061"],
      ["SRV _sip._tcp.b.example"],
    ]);
  });

  it("MUST ask for addresses alone when there is a port, or no record at all", async () => {
    expect(await found("sip:bob@b.example:5080", { services: srv })).toEqual([
      ["udp 10.0.0.2 5080"],
      [],
    ]);
    expect((await found("sip:bob@b.example", {}))[0]).toEqual(["udp 10.0.0.2 5060"]);
  });

  it("MUST take a single dot for a service that is not there (RFC 2782)", async () => {
    const none = { "_sip._udp.b.example": [{ target: ".", port: 0 }] };
    expect((await found("sip:bob@b.example;transport=udp", { services: none }))[0]).toEqual([
      "udp 10.0.0.2 5060",
    ]);
  });

  it("asks no name server for a name without a dot", async () => {
    expect((await found("sip:localhost", { services: srv }))[1]).toEqual([]);
  });

  it("tries no more than sixteen places, however many there are", async () => {
    const many = Array.from({ length: 40 }, () => ({ target: "p1.b.example", port: 5060 }));
    const [targets] = await found("sip:b.example", { services: { "_sip._udp.b.example": many } });
    expect(targets).toHaveLength(16);
  });
});
