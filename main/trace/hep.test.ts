import { describe, expect, it } from "vitest";
import { endsOf, type MirroredMessage, parseHep } from "./hep.ts";

const MESSAGE = Buffer.from("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\r\n");

function chunk(type: number, value: Buffer, vendor = 0): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(vendor, 0);
  header.writeUInt16BE(type, 2);
  header.writeUInt16BE(6 + value.length, 4);
  return Buffer.concat([header, value]);
}

function number(value: number, octets: number): Buffer {
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntBE(value, 0, octets);
  return bytes;
}

function packet(chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat(chunks);
  return Buffer.concat([Buffer.from("HEP3"), number(6 + body.length, 2), body]);
}

const PARTS: Readonly<Record<string, Buffer>> = {
  family: chunk(1, number(2, 1)),
  ipProtocol: chunk(2, number(17, 1)),
  source: chunk(3, Buffer.from([127, 0, 0, 1])),
  destination: chunk(4, Buffer.from([127, 9, 1, 1])),
  sourcePort: chunk(7, number(40_001, 2)),
  destinationPort: chunk(8, number(5060, 2)),
  seconds: chunk(9, number(1_700_000_000, 4)),
  microseconds: chunk(10, number(42, 4)),
  protocol: chunk(11, number(1, 1)),
  node: chunk(12, number(7, 4)),
  payload: chunk(15, MESSAGE),
};

function message(changes: Readonly<Record<string, Buffer | undefined>> = {}): Buffer {
  return packet(Object.values({ ...PARTS, ...changes }).filter((part) => part !== undefined));
}

describe("HEPv3: one mirrored SIP message", () => {
  it("MUST give addresses, time, node and the octets of the message", () => {
    expect(parseHep(message())).toEqual({
      ok: true,
      value: {
        transport: "udp",
        from: { host: "127.0.0.1", port: 40_001 },
        to: { host: "127.9.1.1", port: 5060 },
        wallUs: 1_700_000_000_000_042n,
        node: 7,
        payload: MESSAGE,
      },
    });
  });

  it.each([
    ["0000:0000:0000:0000:0000:0000:0000:0001", "::1"],
    ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
    ["2001:0db8:0000:0001:0001:0001:0001:0001", "2001:db8:0:1:1:1:1:1"],
    ["fe80:0000:0000:0000:0000:0000:0000:0000", "fe80::"],
  ])("MUST write the address %s as %s (RFC 5952 §4)", (octets, text) => {
    const source = chunk(5, Buffer.from(octets.replaceAll(":", ""), "hex"));
    const parsed = parseHep(message({ source }));
    expect(parsed.ok ? parsed.value.from.host : parsed.error.what).toBe(text);
  });

  it("MUST tell TLS from TCP by the message's own Via", () => {
    const overTls = Buffer.from(MESSAGE.toString("latin1").replace("/UDP", "/TLS"), "latin1");
    const ipProtocol = chunk(2, number(6, 1));
    const transports = [MESSAGE, overTls].map((payload) => {
      const parsed = parseHep(message({ ipProtocol, payload: chunk(15, payload) }));
      return parsed.ok ? parsed.value.transport : parsed.error.what;
    });
    expect(transports).toEqual(["tcp", "tls"]);
  });

  it("MUST pass over what other vendors and later versions add", () => {
    const other = chunk(15, Buffer.from("theirs"), 0x0002);
    expect(parseHep(message({ other, later: chunk(99, Buffer.alloc(3)) })).ok).toBe(true);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["another protocol", Buffer.from("OPTIONS sip:a SIP/2.0\r\n\r\n")],
    ["a length that is not the datagram's", Buffer.concat([message(), Buffer.alloc(1)])],
    ["a chunk shorter than its header", packet([Buffer.from([0, 0, 0, 1, 0, 5])])],
    ["a chunk longer than the datagram", packet([Buffer.from([0, 0, 0, 1, 0, 7])])],
    ["half a chunk header", packet([Buffer.from([0, 0, 0])])],
    ["a port of three octets", message({ sourcePort: chunk(7, number(1, 3)) })],
    ["an address of five octets", message({ source: chunk(3, Buffer.alloc(5)) })],
    ["no time", message({ seconds: undefined })],
    ["no message", message({ payload: undefined })],
    ["media statistics", message({ protocol: chunk(11, number(5, 1)) })],
    ["SCTP", message({ ipProtocol: chunk(2, number(132, 1)) })],
  ])("MUST refuse %s", (_what, bytes) => {
    expect(parseHep(bytes)).toMatchObject({ ok: false, error: { kind: "malformed-hep" } });
  });
});

describe("HEPv3: which end is the mirroring element", () => {
  const node = { node: 7, element: "core-a", address: { host: "127.9.1.1", port: 5060 } };
  const [device, core, neighbour] = ["127.0.0.1:40001", "127.9.1.1:5060", "127.9.1.1:5070"];

  function between(from: string, to: string): MirroredMessage {
    const [ends, payload] = [[from, to].map(place), MESSAGE];
    const [first = node.address, second = node.address] = ends;
    return { transport: "tcp", from: first, to: second, wallUs: 0n, node: 7, payload };
  }

  function place(text: string): { readonly host: string; readonly port: number } {
    const [host = "", port = ""] = text.split(":");
    return { host, port: Number(port) };
  }

  it.each([
    ["a request that came in", device, core, { dir: "in", local: core, remote: device }],
    ["a response that goes out", core, device, { dir: "out", local: core, remote: device }],
    [
      "a request over a connection of its own",
      "127.9.1.1:50123",
      device,
      { dir: "out", local: "127.9.1.1:50123", remote: device },
    ],
    ["one host with two cores", neighbour, core, { dir: "in", local: core, remote: neighbour }],
    ["the same the other way", core, neighbour, { dir: "out", local: core, remote: neighbour }],
  ] as const)("is known for %s", (_what, from, to, ends) => {
    expect(endsOf(between(from, to), node)).toEqual(ends);
  });
});
