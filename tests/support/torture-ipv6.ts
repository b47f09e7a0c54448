import { invalid, SDP, SDP_TYPE, type TortureMessage, valid } from "./torture-builder.ts";

const V6 = "2001:db8::9";

/** The purposes of RFC 5118 §4. */
export const IPV6: readonly TortureMessage[] = [
  valid(
    "RFC 5118 §4.1",
    "IPv6 references in URI, Via and Contact",
    {
      uri: `sip:[${V6}]`,
      more: [["Via", `SIP/2.0/UDP [${V6}:1];branch=z9hG4bKv6`]],
      set: { Contact: `<sip:alice@[${V6}]>` },
    },
    404,
  ),
  invalid("RFC 5118 §4.2", "an IPv6 address without its brackets", { uri: `sip:${V6}` }),
  valid(
    "RFC 5118 §4.3",
    "a port inside the brackets is a part of the address",
    { uri: `sip:[${V6}:5070]` },
    404,
  ),
  valid("RFC 5118 §4.4", "a port behind the brackets", { uri: `sip:[${V6}]:5070` }, 404),
  valid("RFC 5118 §4.5", "received in Via with brackets and without", {
    more: [
      ["Via", `SIP/2.0/UDP [${V6}];received=[${V6}:255];branch=z9hG4bKr1`],
      ["Via", `SIP/2.0/UDP [${V6}];received=${V6}:255;branch=z9hG4bKr2`],
    ],
  }),
  valid("RFC 5118 §4.6", "IPv6 addresses in a description", {
    method: "INVITE",
    more: SDP_TYPE,
    body: SDP.replaceAll("IP4 10.0.0.10", `IP6 ${V6}`),
  }),
  valid("RFC 5118 §4.7", "addresses of both kinds in the header fields", {
    more: [
      ["Via", `SIP/2.0/UDP [${V6}]:6050;branch=z9hG4bKm1`],
      ["Via", "SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKm2"],
    ],
    set: { Contact: `<sip:alice@10.0.0.10>, <sip:alice@[${V6}]>` },
  }),
  valid("RFC 5118 §4.8", "addresses of both kinds in a description", {
    method: "INVITE",
    more: SDP_TYPE,
    body: `${SDP}m=video 11 RTP/AVP 31\r\nc=IN IP6 ${V6}\r\n`,
  }),
  valid("RFC 5118 §4.9", "an IPv4 address mapped into IPv6", {
    more: [["Via", "SIP/2.0/UDP [::ffff:10.0.0.9]:5060;branch=z9hG4bKmapped"]],
  }),
  valid("RFC 5118 §4.10", "the third colon that an old grammar allowed", {
    more: [["Via", "SIP/2.0/UDP [2001:db8:::10.0.0.9]:5060;branch=z9hG4bKcolons"]],
  }),
];
