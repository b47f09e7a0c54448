import { describe, expect, it } from "vitest";
import { fakeRequest } from "../../../tests/support/fake-sip.ts";
import type { FileRange } from "../../sdp/file-range.ts";
import type { FileSelector } from "../../sdp/file-selector.ts";
import { isSameParty, isWanted, readPull, spanOf } from "./pull-offer.ts";

const FILE = { name: "a.iso", sizeOctets: 100, sha1: "aa", sha256: "bb" };

function wants(selector: Partial<FileSelector>): boolean {
  return isWanted({ selector: { hashes: [], ...selector } }, FILE);
}

function line(direction: string, extra: readonly string[] = []): readonly string[] {
  return [
    "m=message 2855 TCP/MSRP *",
    `a=${direction}`,
    "a=path:msrp://10.0.0.7:2855/q;tcp",
    'a=file-selector:name:"a.iso" size:100',
    "a=file-transfer-id:q1",
    ...extra,
  ];
}

function request(
  lines: readonly string[],
  ids: readonly string[] = ["Conversation-ID", "Contribution-ID"],
) {
  const head = ["v=0", "o=- 1 1 IN IP4 10.0.0.7", "s=-", "c=IN IP4 10.0.0.7", "t=0 0"];
  return fakeRequest(
    "INVITE",
    "sip:alice@a.example",
    [
      { name: "From", value: "<sip:mallory@m.example>;tag=1" },
      { name: "P-Asserted-Identity", value: "<sip:bob@b.example>" },
      ...ids.map((name) => ({ name, value: "c1" })),
    ],
    { contentType: "application/sdp", content: Buffer.from([...head, ...lines, ""].join("\r\n")) },
  );
}

describe("RFC 5547 §8.2.2 pull offers", () => {
  it("MUST be known by recvonly on every file's line, and name whom the network vouches for", () => {
    const pull = readPull(request(line("recvonly", ["a=file-range:51-100"])));
    expect(pull).toMatchObject({ ok: true, value: { from: "sip:bob@b.example" } });
    expect(pull?.ok === true ? pull.value.wanted[0]?.range : undefined).toEqual({
      start: 51,
      stop: 100,
    });
  });

  it("MUST leave offers of files, and mixed ones, to those who check offers", () => {
    expect(readPull(request(line("sendonly")))).toBeUndefined();
    expect(readPull(request([...line("recvonly"), ...line("sendonly")]))).toBeUndefined();
    expect(readPull(request([]))).toBeUndefined();
  });

  it("MUST be refused with 400 without a conversation", () => {
    expect(readPull(request(line("recvonly"), []))).toMatchObject({
      ok: false,
      error: { status: 400 },
    });
  });
});

describe("RFC 5547 §8.3.2 which file is meant", () => {
  it("MUST be that of the hash, whatever it is called", () => {
    expect(wants({ hashes: [{ algorithm: "sha-1", hex: "aa" }], name: "b.iso" })).toBe(true);
    expect(wants({ hashes: [{ algorithm: "sha-256", hex: "bb" }] })).toBe(true);
  });

  it("MUST be none when a hash or the size differs", () => {
    expect(wants({ hashes: [{ algorithm: "sha-1", hex: "ac" }], name: "a.iso" })).toBe(false);
    const both = [
      { algorithm: "sha-1", hex: "aa" },
      { algorithm: "sha-256", hex: "bc" },
    ];
    expect(wants({ hashes: both })).toBe(false);
    expect(wants({ hashes: [{ algorithm: "sha-1", hex: "aa" }], sizeOctets: 99 })).toBe(false);
  });

  it("MUST be that of the name where no known hash is given", () => {
    expect(wants({ name: "a.iso", sizeOctets: 100 })).toBe(true);
    expect(wants({ name: "A.iso" })).toBe(false);
    expect(wants({ sizeOctets: 100 })).toBe(false);
    expect(wants({ hashes: [{ algorithm: "md5", hex: "aa" }], name: "a.iso" })).toBe(true);
  });
});

describe("RFC 5547 §6 file-range", () => {
  const span = (range?: FileRange): unknown => spanOf(range === undefined ? {} : { range }, 100);

  it("MUST mean octets from 1 on, both ends included, and the whole file when absent", () => {
    expect(span()).toEqual({ from: 0, to: 100 });
    expect(span({ start: 1, stop: "*" })).toEqual({ from: 0, to: 100 });
    expect(span({ start: 51, stop: 100 })).toEqual({ from: 50, to: 100 });
    expect(span({ start: 51, stop: 60 })).toEqual({ from: 50, to: 60 });
    expect(span({ start: 101, stop: 100 })).toEqual({ from: 100, to: 100 });
  });

  it("MUST be of octets that the file has", () => {
    expect(span({ start: 51, stop: 101 })).toBeUndefined();
    expect(span({ start: 102, stop: "*" })).toBeUndefined();
  });
});

describe("RFC 3261 §19.1.4: who asks is who was offered", () => {
  it("MUST compare addresses as URIs", () => {
    expect(isSameParty("sip:bob@b.example", "sip:bob@B.EXAMPLE")).toBe(true);
    expect(isSameParty("tel:+1-201", "tel:+1201")).toBe(true);
    expect(isSameParty("sip:bob@b.example", "sip:Bob@b.example")).toBe(false);
    expect(isSameParty("sip:bob@b.example", "sips:bob@b.example")).toBe(false);
  });
});
