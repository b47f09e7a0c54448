import fc from "fast-check";
import { formatAuthValue, parseAuthValue } from "../../../main/sip/grammar/credentials.ts";
import { formatCSeq, parseCSeq } from "../../../main/sip/grammar/cseq.ts";
import { formatNameAddr, parseNameAddr } from "../../../main/sip/grammar/name-addr.ts";
import { formatReason, parseReason } from "../../../main/sip/grammar/reason.ts";
import { splitValues } from "../../../main/sip/grammar/split.ts";
import { parseParameterizedValue } from "../../../main/sip/grammar/value.ts";
import { formatVia, parseVia } from "../../../main/sip/grammar/via.ts";
import {
  addressesOf,
  callIdOf,
  contactsOf,
  cseqOf,
  expiresOf,
  fromOf,
  maxForwardsOf,
  recordRoutesOf,
  routesOf,
  toOf,
  viasOf,
} from "../../../main/sip/message/fields.ts";
import type { SipMessage } from "../../../main/sip/message/message.ts";
import { hold, holdEqual } from "../hold.ts";
import { mutated } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

const READERS = [
  ...[callIdOf, contactsOf, cseqOf, expiresOf, fromOf, maxForwardsOf],
  ...[recordRoutesOf, routesOf, toOf, viasOf],
] as const;

/** Nobody may be able to make a reader throw, whatever stands in a field. */
export function readEveryHeader(message: SipMessage): void {
  for (const read of READERS) read(message);
  for (const { name, value } of message.headers.fields) {
    addressesOf(message, name);
    splitValues(value);
    parseParameterizedValue(value);
    parseReason(value);
    parseAuthValue(value);
  }
}

interface Grammar {
  readonly read: (text: string) => { readonly ok: boolean; readonly value?: unknown };
  readonly write: (text: string) => string | undefined;
}

function grammar<T>(
  read: (text: string) => { readonly ok: true; readonly value: T } | { readonly ok: false },
  format: (value: T) => string,
): Grammar {
  return {
    read,
    write: (text) => {
      const parsed = read(text);
      return parsed.ok ? format(parsed.value) : undefined;
    },
  };
}

const GRAMMARS: readonly Grammar[] = [
  grammar(parseNameAddr, formatNameAddr),
  grammar(parseVia, formatVia),
  grammar(parseCSeq, formatCSeq),
  grammar(parseReason, formatReason),
  grammar(parseAuthValue, formatAuthValue),
];

const CORPUS = [
  '"Al\\"ice, <A>" <sip:alice@a.example;transport=tcp?x=y>;tag=1;x="a\\\\b"',
  'Bob of B <sip:bob@[2001:db8::1]:5070;lr>;q=0.5;+sip.instance="<urn:uuid:1>"',
  "sip:carol@b.example;tag=2",
  "tel:+1-201-555-0123;phone-context=x",
  "SIP/2.0/UDP [::1]:5060;branch=z9hG4bKx;received=10.0.0.1;rport",
  "SIP  /  2.0 / TCP  a.example : 5061 ; branch = z9hG4bK1",
  "4711 INVITE",
  'SIP;cause=200;text="Call completed elsewhere"',
  'Digest realm="a", nonce="b\\"c", algorithm=SHA-256, qop="auth,auth-int", stale=TRUE',
  'multipart/related; boundary="a b";type=x/y',
] as const;

/** What does not depend on how a thing was written: the value that reading gives, with or without quotes. */
function meaningOf(one: Grammar, text: string): unknown {
  const parsed = one.read(text);
  const value = JSON.stringify(parsed.value, (key, part: unknown) =>
    key === "quoted" || key === "uriText" ? undefined : part,
  );
  return parsed.ok ? value : undefined;
}

export const sipHeaders: FuzzTarget = fuzzTarget(
  { name: "sip-headers", clause: "RFC 3261 §20, §25", sliceRuns: 6000 },
  fc.property(mutated(CORPUS, ["SIP/2.0/UDP ", "<sip:", ";lr>", ";tag=", "Digest "]), (text) => {
    // A field's value never holds these: the message would not have been read.
    const value = text.replaceAll("\r", "").replaceAll("\n", "");
    for (const one of GRAMMARS) {
      const written = one.write(value);
      if (written === undefined) continue;
      hold(!written.includes("\n") && !written.includes("\r"), "no line end comes out");
      const again = one.write(written);
      hold(again !== undefined, `what we write we read: ${written}`);
      holdEqual(again, written, "writing is stable");
      holdEqual(meaningOf(one, written), meaningOf(one, value), "the same value");
    }
  }),
);
