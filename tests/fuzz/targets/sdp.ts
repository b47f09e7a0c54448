import fc from "fast-check";
import { buildFileAnswer } from "../../../main/sdp/file-answer.ts";
import { readFileOffer } from "../../../main/sdp/file-offer.ts";
import { formatFileSelector, parseFileSelector } from "../../../main/sdp/file-selector.ts";
import { readSeries } from "../../../main/sdp/file-series.ts";
import { parseSdp } from "../../../main/sdp/parse.ts";
import { relaySdp } from "../../../main/sdp/relay.ts";
import { serializeSdp } from "../../../main/sdp/serialize.ts";
import type { SessionDescription } from "../../../main/sdp/session-description.ts";
import { hold, holdEqual } from "../hold.ts";
import { mutated, octets } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

const FILE = [
  "m=message 2855 TCP/MSRP *",
  "i=a title",
  "c=IN IP6 2001:db8::2",
  "a=sendonly",
  "a=accept-types:message/cpim text/*",
  "a=accept-wrapped-types:*",
  "a=max-size:900719925474099",
  "a=path:msrp://10.0.0.9:2855/rel;tcp msrp://10.0.0.1:2855/s1;tcp",
  "a=setup:actpass",
  'a=file-selector:name:"a%22b \xc3\xbc.pdf" type:application/pdf;x="%41 b" size:4096 hash:sha-256:' +
    Array.from({ length: 32 }, () => "AB").join(":"),
  "a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd",
  "a=file-disposition:attachment",
  'a=file-date:creation:"Mon, 15 May 2006 15:01:31 +0300" read:"Wed, 17 May 2006 15:01:31 GMT"',
  "a=file-icon:cid:id2@a.example",
  "a=file-range:1-4096",
  "a=msrp-cema",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "0F").join(":")}`,
];

export const SDP_CORPUS: readonly string[] = [
  [
    "v=0",
    "o=alice 2890844526 2890844526 IN IP4 10.0.0.1",
    "s=-",
    "c=IN IP4 10.0.0.1",
    "t=0 0",
    ...FILE,
    "",
  ].join("\r\n"),
  [
    "v=0",
    "o=- 1 18446744073709551615 IN IP6 ::1",
    "t=0 0",
    "a=setup:active",
    ...FILE,
    ...FILE,
    "",
  ].join("\n"),
  [
    "v=0",
    "o=- 1 1 IN IP4 h",
    "s= ",
    "i=x",
    "b=AS:1",
    "k=prompt",
    "m=audio 49170/2 RTP/AVP 0 96",
    "m=message 0 TCP/TLS/MSRP *",
    "",
  ].join("\r\n"),
];

const DICTIONARY = [
  ...[
    "\r\na=",
    "\r\nm=message 9 TCP/MSRP *",
    "\r\nc=IN IP4 1.2.3.4",
    "\r\ni=",
    "\r\nt=0 0",
    "\r\nv=0",
  ],
  ...[
    'name:"',
    "type:",
    "size:",
    "hash:sha-1:",
    "1-*",
    "msrp://h:1/s;tcp",
    "\r\na=sendrecv",
    "\r\nx=y",
  ],
];

const OWN = {
  origin: { user: "-", sessionId: "1", version: "1", addressType: "IP4", address: "h" },
  host: "10.0.0.7",
} as const;
const URI = {
  scheme: "msrp",
  host: "10.0.0.7",
  port: 2855,
  sessionId: "s",
  transport: "tcp",
  parameters: [],
} as const;

function reread(sd: SessionDescription, what: string): SessionDescription {
  const again = parseSdp(serializeSdp(sd));
  hold(again.ok, `${what} is read again${again.ok ? "" : `: ${again.error.what}`}`);
  return again.value;
}

/** What an INVITE's description goes through before the user has said a word, and right after. */
function checkOffer(sd: SessionDescription): void {
  const offer = readFileOffer(sd);
  readSeries(sd);
  const answer = buildFileAnswer(
    sd,
    sd.media.map(() => ({ accept: true, uri: URI, setup: "passive" }) as const),
    OWN,
  );
  if (answer.ok) {
    reread(answer.value, "an answer");
    holdEqual(answer.value.media.length, sd.media.length, "one line for each of the offer");
  }
  reread(relaySdp(sd, { ...OWN, media: sd.media.map(() => ({ uri: URI })) }), "what a relay sends");
  if (!offer.ok) return;
  for (const { selector } of offer.value) {
    const again = parseFileSelector(formatFileSelector(selector));
    hold(again.ok, "a selector that we write is read");
    holdEqual(again.value, selector, "the same selector");
  }
}

export const sdp: FuzzTarget = fuzzTarget(
  { name: "sdp", clause: "RFC 8866 §5, RFC 5547 §6", sliceRuns: 3000 },
  fc.property(mutated(SDP_CORPUS, DICTIONARY), (text) => {
    const parsed = parseSdp(octets(text));
    if (!parsed.ok) {
      const { statusHint, text: excerpt = "" } = parsed.error;
      hold(excerpt.length <= 200, "a typed error with a short excerpt");
      hold([400, 413, 488].includes(statusHint), "a status to refuse with");
      return;
    }
    const once = reread(parsed.value, "what we write");
    holdEqual(reread(once, "what we write again"), once, "writing is stable");
    holdEqual(
      once.media.map((media) => media.attributes),
      parsed.value.media.map((media) => media.attributes),
      "the same attributes",
    );
    checkOffer(parsed.value);
  }),
);
