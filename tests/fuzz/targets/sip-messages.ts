import fc from "fast-check";
import type { HeaderField, SipHeaders } from "../../../main/sip/message/headers.ts";
import { type SipLimits, STREAM_LIMITS } from "../../../main/sip/message/limits.ts";
import type { SipMessage } from "../../../main/sip/message/message.ts";
import { parseSipMessage } from "../../../main/sip/message/parse.ts";
import { serializeSipMessage } from "../../../main/sip/message/serialize.ts";
import { SipStreamParser, type StreamItem } from "../../../main/sip/message/stream-parser.ts";
import { isUsableResponse, validateRequest } from "../../../main/sip/message/validate.ts";
import { TORTURE } from "../../support/torture-messages.ts";
import { hold, holdEqual } from "../hold.ts";
import { cuts, mutated, octets, pieces } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";
import { readEveryHeader } from "./sip-headers.ts";

export const SIP_CORPUS: readonly string[] = TORTURE.map(({ bytes }) => bytes.toString("latin1"));

export const SIP_DICTIONARY: readonly string[] = [
  ...[
    "SIP/2.0",
    "INVITE ",
    "\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx",
    "\r\nl: 4",
    "\r\nContent-Length: 0",
  ],
  ...[
    "\r\nTo:",
    "\r\nm: *",
    "\r\nRoute: <sip:x;lr>",
    "\r\n ",
    ";tag=1",
    ";lr",
    "sip:",
    "tel:+1",
    "[::1]",
    ":5060",
  ],
  ...[
    "\r\nCSeq: 1 INVITE",
    "\r\nMax-Forwards: 0",
    "Digest realm=",
    "P-Asserted-Identity : <sip:x>",
  ],
];

/** A serialized message may be longer than the one that was read, and then too long for us. */
function isAboutLength(what: string): boolean {
  return what.includes("too long") || what.includes("too many");
}

function sameMessage(a: SipMessage, b: SipMessage): void {
  const { headers: headersA, body: bodyA, ...restA } = a;
  const { headers: headersB, body: bodyB, ...restB } = b;
  holdEqual(restA, restB, "written and read again");
  holdEqual(otherFields(headersA), otherFields(headersB), "written and read again");
  hold(bodyA.equals(bodyB), "written and read again: body");
}

/** All but the lengths: one is written where none was, or several that agreed. */
function otherFields(headers: SipHeaders): readonly HeaderField[] {
  return headers.fields.filter((_, index) => headers.keyAt(index) !== "content-length");
}

function checkMessage(bytes: Buffer): void {
  const parsed = parseSipMessage(bytes);
  if (!parsed.ok) {
    const { statusHint, text = "" } = parsed.error;
    hold(text.length <= 200, "a typed error with a short excerpt");
    hold(statusHint >= 400 && statusHint < 600, "a status to refuse with");
    if (parsed.error.partial !== undefined) readEveryHeader(parsed.error.partial);
    return;
  }
  const message = parsed.value;
  if (message.kind === "request") validateRequest(message);
  else isUsableResponse(message);
  readEveryHeader(message);
  const written = serializeSipMessage(message);
  const again = parseSipMessage(written);
  if (!again.ok) {
    hold(isAboutLength(again.error.what), `what we write we read: ${again.error.what}`);
    return;
  }
  hold(serializeSipMessage(again.value).equals(written), "writing is stable");
  holdEqual(again.value.headers.get("Content-Length"), String(message.body.length), "a length");
  sameMessage(again.value, message);
}

/** Small enough that the fuzzer finds their edges. */
const TIGHT: SipLimits = {
  messageOctets: 900,
  headOctets: 420,
  headerFields: 12,
  lineOctets: 120,
  bodyOctets: 300,
};

function frames(list: readonly Buffer[], limits: SipLimits): readonly unknown[] {
  const parser = new SipStreamParser(limits);
  // A copy: what was handed out must not change when more arrives.
  const items = list.flatMap((piece) => parser.push(Buffer.from(piece)));
  return items.map(seen);
}

function seen(item: StreamItem): unknown {
  if (item.kind !== "message") return item;
  const { headers, body, ...rest } = item.message;
  return {
    ...rest,
    fields: headers.fields,
    body: body.toString("latin1"),
    raw: item.raw.toString("latin1"),
  };
}

export const sipMessages: FuzzTarget = fuzzTarget(
  { name: "sip", clause: "RFC 3261 §7, §18.3", sliceRuns: 4000 },
  fc.property(mutated(SIP_CORPUS, SIP_DICTIONARY), (text) => {
    checkMessage(octets(text));
  }),
);

export const sipStreams: FuzzTarget = fuzzTarget(
  { name: "sip-stream", clause: "RFC 3261 §18.3", sliceRuns: 2500 },
  fc.property(
    fc.array(mutated(SIP_CORPUS, SIP_DICTIONARY), { minLength: 1, maxLength: 3 }),
    cuts,
    fc.boolean(),
    (texts, sizes, isTight) => {
      const limits = isTight ? TIGHT : STREAM_LIMITS;
      const stream = octets(texts.join(""));
      const whole = frames([stream], limits);
      holdEqual(frames(pieces(stream, sizes), limits), whole, "the same however it is cut");
      const last = stream.subarray(0, 2 * TIGHT.messageOctets);
      const single = [...last].map((octet) => Buffer.from([octet]));
      holdEqual(frames(single, limits), frames([last], limits), "the same octet by octet");
    },
  ),
);
