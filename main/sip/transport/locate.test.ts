import { describe, expect, it } from "vitest";
import { FakeResolver } from "../../../tests/support/fake-resolver.ts";
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
