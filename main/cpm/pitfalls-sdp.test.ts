import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  BIG,
  BOTH,
  expectGiven,
  expectTaken,
  NOTE,
  ONE,
  PitfallBed,
} from "../../tests/support/pitfall-bed.ts";
import { mediaOf, PEER_HOST, portOf } from "../../tests/support/pitfall-peer.ts";

// "from": the peer with the bad habit offers to us. "to": we offer to it.

let bed: PitfallBed;

beforeEach(async () => {
  bed = await PitfallBed.start();
});

afterEach(async () => {
  await bed.stop();
});

/** The m= blocks of a description after what stands before the first. */
function withMedia(sdp: string, change: (blocks: readonly string[]) => readonly string[]): string {
  const [session = "", ...blocks] = sdp.split(/(?=^m=)/m);
  return session + change(blocks).join("");
}

/** The same with lines added to every m= block. */
function adding(...lines: readonly string[]): (sdp: string) => string {
  const added = lines.map((line) => `${line}\r\n`).join("");
  return (sdp) => withMedia(sdp, (blocks) => blocks.map((block) => block + added));
}

describe("RFC 5547 §8.3.1 P7: a file offer answered with sendrecv", () => {
  it("to: MUST send to one that answers sendrecv", async () => {
    const peer = await bed.to({ editSdp: (sdp) => sdp.replaceAll("a=recvonly", "a=sendrecv") });
    expectGiven(bed, peer);
  });

  it.each(["sendonly", "sendrecv"])("from: MUST answer %s with recvonly", async (direction) => {
    const peer = await bed.from({
      editSdp: (sdp) => sdp.replaceAll("a=sendonly", `a=${direction}`),
    });
    expectTaken(bed);
    expect(peer.aliceSdp.match(/a=recvonly/g)).toHaveLength(2);
    expect(peer.aliceSdp).not.toContain("sendrecv");
  });
});

describe("RFC 4975 §6.1 P10: gateways that rewrite a=path and not To-Path and From-Path", () => {
  const REWRITTEN = "10.0.0.1:2855";

  it("from: MUST refuse what does not name our own path, and publish nothing", async () => {
    const statuses: number[] = [];
    await bed.from(
      (own) => ({
        byeReason: "SIP;cause=408",
        give: async (line, file) => {
          const path = file.path.replace(REWRITTEN, "198.51.100.1:7000");
          line.write(
            own().send({ ...file, path }, { tid: "bind", body: BIG, range: "1-*/300001" }),
          );
          statuses.push(await line.answer("bind"));
        },
      }),
      ONE,
    );
    expect(statuses).toEqual([481]);
    expect(bed.pair.alice.last("transfer").state).toBe("interrupted");
    expect(bed.pair.alice.received().size).toBe(0);
  });

  it("from: MUST refuse a From-Path that is not the one of the offer", async () => {
    const statuses: number[] = [];
    await bed.from(
      (own) => ({
        editSdp: (sdp) => sdp.replaceAll(`msrp://${PEER_HOST}:2855`, "msrp://198.51.100.1:7000"),
        give: async (line, file) => {
          line.write(own().send(file, { tid: "bind" }));
          statuses.push(await line.answer("bind"));
        },
      }),
      ONE,
    );
    // Without CEMA, c= and path that differ are refused before (RFC 6714 §4.3).
    expect([...statuses, bed.pair.alice.has("ringing")]).toEqual([false]);
  });

  it("to: MUST end in time, with what is true, where the peer knows neither path", async () => {
    const startMs = bed.pair.clock.nowMs();
    const peer = await bed.to({ onBind: () => 481 }, ONE);
    expect(bed.pair.alice.last("file")).toMatchObject({ state: "interrupted", code: "connection" });
    expect(bed.pair.clock.nowMs() - startMs).toBeLessThan(10_000);
    expect(peer.received.size).toBe(0);
  });

  it("to: MUST reach a peer behind a gateway that rewrites c= and m= alone (RFC 6714)", async () => {
    // The peer listens elsewhere than its path says.
    const peer = await bed.peer({
      editSdp: (sdp) =>
        sdp
          .replaceAll(`msrp://${PEER_HOST}:2855`, "msrp://192.168.1.7:4000")
          .replaceAll("a=accept-types:*", "a=msrp-cema\r\na=accept-types:*"),
    });
    peer.takes();
    await bed.send();
    expectGiven(bed, peer);
    expect(peer.sends[0]?.fields.get("to-path")).toBe("msrp://192.168.1.7:4000/s0;tcp");
  });
});

describe("RFC 8866 §5.7 P11: c= for the session and each file, connection twice", () => {
  const twice = adding(`c=IN IP4 ${PEER_HOST}`, "a=connection:new", "a=connection:new");
  const inPlace = (sdp: string): string =>
    // c= stands before the attributes.
    twice(sdp).replace(/^(m=.*\r\n)([\s\S]*?)(c=IN IP4 .*\r\n)/gm, "$1$3$2");

  it("from: MUST ring", async () => {
    await bed.from({ editSdp: inPlace });
    expectTaken(bed);
  });

  it("to: MUST send", async () => {
    expectGiven(bed, await bed.to({ editSdp: inPlace }));
  });
});

describe("RFC 4975 §6 P13: addresses of other families, and names", () => {
  it("from: MUST take files from a peer whose path has a name", async () => {
    const named = "msrp://peer.example:2855";
    await bed.from((own) => ({
      editSdp: (sdp) => sdp.replaceAll(`msrp://${PEER_HOST}:2855`, named),
      give: (line, file) => {
        const write = line.write.bind(line);
        line.write = (octets): void => {
          const text = Buffer.from(octets as Buffer).toString("latin1");
          write(text.replace(`From-Path: msrp://${PEER_HOST}:2855`, `From-Path: ${named}`));
        };
        return own().giveChunks(line, file, 65_536);
      },
    }));
    expectTaken(bed);
  });

  it("from: MUST take files from a peer that has IPv6 in its path and IPv4 on the wire", async () => {
    const path = "msrp://[2001:db8::7]:2855";
    await bed.from((own) => ({
      editSdp: (sdp) =>
        sdp
          .replaceAll(`msrp://${PEER_HOST}:2855`, path)
          .replaceAll(`c=IN IP4 ${PEER_HOST}`, "c=IN IP6 2001:db8::7"),
      give: (line, file) => {
        const write = line.write.bind(line);
        line.write = (octets): void => {
          const text = Buffer.from(octets as Buffer).toString("latin1");
          write(
            text.replace(
              `From-Path: msrp://${PEER_HOST}:2855`,
              "From-Path: msrp://[2001:DB8:0::7]:2855",
            ),
          );
        };
        return own().giveChunks(line, file, 65_536);
      },
    }));
    expectTaken(bed);
  });

  it("to: MUST end in time where the path names an address that cannot be reached", async () => {
    const startMs = bed.pair.clock.nowMs();
    const peer = await bed.to({
      editSdp: (sdp) =>
        sdp
          .replaceAll(`msrp://${PEER_HOST}:2855`, "msrp://[2001:db8::7]:2855")
          .replaceAll(`c=IN IP4 ${PEER_HOST}`, "c=IN IP6 2001:db8::7"),
    });
    expect(bed.pair.alice.last("transfer").state).toBe("interrupted");
    expect(bed.pair.clock.nowMs() - startMs).toBeLessThan(60_000);
    expect([peer.isByeSeen, peer.received.size]).toEqual([true, 0]);
  });

  it("to: MUST connect to c= where the path has a name that only a gateway of the peer knows", async () => {
    const peer = await bed.to({
      editSdp: (sdp) =>
        sdp
          .replaceAll(`msrp://${PEER_HOST}:2855`, "msrp://peer.example:2855")
          .replaceAll("a=accept-types:*", "a=msrp-cema\r\na=accept-types:*"),
    });
    expectGiven(bed, peer);
    expect(peer.sends[0]?.fields.get("to-path")).toBe("msrp://peer.example:2855/s0;tcp");
  });
});

describe("RFC 4975 §8.1 P14: transports and formats that are not ours", () => {
  it("from: MUST take the files whose line it can, beside one over a transport it does not know", async () => {
    const peer = await bed.from({
      editSdp: (sdp) => sdp.replace("TCP/MSRP *", "SCTP/MSRP *"),
    });
    expect(bed.pair.alice.received().get("note.txt")?.equals(NOTE)).toBe(true);
    expect(mediaOf(peer.aliceSdp).map(portOf)).toEqual([0, 2855]);
    expect(peer.aliceSdp).toContain("m=message 0 SCTP/MSRP *");
  });

  it.each(["message/cpim", "* text/plain", "nonsense"])(
    "from: MUST NOT mind the formats '%s'",
    async (formats) => {
      await bed.from({ editSdp: (sdp) => sdp.replaceAll("TCP/MSRP *", `tcp/msrp ${formats}`) });
      expectTaken(bed);
    },
  );

  it("to: MUST NOT mind other formats and another case in the answer", async () => {
    expectGiven(
      bed,
      await bed.to({ editSdp: (sdp) => sdp.replaceAll("TCP/MSRP *", "tcp/msrp text/plain") }),
    );
  });

  it("to: MUST NOT send over plain TCP where the answer says another transport", async () => {
    const peer = await bed.to({ editSdp: (sdp) => sdp.replaceAll("TCP/MSRP *", "SCTP/MSRP *") });
    expect(peer.received.size).toBe(0);
    expect(["failed", "interrupted"]).toContain(bed.pair.alice.last("transfer").state);
  });
});

describe("RFC 5547 §6 P18: identifiers from a clock, no hash, attributes of offers in answers, icons in multipart/mixed", () => {
  const ICON = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1]);

  it("from: MUST ring, and bring the files", async () => {
    const peer = await bed.from({
      editSdp: (sdp) =>
        adding(
          "a=file-disposition:attachment",
          "a=file-icon:cid:image@joyn.com",
        )(sdp).replace(/peer(\d)/g, "141172838350$1"),
      wrap: (sdp) => ({
        contentType: 'multipart/mixed; boundary="b1"',
        content: [
          ...["--b1", "Content-Type: application/sdp", "", sdp, "--b1"],
          ...["Content-Type: image/jpeg", "Content-Transfer-Encoding: base64"],
          ...["Content-ID: <image@joyn.com>", "", ICON.toString("base64"), "--b1--", ""],
        ].join("\r\n"),
      }),
    });
    expectTaken(bed);
    expect(peer.aliceSdp).toContain("a=file-transfer-id:1411728383500");
    for (const name of ["file-icon", "file-disposition"]) expect(peer.aliceSdp).not.toContain(name);
  });

  it("to: MUST send to one that answers with what belongs to offers", async () => {
    const peer = await bed.to({
      editSdp: adding(
        "a=file-disposition:attachment",
        "a=file-icon:cid:image@joyn.com",
        'a=file-date:creation:"Mon, 15 May 2006 15:01:31 +0300"',
      ),
    });
    expectGiven(bed, peer);
  });
});

describe("RFC 5547 §6 P21: no file-transfer-id", () => {
  const without = (sdp: string): string => sdp.replace(/^a=file-transfer-id:.*\r\n/gm, "");

  it("from: MUST take the files", async () => {
    const peer = await bed.from({ editSdp: without });
    expectTaken(bed);
    expect(peer.aliceSdp).not.toContain("file-transfer-id");
  });

  it("to: MUST send the files, matched by their places", async () => {
    expectGiven(bed, await bed.to({ editSdp: without }));
  });
});

describe("RFC 3264 §6 P22: m= lines with port 0 that are taken out or moved", () => {
  const THREE = new Map([...BOTH, ["third.txt", Buffer.from("third")]]);
  const refuse = (block: string): string => block.replace(/^m=message \d+/, "m=message 0");

  it.each<[string, (blocks: readonly string[]) => readonly string[]]>([
    ["takes out", ([, b = "", c = ""]) => [b, c]],
    ["moves to the end", ([a = "", b = "", c = ""]) => [b, c, refuse(a)]],
    ["leaves", ([a = "", b = "", c = ""]) => [refuse(a), b, c]],
  ])("to: MUST send the other files to one that %s the first line", async (_what, change) => {
    const peer = await bed.to({ editSdp: (sdp) => withMedia(sdp, change) }, THREE);
    expect(peer.received.get("s1")?.equals(NOTE)).toBe(true);
    expect(peer.received.get("s2")?.toString()).toBe("third");
    expect(peer.received.has("s0")).toBe(false);
    expect(bed.pair.alice.last("answered")).toMatchObject({ accepted: [1, 2], declined: [0] });
  });

  it("to: MUST NOT guess where lines in use cannot be told apart", async () => {
    const peer = await bed.to(
      {
        editSdp: (sdp) =>
          withMedia(sdp, ([, ...rest]) => rest).replace(/^a=file-transfer-id:.*\r\n/gm, ""),
      },
      THREE,
    );
    expect(peer.received.size).toBe(0);
    expect(["failed", "interrupted"]).toContain(bed.pair.alice.last("transfer").state);
  });

  it("from: MUST answer a line that the offerer has closed with port 0 in its place", async () => {
    const peer = await bed.from({
      editSdp: (sdp) => withMedia(sdp, ([a = "", b = ""]) => [refuse(a), b]),
    });
    expect(mediaOf(peer.aliceSdp).map(portOf)).toEqual([0, 2855]);
    expect(bed.pair.alice.received().get("note.txt")?.equals(NOTE)).toBe(true);
  });
});

describe("RFC 5547 §6 P23: the hash in lower case, or named otherwise", () => {
  const pairs = (content: Buffer): string =>
    createHash("sha1").update(content).digest("hex").match(/../g)?.join(":") ?? "";
  const hashed = (name: string, text: string): ((sdp: string) => string) => {
    return (sdp) => sdp.replace("size:300001", `size:300001 hash:${name}:${text}`);
  };

  it.each([
    ["sha-1", pairs(BIG)],
    ["SHA-1", pairs(BIG).toUpperCase()],
    ["sha1", pairs(BIG)],
  ])("from: MUST check what is offered as %s:%s", async (name, text) => {
    await bed.from({ editSdp: hashed(name, text) }, ONE);
    expectTaken(bed, ONE);
    expect(bed.pair.alice.last("file")).toMatchObject({ state: "complete", verified: true });
  });

  it.each(["sha-1", "sha1"])(
    "from: MUST find out by %s that the file is another one",
    async (name) => {
      await bed.from({ editSdp: hashed(name, pairs(NOTE)) }, ONE);
      expect(bed.pair.alice.last("file")).toMatchObject({ state: "failed", verified: false });
      expect(bed.pair.alice.received().has("big.txt")).toBe(false);
    },
  );

  it("to: MUST NOT mind how the answer writes the hash", async () => {
    const peer = await bed.to({
      editSdp: (sdp) =>
        sdp.replace(/hash:sha-1:(\S+)/gi, (_all, hex: string) => `hash:sha1:${hex.toLowerCase()}`),
    });
    expectGiven(bed, peer);
    expect(peer.aliceSdp).toMatch(/hash:sha-1:([0-9A-F]{2}:){19}[0-9A-F]{2}/);
  });
});
