import fc from "fast-check";
import { parseMsrpUri } from "../../../main/base/msrp-uri.ts";
import { parseCpim } from "../../../main/cpm/body/cpim.ts";
import { parseNotification } from "../../../main/cpm/body/imdn.ts";
import { leavesOf } from "../../../main/cpm/body/multipart.ts";
import { RegInfoState } from "../../../main/cpm/registration/reg-info.ts";
import { FrameParser } from "../../../main/msrp/framing/frame-parser.ts";
import { readFileOffer } from "../../../main/sdp/file-offer.ts";
import { parseSdp } from "../../../main/sdp/parse.ts";
import { parseSipMessage } from "../../../main/sip/message/parse.ts";
import { SipStreamParser } from "../../../main/sip/message/stream-parser.ts";
import { validateRequest } from "../../../main/sip/message/validate.ts";
import { hold } from "../hold.ts";
import { octets } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";
import { workOf } from "../work-meter.ts";
import { SDP_CORPUS } from "./sdp.ts";
import { readEveryHeader } from "./sip-headers.ts";
import { SIP_CORPUS, SIP_DICTIONARY } from "./sip-messages.ts";

interface Reader {
  readonly name: string;
  readonly corpus: readonly string[];
  readonly words: readonly string[];
  readonly read: (bytes: Buffer) => unknown;
}

const NO_HANDLERS = {
  onHead: () => undefined,
  onBody: () => undefined,
  onEnd: () => undefined,
  onLost: () => undefined,
};
const PATHS = "To-Path: msrp://b:1/s;tcp\r\nFrom-Path: msrp://a:1/s;tcp\r\n";

function readSip(bytes: Buffer): void {
  const parsed = parseSipMessage(bytes);
  const message = parsed.ok ? parsed.value : parsed.error.partial;
  if (message === undefined) return;
  if (message.kind === "request") validateRequest(message);
  readEveryHeader(message);
}

function readSdp(bytes: Buffer): void {
  const parsed = parseSdp(bytes);
  if (parsed.ok) readFileOffer(parsed.value);
}

const MANY_FILES = `v=0\no=- 1 1 IN IP4 h\n${"m=message 9 TCP/MSRP *\na=path:msrp://h:1/s;tcp\na=file-selector:size:1\n".repeat(60)}`;

/** In pieces: what is kept between reads must not be looked at again and again. */
function inPieces(bytes: Buffer, push: (piece: Buffer) => void): void {
  for (let at = 0; at < bytes.length; at += 64) push(bytes.subarray(at, at + 64));
}

const READERS: readonly Reader[] = [
  { name: "SIP message", corpus: SIP_CORPUS, words: SIP_DICTIONARY, read: readSip },
  {
    name: "SIP stream",
    corpus: SIP_CORPUS,
    words: SIP_DICTIONARY,
    read: (bytes) => {
      const parser = new SipStreamParser();
      inPieces(bytes, (piece) => parser.push(piece));
    },
  },
  {
    name: "SDP",
    corpus: [...SDP_CORPUS, MANY_FILES],
    words: ["a=x\r\n", "a=x:y\n", "m=message 9 TCP/MSRP *\r\n", "b=x\r\n"],
    read: readSdp,
  },
  {
    name: "MSRP stream",
    corpus: [
      `MSRP a786hjs2 SEND\r\n${PATHS}Content-Type: text/plain\r\n\r\nbody\r\n-------a786hjs2$\r\n`,
    ],
    words: ["\r\n-------a786hjs2", "\r\n-------", "\r", "X: y\r\n", "-"],
    read: (bytes) => {
      const parser = new FrameParser(NO_HANDLERS);
      inPieces(bytes, (piece) => {
        parser.push(piece);
      });
    },
  },
  {
    name: "multipart",
    corpus: ["--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"],
    words: ["--b", "\r\n--b\r\n", "--b ", "\n--b", "a: b\r\n", " c\r\n"],
    read: (bytes) => leavesOf("multipart/mixed;boundary=b", bytes),
  },
  {
    name: "CPIM",
    corpus: ["From: <sip:a@x>\r\nNS: imdn <urn:x>\r\n\r\nContent-Type: a/b\r\n\r\nx"],
    words: ["a: b\r\n", " c\r\n", "\t\r\n", ":"],
    read: parseCpim,
  },
  {
    name: "IMDN",
    corpus: [
      "<imdn><message-id>m</message-id><delivery-notification><status><delivered/></status></delivery-notification></imdn>",
    ],
    words: ["<message-id>", "</", "<delivered", "&amp;", "<status "],
    read: parseNotification,
  },
  {
    name: "reginfo",
    corpus: [
      '<reginfo version="0" state="full"><registration aor="a"><contact id="1" state="active"><uri>sip:a@b</uri></contact></registration></reginfo>',
    ],
    words: [
      "<a>",
      "<a/>",
      " a='b'",
      "&lt;",
      "<!--",
      "-->",
      "&",
      "<a ",
      '<contact id="1">',
      "</contact>",
    ],
    read: (bytes) => new RegInfoState("a").take(bytes),
  },
  {
    name: "MSRP URI",
    corpus: ["msrp://a.example:1/s;tcp"],
    words: [";", "/", ":", "@"],
    read: (bytes) => parseMsrpUri(bytes.toString("latin1")),
  },
];

const BLANKS = [
  " ",
  "\t",
  "\r\n ",
  '"',
  "\\",
  "<",
  ">",
  ",",
  ";",
  "=",
  "(",
  "%41",
  "a",
  "\r\n",
  "\0",
  "\x80",
  ":",
];

/** What a parser may look at for each octet: some layers read the same header once each. */
const PER_OCTET = 120;
const ALLOWANCE = 60_000;

/**
 * A piece repeated inside a message, up to what a datagram may be: the work grows with the length and not with its
 * square (R4: one field of blanks took a parser 34 s).
 */
export const growth: FuzzTarget = fuzzTarget(
  { name: "growth", clause: "RFC 4475 §3.1, RFC 4975 §14", sliceRuns: 250 },
  fc.property(
    fc.nat(READERS.length - 1).chain((index) => {
      const reader = READERS[index];
      hold(reader !== undefined, "a reader");
      return fc.record({
        reader: fc.constant(reader),
        text: fc.constantFrom(...reader.corpus),
        at: fc.nat(3000),
        unit: fc.array(fc.constantFrom(...BLANKS, ...reader.words), { minLength: 1, maxLength: 3 }),
        octetCount: fc.constantFrom(4000, 16_000, 60_000),
      });
    }),
    ({ reader, text, at, unit, octetCount }) => {
      const place = at % (text.length + 1);
      const piece = unit.join("");
      const long = piece.repeat(Math.ceil(octetCount / piece.length));
      const bytes = octets(text.slice(0, place) + long + text.slice(place));
      const work = workOf(() => reader.read(bytes));
      const budget = PER_OCTET * bytes.length + ALLOWANCE;
      hold(
        work <= budget,
        `${reader.name}: ${String(work)} operations for ${String(bytes.length)} octets of ${JSON.stringify(piece)}`,
      );
    },
  ),
);
