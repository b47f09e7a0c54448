import fc from "fast-check";
import { formatHostPort, parseHostPort } from "../../../main/base/host-port.ts";
import { formatMsrpUri, parseMsrpUri, sameMsrpUri } from "../../../main/base/msrp-uri.ts";
import { aorOf, formatUri, parseUri, sameUri } from "../../../main/sip/grammar/uri.ts";
import { hold, holdEqual } from "../hold.ts";
import { mutated } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

const SIP = [
  "sip:alice@a.example",
  "sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?Subject=hi&X=%20",
  "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
  "tel:+1-201-555-0123;phone-context=example.com",
  "urn:service:sos",
];

const MSRP = [
  "msrp://a.example:2855/s1;tcp",
  "msrps://user@[2001:db8::1]:9/kjfjan;tcp;x=y",
  "MSRP://10.0.0.1:7654/jshA7weztas.%20-;TCP",
];

export const sipUris: FuzzTarget = fuzzTarget(
  { name: "sip-uri", clause: "RFC 3261 §19.1", sliceRuns: 8000 },
  fc.property(mutated(SIP, ["sip:", "%41", ";transport=udp", "::1"]), (text) => {
    const parsed = parseUri(text);
    if (!parsed.ok) {
      hold((parsed.error.text ?? "").length <= 200, "a short excerpt");
      return;
    }
    const uri = parsed.value;
    const written = formatUri(uri);
    const again = parseUri(written);
    hold(again.ok, `what we write we read: ${written}`);
    holdEqual(again.value, uri, "the same value");
    hold(sameUri(uri, again.value) && sameUri(again.value, uri), "equal to itself");
    // Whatever a key is made of, reading it as an address again leads to the same key.
    const key = parseUri(aorOf(uri));
    hold(key.ok && aorOf(key.value) === aorOf(uri), `an address keeps its key: ${aorOf(uri)}`);
  }),
);

export const msrpUris: FuzzTarget = fuzzTarget(
  { name: "msrp-uri", clause: "RFC 4975 §6", sliceRuns: 8000 },
  fc.property(mutated(MSRP, ["msrp://", ";tcp", "/s", "[::1]", "[[", "]]"]), (text) => {
    const parsed = parseMsrpUri(text);
    if (!parsed.ok) {
      hold(parsed.error.text.length <= 200, "a short excerpt");
      return;
    }
    const uri = parsed.value;
    const written = formatMsrpUri(uri);
    const again = parseMsrpUri(written);
    hold(again.ok, `what we write we read: ${written}`);
    holdEqual(again.value, uri, "the same value");
    hold(sameMsrpUri(uri, again.value), "equal to itself");
    hold(!written.includes(" ") && !written.includes("\r"), "fits into a path");
    if (uri.port === undefined) return;
    const place = { host: uri.host, port: uri.port };
    holdEqual(parseHostPort(formatHostPort(place)), place, "a place that can be connected to");
  }),
);
