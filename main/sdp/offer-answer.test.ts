import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import type { MsrpUri } from "../base/msrp-uri.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import type { Result } from "../base/result.ts";
import { alignMedia } from "./align-media.ts";
import { isPathDiverted } from "./cema.ts";
import { buildFileAnswer, type FileDecision, readFileAnswer } from "./file-answer.ts";
import type { FileMedia } from "./file-media.ts";
import { buildFileOffer, type OfferedFile, readFileOffer } from "./file-offer.ts";
import { closeMedia, isUnchangedOffer, judgeLaterFile } from "./later-offer.ts";
import { parseSdp } from "./parse.ts";
import { relaySdp } from "./relay.ts";
import { serializeSdp } from "./serialize.ts";
import type { Origin, SessionDescription } from "./session-description.ts";

function value<T>(result: Result<T, { readonly what: string }>): T {
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
}

function uri(host: string, sessionId: string, scheme: "msrp" | "msrps" = "msrp"): MsrpUri {
  return { scheme, host, port: 2855, sessionId, transport: "tcp", parameters: [] };
}

function origin(address: string, version = "1"): Origin {
  return { user: "-", sessionId: "3941234567", version, addressType: "IP4", address };
}

function through(sd: SessionDescription): SessionDescription {
  return value(parseSdp(serializeSdp(sd)));
}

const HASH = [{ algorithm: "sha-1", hex: "72245fe8653ddaf371362f86d471913ee4a2ce2e" }];
const FILES: readonly OfferedFile[] = [
  {
    uri: uri("192.0.2.10", "Kx8v1aQ0s7Zr"),
    selector: { name: 'beach "one".jpg', type: "image/jpeg", sizeOctets: 195_490, hashes: HASH },
    transferId: "vBnG916bdberum2fFEABR1FR3ExZMUrd",
    disposition: "attachment",
    dates: { modificationMs: 1_147_694_491_000 },
    iconCid: "icon 1@a.example",
    title: "Holiday",
  },
  {
    uri: uri("192.0.2.10", "p3Nn77dEe2Wq"),
    selector: { name: "report.pdf", type: "application/pdf", sizeOctets: 1_048_577, hashes: [] },
    transferId: "Q6LMoGymJdh0IKIgD6wD0jkcfgva4xvE",
    range: { start: 4097, stop: 1_048_577 },
  },
  {
    uri: uri("192.0.2.10", "t9Uu5bGc1Yhx"),
    selector: { name: "empty.txt", type: "text/plain", sizeOctets: 0, hashes: [] },
    transferId: "h2Zc8rTqLw5mBvXo1yNd4kEaGuSiPf70",
  },
];
const OFFER = through(
  buildFileOffer({
    origin: origin("192.0.2.10"),
    host: "192.0.2.10",
    files: FILES,
    setup: "actpass",
  }),
);
const REFUSE: FileDecision = { accept: false };
const ACCEPT: FileDecision = {
  accept: true,
  uri: uri("198.51.100.7", "Jr4mE0yTq8Lk"),
  setup: "passive",
  maxSizeOctets: 104_857_600,
};
const ANSWERER = { origin: origin("198.51.100.7"), host: "198.51.100.7" };
const ANSWER = through(value(buildFileAnswer(OFFER, [REFUSE, ACCEPT, REFUSE], ANSWERER)));

function lines(sd: SessionDescription): readonly string[] {
  return serializeSdp(sd).toString().trimEnd().split("\r\n");
}

describe("RFC 5547 §8.2 offer of files to send", () => {
  it("MUST have one m= line per file with selector, id and the MSRP attributes", () => {
    expect(lines(OFFER)).toEqual([
      "v=0",
      "o=- 3941234567 1 IN IP4 192.0.2.10",
      "s=-",
      "c=IN IP4 192.0.2.10",
      "t=0 0",
      "m=message 2855 TCP/MSRP *",
      "i=Holiday",
      "a=sendonly",
      "a=setup:actpass",
      "a=accept-types:*",
      "a=path:msrp://192.0.2.10:2855/Kx8v1aQ0s7Zr;tcp",
      "a=msrp-cema",
      'a=file-selector:name:"beach %22one%22.jpg" type:image/jpeg size:195490 hash:sha-1:72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E',
      "a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd",
      "a=file-disposition:attachment",
      'a=file-date:modification:"Mon, 15 May 2006 12:01:31 +0000"',
      "a=file-icon:cid:icon%201@a.example",
      "m=message 2855 TCP/MSRP *",
      "a=sendonly",
      "a=setup:actpass",
      "a=accept-types:*",
      "a=path:msrp://192.0.2.10:2855/p3Nn77dEe2Wq;tcp",
      "a=msrp-cema",
      'a=file-selector:name:"report.pdf" type:application/pdf size:1048577',
      "a=file-transfer-id:Q6LMoGymJdh0IKIgD6wD0jkcfgva4xvE",
      "a=file-range:4097-1048577",
      "m=message 2855 TCP/MSRP *",
      "a=sendonly",
      "a=setup:actpass",
      "a=accept-types:*",
      "a=path:msrp://192.0.2.10:2855/t9Uu5bGc1Yhx;tcp",
      "a=msrp-cema",
      'a=file-selector:name:"empty.txt" type:text/plain size:0',
      "a=file-transfer-id:h2Zc8rTqLw5mBvXo1yNd4kEaGuSiPf70",
    ]);
  });

  it("is read back as it was offered", () => {
    const files = value(readFileOffer(OFFER));
    expect(files.map((file) => file.selector)).toEqual(FILES.map((file) => file.selector));
    expect(files[0]).toMatchObject({
      index: 0,
      port: 2855,
      connectionHost: "192.0.2.10",
      path: [FILES[0]?.uri],
      setup: "actpass",
      direction: "sendonly",
      acceptTypes: ["*"],
      isCema: true,
      transferId: FILES[0]?.transferId,
      disposition: "attachment",
      dates: { modificationMs: 1_147_694_491_000 },
      iconCid: "icon 1@a.example",
      title: "Holiday",
    });
    expect(files[1]?.range).toEqual({ start: 4097, stop: 1_048_577 });
  });

  it("MUST NOT be made without type, size and hash", () => {
    const [file] = FILES;
    if (file === undefined) throw new Error("no file");
    const nameOnly = { ...file, selector: { name: "x", hashes: [] } };
    expect(() =>
      buildFileOffer({ origin: origin("h"), host: "h", files: [nameOnly], setup: "active" }),
    ).toThrow(LocalProtocolError);
  });

  it("asks for a file without icon, disposition and dates (§8.2.2)", () => {
    const pull = buildFileOffer({
      origin: origin("h"),
      host: "2001:db8::1",
      files: FILES.slice(0, 1),
      setup: "active",
      direction: "recvonly",
    });
    expect(lines(pull).filter((line) => /icon|disposition|date|only|^c=/.test(line))).toEqual([
      "c=IN IP6 2001:db8::1",
      "a=recvonly",
    ]);
  });

  it("cannot smuggle lines through a title", () => {
    const files = FILES.slice(0, 1).map((file) => ({ ...file, title: "x\r\na=evil\0" }));
    const sd = buildFileOffer({ origin: origin("h"), host: "h", files, setup: "active" });
    expect(lines(sd)).toContain("i=x  a=evil ");
  });
});

describe("RFC 5547 §6 an offer as peers write it", () => {
  const base = "v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4 h\r\nt=0 0\r\n";
  const path = "a=path:msrp://h:9/s;tcp\r\n";

  function offerOf(...media: readonly string[]): SessionDescription {
    return value(parseSdp(Buffer.from(base + media.join(""))));
  }

  it("leaves out m= lines that are no file, and keeps the index of the others", () => {
    const files = value(
      readFileOffer(
        offerOf(
          "m=audio 9 RTP/AVP 0\r\n",
          `m=message 9 TCP/MSRP *\r\n${path}`,
          `m=message 9 tcp/msrp text/plain\r\n${path}a=file-selector:size:1\r\n`,
        ),
      ),
    );
    expect(files.map((file) => [file.index, file.transferId])).toEqual([[2, undefined]]);
  });

  it("keeps a closed line without path", () => {
    const files = value(
      readFileOffer(offerOf("m=message 0 TCP/MSRP *\r\na=file-selector:size:1\r\n")),
    );
    expect(files[0]).toMatchObject({ port: 0, path: [] });
  });

  it.each([
    ["no m= line", "", 488],
    ["only a chat", `m=message 9 TCP/MSRP *\r\n${path}`, 488],
    ["no path", "m=message 9 TCP/MSRP *\r\na=file-selector:size:1\r\n", 488],
    ["a broken path", "m=message 9 TCP/MSRP *\r\na=path:x\r\na=file-selector:size:1\r\n", 400],
    ["an empty selector", `m=message 9 TCP/MSRP *\r\n${path}a=file-selector\r\n`, 400],
    ["a broken size", `m=message 9 TCP/MSRP *\r\n${path}a=file-selector:size:x\r\n`, 400],
    [
      "a broken range",
      `m=message 9 TCP/MSRP *\r\n${path}a=file-selector:size:1\r\na=file-range:0-1\r\n`,
      400,
    ],
  ])("refuses %s", (_what, media, statusHint) => {
    const read = readFileOffer(offerOf(media));
    expect(read.ok ? undefined : read.error.statusHint).toBe(statusHint);
  });

  it("understands setup and direction at session level", () => {
    const files = value(
      readFileOffer(
        offerOf(
          "a=setup:active\r\na=sendonly\r\n",
          `m=message 9 TCP/MSRP *\r\n${path}a=file-selector:size:1\r\n`,
        ),
      ),
    );
    expect(files[0]).toMatchObject({ setup: "active", direction: "sendonly" });
  });
});

describe("RFC 5547 §8.3 answer", () => {
  it("accepts one of three: port 0 with selector and id for the others, recvonly and no offer-only attribute for it", () => {
    expect(lines(ANSWER)).toEqual([
      "v=0",
      "o=- 3941234567 1 IN IP4 198.51.100.7",
      "s=-",
      "c=IN IP4 198.51.100.7",
      "t=0 0",
      "m=message 0 TCP/MSRP *",
      'a=file-selector:name:"beach %22one%22.jpg" type:image/jpeg size:195490 hash:sha-1:72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E',
      "a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd",
      "m=message 2855 TCP/MSRP *",
      "a=recvonly",
      "a=setup:passive",
      "a=accept-types:*",
      "a=max-size:104857600",
      "a=path:msrp://198.51.100.7:2855/Jr4mE0yTq8Lk;tcp",
      "a=msrp-cema",
      'a=file-selector:name:"report.pdf" type:application/pdf size:1048577',
      "a=file-transfer-id:Q6LMoGymJdh0IKIgD6wD0jkcfgva4xvE",
      "a=file-range:4097-1048577",
      "m=message 0 TCP/MSRP *",
      'a=file-selector:name:"empty.txt" type:text/plain size:0',
      "a=file-transfer-id:h2Zc8rTqLw5mBvXo1yNd4kEaGuSiPf70",
    ]);
  });

  it("is read per file", () => {
    expect(value(readFileAnswer(OFFER, ANSWER))).toMatchObject([
      { index: 0, isAccepted: false, path: [] },
      {
        index: 1,
        isAccepted: true,
        path: [{ host: "198.51.100.7", sessionId: "Jr4mE0yTq8Lk" }],
        setup: "passive",
        maxSizeOctets: 104_857_600,
      },
      { index: 2, isAccepted: false, path: [] },
    ]);
  });

  it("refuses what has no decision, is closed or is no file", () => {
    const mixed = value(
      parseSdp(
        Buffer.concat([
          serializeSdp(closeMedia(OFFER, 0)),
          Buffer.from("m=audio 49170 RTP/AVP 0 8\r\na=ptime:20\r\n"),
        ]),
      ),
    );
    const answer = value(buildFileAnswer(mixed, [ACCEPT, REFUSE, REFUSE, ACCEPT], ANSWERER));
    expect(answer.media.map((media) => media.port)).toEqual([0, 0, 0, 0]);
    expect(lines(answer).slice(-1)).toEqual(["m=audio 0 RTP/AVP 0 8"]);
    expect(value(buildFileAnswer(OFFER, [], ANSWERER)).media.map((m) => m.port)).toEqual([0, 0, 0]);
  });

  it("is passive towards an active offerer whatever is preferred", () => {
    const active = through(
      buildFileOffer({ origin: origin("h"), host: "h", files: FILES, setup: "active" }),
    );
    const answer = value(buildFileAnswer(active, [{ ...ACCEPT, setup: "active" }], ANSWERER));
    expect(lines(answer)).toContain("a=setup:passive");
  });

  it("keeps the transport of the offer", () => {
    expect(() =>
      buildFileAnswer(OFFER, [{ ...ACCEPT, uri: uri("h", "s", "msrps") }], ANSWERER),
    ).toThrow(LocalProtocolError);
  });
});

describe("RFC 3264 §6 answers as peers and middleboxes write them", () => {
  function edited(edit: (text: string) => string): SessionDescription {
    return value(parseSdp(Buffer.from(edit(serializeSdp(ANSWER).toString()))));
  }
  function accepted(answer: SessionDescription): readonly boolean[] {
    return value(readFileAnswer(OFFER, answer)).map((file) => file.isAccepted);
  }

  it("tolerates sendrecv, missing mirrored attributes and echoed offer attributes", () => {
    const sloppy = edited((text) =>
      text
        .replaceAll("a=recvonly", "a=sendrecv\r\na=file-disposition:render\r\na=connection:new")
        .replaceAll(/a=file-(selector|transfer-id).*\r\n/g, ""),
    );
    expect(accepted(sloppy)).toEqual([false, true, false]);
  });

  it("finds the line by its id when lines with port 0 are gone or moved", () => {
    const [first, second, third] = ANSWER.media;
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    expect(accepted({ ...ANSWER, media: [second] })).toEqual([false, true, false]);
    expect(accepted({ ...ANSWER, media: [second, first, third] })).toEqual([false, true, false]);
    const aligned = value(alignMedia(OFFER, { ...ANSWER, media: [second] }));
    expect(aligned.media.map((media) => media.port)).toEqual([0, 2855, 0]);
  });

  it("refuses to guess: too few lines without id, or an id that was not offered", () => {
    const [, second] = ANSWER.media;
    if (second === undefined) throw new Error();
    const nameless = { ...second, attributes: second.attributes.slice(0, 5) };
    const strange = [...nameless.attributes, { name: "file-transfer-id", value: "other" }];
    for (const media of [[nameless], [second, { ...second, attributes: strange }]]) {
      const read = readFileAnswer(OFFER, { ...ANSWER, media });
      expect(read.ok ? undefined : read.error.statusHint).toBe(488);
    }
  });

  it("refuses an accepted line without a path", () => {
    const read = readFileAnswer(
      OFFER,
      edited((text) => text.replace(/a=path.*\r\n/, "")),
    );
    expect(read.ok ? undefined : read.error.statusHint).toBe(488);
  });

  it("never takes a file that the offer had closed", () => {
    const closed = closeMedia(OFFER, 1);
    expect(value(readFileAnswer(closed, ANSWER)).map((file) => file.isAccepted)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("RFC 5547 §8.1 Figure 3, later offers", () => {
  const known = value(readFileOffer(OFFER));
  const [first] = known;
  if (first === undefined) throw new Error("no file");
  const other = { ...first.selector, name: "other", hashes: [] };

  it.each([
    ["port 0", { ...first, port: 0 }, "closed"],
    ["same id, same file", first, "continue"],
    ["same id, other file", { ...first, selector: other }, "conflict"],
    ["changed id, same file", { ...first, transferId: "new" }, "replace"],
    ["changed id, other file", { ...first, transferId: "new", selector: other }, "replace"],
    ["another line", { ...first, index: 7, transferId: "new" }, "new"],
    ["same id moved to another line", { ...first, index: 7 }, "continue"],
  ])("%s", (_what, offered, judged) => {
    expect(judgeLaterFile(known, offered)).toBe(judged);
  });

  it("MUST NOT start again under the id of a file that is closed", () => {
    expect(judgeLaterFile([{ ...first, port: 0 }], first)).toBe("conflict");
  });

  it("takes a closed line into use for another file", () => {
    expect(judgeLaterFile([{ ...first, port: 0 }], { ...first, transferId: "new" })).toBe("new");
  });

  it("compares peers without ids by line and file", () => {
    const text = serializeSdp(OFFER)
      .toString()
      .replaceAll(/a=file-transfer-id.*\r\n/g, "");
    const [nameless] = value(readFileOffer(value(parseSdp(Buffer.from(text)))));
    if (nameless === undefined) throw new Error("no file");
    expect(judgeLaterFile([nameless], nameless)).toBe("continue");
  });

  it("RFC 4975 §8.4: the same o= line is a refresh", () => {
    expect(isUnchangedOffer(OFFER, through(OFFER))).toBe(true);
    expect(isUnchangedOffer(OFFER, closeMedia(OFFER, 0))).toBe(false);
  });
});

describe("RFC 5547 §8.4 ending one file", () => {
  it("sets port 0, keeps selector and id, and counts the version up", () => {
    const closed = through(closeMedia(OFFER, 1));
    expect(closed.media.map((media) => media.port)).toEqual([2855, 0, 2855]);
    expect(closed.origin.version).toBe("2");
    expect(value(readFileOffer(closed))[1]).toMatchObject({
      transferId: FILES[1]?.transferId,
      selector: FILES[1]?.selector,
    });
  });

  it("counts past 2^64 without loss", () => {
    const sd = { ...OFFER, origin: origin("h", "18446744073709551615") };
    expect(closeMedia(sd, 0).origin.version).toBe("18446744073709551616");
  });
});

describe("RFC 6714 §4.3 and RFC 4975 §8.2, who is where", () => {
  const [file] = value(readFileOffer(OFFER));
  if (file === undefined) throw new Error("no file");
  it.each([
    ["c= and m= equal to the path", file, false],
    ["another host", { ...file, connectionHost: "203.0.113.9" }, true],
    ["another port", { ...file, port: 4000 }, true],
    ["the discard port", { ...file, port: 9 }, false],
    ["a closed line", { ...file, port: 0 }, false],
  ])("%s", (_what, media, isDiverted) => {
    expect(isPathDiverted(media)).toBe(isDiverted);
  });
});

describe("OMA CPM 8.2 relay of a description by the Participating Function", () => {
  const fingerprint = `${"0F:".repeat(31)}F0`;
  const relay = { origin: origin("203.0.113.1", "9"), host: "203.0.113.1", fingerprint };
  const sd = value(
    parseSdp(
      Buffer.from(
        serializeSdp(OFFER)
          .toString()
          .replace("t=0 0\r\n", "t=0 0\r\na=setup:actpass\r\na=x-session:1\r\n")
          .replace("i=Holiday\r\n", "i=Holiday\r\nc=IN IP4 192.0.2.99\r\nb=AS:1\r\n")
          .replace("a=sendonly\r\n", "a=x-unknown:1\r\na=sendonly\r\na=max-size:5000\r\n"),
      ),
    ),
  );
  const relayed = relaySdp(sd, {
    ...relay,
    media: [
      { uri: uri("203.0.113.1", "leg2"), setup: "actpass", maxSizeOctets: 9000 },
      "keep-refused",
      { uri: uri("203.0.113.1", "leg3", "msrps"), setup: "active", maxSizeOctets: 9000 },
    ],
  });

  it("names itself alone: no address or session of the other leg is left", () => {
    const text = serializeSdp(relayed).toString();
    for (const secret of ["192.0.2", "Kx8v1aQ0s7Zr", "p3Nn77dEe2Wq", "t9Uu5bGc1Yhx"])
      expect(text).not.toContain(secret);
  });

  it("leaves everything else untouched and in order", () => {
    expect(lines(relayed).slice(0, 20)).toEqual([
      "v=0",
      "o=- 3941234567 9 IN IP4 203.0.113.1",
      "s=-",
      "c=IN IP4 203.0.113.1",
      "t=0 0",
      "a=x-session:1",
      `a=fingerprint:sha-256 ${fingerprint}`,
      "m=message 2855 TCP/MSRP *",
      "i=Holiday",
      "b=AS:1",
      "a=setup:actpass",
      "a=path:msrp://203.0.113.1:2855/leg2;tcp",
      "a=x-unknown:1",
      "a=sendonly",
      "a=max-size:5000",
      "a=accept-types:*",
      'a=file-selector:name:"beach %22one%22.jpg" type:image/jpeg size:195490 hash:sha-1:72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E',
      "a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd",
      "a=file-disposition:attachment",
      'a=file-date:modification:"Mon, 15 May 2006 12:01:31 +0000"',
    ]);
  });

  it("refuses with port 0, keeping selector and id, and announces the smaller max-size", () => {
    expect(relayed.media.map((media) => [media.port, media.protocol])).toEqual([
      [2855, "TCP/MSRP"],
      [0, "TCP/MSRP"],
      [2855, "TCP/TLS/MSRP"],
    ]);
    expect(lines(relayed).filter((line) => line.startsWith("a=max-size"))).toEqual([
      "a=max-size:5000",
      "a=max-size:9000",
    ]);
    expect(value(readFileOffer(relayed)).map((file) => file.transferId)).toEqual(
      FILES.map((file) => file.transferId),
    );
  });

  it("keeps port 0 of an answer", () => {
    const media = [uri("h", "1"), uri("h", "2"), uri("h", "3")].map((own) => ({ uri: own }));
    expect(relaySdp(ANSWER, { ...relay, media }).media.map((line) => line.port)).toEqual([
      0, 2855, 0,
    ]);
  });

  it("needs a decision for each line", () => {
    expect(() => relaySdp(OFFER, { ...relay, media: [] })).toThrow(LocalProtocolError);
  });
});

describe("RFC 3264 §6 any damage to an offer or answer", () => {
  it("is refused or read, never an exception, and never opens a line that was closed", () => {
    const texts = [OFFER, ANSWER].map((sd) => serializeSdp(sd).toString("latin1"));
    const damage = fc.record({
      of: fc.constantFrom(...texts),
      at: fc.nat({ max: 1500 }),
      cut: fc.nat({ max: 40 }),
      put: fc.oneof(
        fc.string({ unit: "binary-ascii", maxLength: 12 }),
        fc.constantFrom(
          '"',
          "\r\n",
          "m=message 1 TCP/MSRP *\r\n",
          "a=path:",
          "0",
          "99999999999999999",
        ),
      ),
    });
    const damaged = fc
      .array(damage, { minLength: 1, maxLength: 3 })
      .map((list) =>
        list.reduce(
          (text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut),
          list[0]?.of ?? "",
        ),
      );
    fc.assert(
      fc.property(damaged, (text) => {
        const parsed = parseSdp(Buffer.from(text, "latin1"));
        if (!parsed.ok) return;
        readFileAnswer(OFFER, parsed.value);
        const files = readFileOffer(parsed.value);
        if (files.ok) expectOneToOne(parsed.value, files.value);
      }),
      { numRuns: 1000 },
    );
  });

  function expectOneToOne(offer: SessionDescription, files: readonly FileMedia[]): void {
    const decisions = offer.media.map(() => REFUSE);
    for (const { index, protocol } of files) if (protocol === "TCP/MSRP") decisions[index] = ACCEPT;
    const answered = through(value(buildFileAnswer(offer, decisions, ANSWERER))).media;
    expect(answered).toHaveLength(offer.media.length);
    const reopened = answered.filter((line, at) => line.port > 0 && offer.media[at]?.port === 0);
    expect(reopened).toEqual([]);
  }
});
