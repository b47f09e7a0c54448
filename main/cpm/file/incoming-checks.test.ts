import { describe, expect, it } from "vitest";
import { fakeRequest } from "../../../tests/support/fake-sip.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { buildMultipart } from "../body/multipart.ts";
import { checkOffer, type ReceiverLimits } from "./incoming-checks.ts";

const HEADERS = [
  { name: "From", value: '"Alice" <sip:alice@a.example>;tag=1' },
  { name: "To", value: "<sip:bob@b.example>" },
  { name: "Conversation-ID", value: "conv" },
  { name: "Contribution-ID", value: "contrib" },
];

const SHA1 = "72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E";

interface Line {
  readonly selector?: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly more?: readonly string[];
}

function sdp(...lines: readonly Line[]): Buffer {
  const media = lines.flatMap((line, index) => [
    `m=message ${String(line.port ?? 2855)} ${line.protocol ?? "TCP/MSRP"} *`,
    "a=sendonly",
    "a=setup:actpass",
    "a=accept-types:*",
    `a=path:msrp://10.0.0.1:2855/s${String(index)};tcp`,
    `a=file-selector:${line.selector ?? `name:"f${String(index)}.txt" type:text/plain size:100 hash:sha-1:${SHA1}`}`,
    `a=file-transfer-id:id${String(index)}`,
    ...(line.more ?? []),
  ]);
  const session = ["v=0", "o=- 1 1 IN IP4 10.0.0.1", "s=-", "c=IN IP4 10.0.0.1", "t=0 0"];
  return Buffer.from(`${[...session, ...media].join("\r\n")}\r\n`);
}

function invite(content: Buffer, contentType = "application/sdp", headers = HEADERS): SipRequest {
  return fakeRequest("INVITE", "sip:bob@b.example", headers, { contentType, content });
}

function statusOf(request: SipRequest, limits: ReceiverLimits = {}): number | undefined {
  const checked = checkOffer(request, limits);
  return checked.ok ? undefined : checked.error.status;
}

describe("OMA CPM Conv_Fnct §7.4: checks before anybody is asked", () => {
  it("MUST describe the files as the user shall see them", () => {
    const checked = checkOffer(invite(sdp({}, {})), {});
    if (!checked.ok) throw new Error(checked.error.what);
    expect(checked.value.files.map(({ view }) => view)).toEqual(
      [0, 1].map((index) => ({
        index,
        name: `f${String(index)}.txt`,
        type: "text/plain",
        sizeOctets: 100,
        hash: `sha-1:${SHA1.replaceAll(":", "").toLowerCase()}`,
      })),
    );
    expect(checked.value.from).toMatchObject({
      displayName: "Alice",
      uriText: "sip:alice@a.example",
    });
    expect(checked.value.ids).toEqual({ conversationId: "conv", contributionId: "contrib" });
  });

  it.each(["Conversation-ID", "Contribution-ID"])("MUST answer 400 without %s", (missing) => {
    const headers = HEADERS.filter(({ name }) => name !== missing);
    expect(statusOf(invite(sdp({}), "application/sdp", headers))).toBe(400);
  });

  it("MUST answer 415 with what it accepts to a body of another kind (RFC 3261 §21.4.13)", () => {
    const checked = checkOffer(invite(Buffer.from("x"), "text/plain"), {});
    expect(checked).toMatchObject({ error: { status: 415, headers: [{ name: "Accept" }] } });
  });

  it("MUST answer 488 without a session description, and without a file in it", () => {
    expect(statusOf(invite(Buffer.alloc(0)))).toBe(488);
    const chat = sdp({})
      .toString()
      .replace(/a=file-selector.*\r\n/, "");
    expect(statusOf(invite(Buffer.from(chat)))).toBe(488);
  });

  it("MUST answer 400 to a description that cannot be read", () => {
    expect(statusOf(invite(Buffer.from("hello")))).toBe(400);
  });

  it.each<[string, Line]>([
    ["TLS, which is not spoken here", { protocol: "TCP/TLS/MSRP" }],
    ["no size to reserve room by", { selector: 'name:"a" type:text/plain' }],
    ["port 0", { port: 0 }],
    ["a range that begins in the middle", { more: ["a=file-range:500-*"] }],
  ])("MUST leave out a line with %s and answer 488 when it is the only one", (_what, line) => {
    expect(statusOf(invite(sdp(line)))).toBe(488);
    const checked = checkOffer(invite(sdp(line, {})), {});
    expect(checked.ok && checked.value.files.map(({ view }) => view.index)).toEqual([1]);
  });

  it("MUST answer 403 with 133 when no file is small enough, and leave out those that are not", () => {
    const big = { selector: 'name:"big" size:1000' };
    for (const limits of [{ maxSizeOctets: 999 }, { freeOctets: 999 }]) {
      const refused = checkOffer(invite(sdp(big)), limits);
      expect(refused).toMatchObject({
        error: { status: 403, headers: [{ value: '399 cpm-courier "133 Size exceeded"' }] },
      });
      const partly = checkOffer(invite(sdp(big, {})), limits);
      expect(partly.ok && partly.value.files.map(({ view }) => view.index)).toEqual([1]);
    }
  });
});

describe("RFC 3325: who offers", () => {
  it("MUST prefer the identity that the network asserts, with the name of From", () => {
    const headers = [...HEADERS, { name: "P-Asserted-Identity", value: "<sip:real@a.example>" }];
    const checked = checkOffer(invite(sdp({}), "application/sdp", headers), {});
    expect(checked.ok && checked.value.from).toMatchObject({
      displayName: "Alice",
      uriText: "sip:real@a.example",
    });
  });
});

describe("RFC 5547 §8.8 file-icon", () => {
  const picture = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
    Buffer.from("IHDR"),
    Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 6, 0, 0, 0, 0, 0, 0, 0]),
  ]);

  function withIcon(content: Buffer, subtype: "related" | "mixed", cid: string): SipRequest {
    const body = buildMultipart(subtype, "b", [
      {
        fields: [{ name: "Content-Type", value: "application/sdp" }],
        content: sdp({ more: ["a=file-icon:cid:icon@x"] }),
      },
      {
        fields: [
          { name: "Content-Type", value: "image/png" },
          { name: "Content-ID", value: cid },
        ],
        content,
      },
    ]);
    return invite(body.content, body.contentType);
  }

  it.each([
    ["related", "<icon@x>"],
    ["mixed", "icon@x"],
  ] as const)("MUST find it in multipart/%s by its Content-ID", (subtype, cid) => {
    const checked = checkOffer(withIcon(picture, subtype, cid), {});
    expect(checked.ok && checked.value.files[0]?.view.icon?.type).toBe("image/png");
  });

  it("MUST show the file without a picture that is missing or not admitted", () => {
    for (const request of [
      withIcon(picture, "related", "<other@x>"),
      withIcon(Buffer.from("<svg/>"), "related", "<icon@x>"),
      withIcon(Buffer.concat([picture, Buffer.alloc(20_000)]), "related", "<icon@x>"),
    ]) {
      const checked = checkOffer(request, {});
      expect(checked.ok && checked.value.files[0]?.view.icon).toBeUndefined();
    }
  });
});
