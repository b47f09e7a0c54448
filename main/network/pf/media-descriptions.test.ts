import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../tests/support/fake-random.ts";
import { MemoryReceiver, MsrpBed } from "../../../tests/support/msrp-bed.ts";
import { formatMsrpUri, type MsrpUri, parseMsrpUri } from "../../base/msrp-uri.ts";
import type { MsrpEndpoint } from "../../msrp/endpoint.ts";
import { MediaDescriptions } from "./media-descriptions.ts";

const SENDER = "10.0.0.1";
const PF = "10.0.0.5";
const RECEIVER = "10.0.0.9";
const BOX = "10.0.0.200";

interface Line {
  readonly uri: MsrpUri;
  readonly at?: string;
  readonly port?: number;
  readonly setup: string;
  readonly isCema: boolean;
}

function sdp(lines: readonly Line[]): Buffer {
  const media = lines.map(({ uri, at, port, setup, isCema }, index) =>
    [
      `m=message ${String(port ?? uri.port)} TCP/MSRP *`,
      `c=IN IP4 ${at ?? uri.host}`,
      "a=sendonly",
      `a=setup:${setup}`,
      "a=accept-types:*",
      `a=path:${formatMsrpUri(uri)}`,
      ...(isCema ? ["a=msrp-cema"] : []),
      `a=file-selector:name:"${String(index)}" type:text/plain size:5`,
      `a=file-transfer-id:transferidtransferidtransferid${String(index)}`,
    ].join("\r\n"),
  );
  const head = ["v=0", "o=- 1 1 IN IP4 h", "s=-", "c=IN IP4 h", "t=0 0"].join("\r\n");
  return Buffer.from(`${[head, ...media].join("\r\n")}\r\n`);
}

interface World {
  readonly bed: MsrpBed;
  readonly sender: MsrpEndpoint;
  readonly pf: MsrpEndpoint;
  readonly receiver: MsrpEndpoint;
}

async function world(): Promise<World> {
  const bed = new MsrpBed();
  return {
    bed,
    sender: await bed.endpoint(SENDER),
    pf: await bed.endpoint(PF),
    receiver: await bed.endpoint(RECEIVER),
  };
}

function read({ bed, pf }: World, offer: Buffer): ReturnType<typeof MediaDescriptions.fromOffer> {
  return MediaDescriptions.fromOffer(
    { msrp: pf, clock: bed.clock, random: new SeededRandom(7) },
    offer,
  );
}

function opened(from: World, offer: Buffer): MediaDescriptions {
  const described = read(from, offer);
  if (!described.ok) throw new Error(described.error.what);
  return described.value;
}

function count(text: Buffer | undefined, what: string): number {
  return (text?.toString().split(what).length ?? 0) - 1;
}

function pathOf(text: Buffer): MsrpUri {
  const uri = parseMsrpUri(/a=path:(\S+)/.exec(text.toString())?.[1] ?? "");
  if (!uri.ok) throw new Error("no path");
  return uri.value;
}

describe("RFC 6714 on each leg of the Participating Function", () => {
  it("MUST answer msrp-cema where the sender offered it, and offer it to the receiver in any case", async () => {
    const w = await world();
    for (const isCema of [true, false]) {
      const media = opened(w, sdp([{ uri: w.sender.newUri(), setup: "actpass", isCema }]));
      expect(count(media.downstreamOffer(), "a=msrp-cema")).toBe(1);
      const answer = media.openFromAnswer(
        sdp([{ uri: w.receiver.newUri(), setup: "passive", isCema: !isCema }]),
      );
      expect(count(answer.ok ? answer.value : undefined, "a=msrp-cema")).toBe(isCema ? 1 : 0);
      void media.close();
      await w.bed.clock.advanceAsync(3_000);
    }
  });

  it("MUST refuse what lies elsewhere than its path without it: the line, or all by 488", async () => {
    const w = await world();
    const lost = { uri: w.sender.newUri(), at: BOX, setup: "actpass", isCema: false };
    expect(read(w, sdp([lost]))).toMatchObject({ ok: false, error: { statusHint: 488 } });
    const media = opened(w, sdp([lost, { ...lost, at: SENDER }]));
    expect(media.downstreamOffer().toString()).toMatch(/m=message 0 [\s\S]*m=message [1-9]/);
  });

  it.each(["upstream", "downstream"] as const)(
    "MUST connect to c= and m= when it connects %s",
    async (leg) => {
      const w = await world();
      const tcp: string[] = [];
      await w.bed.net.host(BOX).listenTcp({ host: BOX, port: 4000 }, (connection) => {
        tcp.push(connection.remote.host);
      });
      const behind = { at: BOX, port: 4000, isCema: true };
      const isUp = leg === "upstream";
      const sender = { uri: w.sender.newUri(), isCema: true };
      const media = opened(
        w,
        sdp([{ ...sender, ...(isUp ? { ...behind, setup: "passive" } : { setup: "active" }) }]),
      );
      const answer = { uri: w.receiver.newUri(), isCema: true };
      media.openFromAnswer(
        sdp([{ ...answer, ...(isUp ? { setup: "active" } : { ...behind, setup: "passive" }) }]),
      );
      await w.bed.clock.advanceAsync(50);
      expect(tcp).toEqual([PF]);
      void media.close();
      await w.bed.clock.advanceAsync(3_000);
    },
  );

  it("MUST offer again without it when the receiver's answer asks for that, and stay so", async () => {
    const w = await world();
    const media = opened(w, sdp([{ uri: w.sender.newUri(), setup: "active", isCema: true }]));
    const first = media.downstreamOffer();
    const uri = w.receiver.newUri();
    const answer = { uri, setup: "active", isCema: false };
    expect(media.plainOffer(sdp([answer]))).toBeUndefined();
    const again = media.plainOffer(sdp([{ ...answer, at: BOX }]));
    expect(count(again, "a=msrp-cema")).toBe(0);
    expect(/o=- \d+ (\d+)/.exec(again?.toString() ?? "")?.[1]).toBe("2");
    const session = w.receiver.session({
      ...{ localUri: uri, role: "active", receiver: new MemoryReceiver() },
      remotePath: [pathOf(first)],
    });
    expect(media.openFromAnswer(sdp([answer])).ok).toBe(true);
    await w.bed.clock.advanceAsync(50);
    expect((await session.bound).ok).toBe(true);
    expect(count(media.downstreamOffer(), "a=msrp-cema")).toBe(0);
    void media.close();
    await w.bed.clock.advanceAsync(3_000);
  });
});
