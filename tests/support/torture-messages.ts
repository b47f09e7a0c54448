import {
  type Fields,
  invalid,
  type Parts,
  raw,
  SDP,
  SDP_TYPE,
  type TortureMessage,
  text,
  valid,
} from "./torture-builder.ts";
import { IPV6 } from "./torture-ipv6.ts";

const BOB = "sip:bob@a.example";
const REGISTER: Parts = { method: "REGISTER", uri: "sip:a.example" };

function answer(
  status: string,
  set: Readonly<Record<string, string>> = {},
  more: Fields = [],
): Buffer {
  return text({ start: `SIP/2.0 ${status}`, set, more });
}

const SYNTAX: readonly TortureMessage[] = [
  {
    clause: "RFC 4475 §3.1.1.1",
    purpose:
      "folded lines, blanks around every separator, compact names, unusual case, unknown fields",
    uas: "taken",
    core: "taken",
    bytes: raw(
      "INVITE sip:bob@a.example;x-p=%20;y SIP/2.0",
      "TO :",
      ' "Bob \\\\\\" of B"   <sip:bob@a.example> ',
      'f   : "Al\\"ice"   <sip:alice@a.example>',
      "  ;",
      "  tag    = torture-fold",
      "MaX-fOrWaRdS: 0068",
      "i: fold.of.lines@10.0.0.10",
      "x-New:   a value",
      " over several",
      "\tlines;;,,;",
      "cSeQ  : 0009",
      "  INVITE",
      "V  : SIP  /   2.0",
      " / UDP",
      "    10.0.0.10",
      "  ; branch = z9hG4bKtorture-fold",
      "Unknown-Empty:",
      'm:"A <name>" <sip:alice@10.0.0.10;a=b>;p="q;r,s"',
      "s :",
      "Content-Type: application/sdp",
      `l : ${String(SDP.length)}`,
      "",
      SDP,
    ),
  },
  valid(
    "RFC 4475 §3.1.1.2",
    "every character that a method, a user part and a parameter may have",
    {
      method: "!odd-Method0123456789_*+`.%fine'~",
      uri: "sip:bob@a.example;p-._~!*'()=[]/:&+$%40;lr",
      more: [["!weird'~-._Name*+`%", "\ufeff\u5927\u505c\u96fb"]],
    },
  ),
  valid("RFC 4475 §3.1.1.3", "escapes where they are allowed", {
    uri: "sip:%62o%62@a.example;x=%00%7f",
  }),
  valid(
    "RFC 4475 §3.1.1.4",
    "an escaped NUL in a user part is a user like any other",
    {
      ...REGISTER,
      set: { Contact: "<sip:nul-%00-%00@10.0.0.10:5099>" },
    },
    401,
  ),
  valid("RFC 4475 §3.1.1.5", "a percent sign that begins no escape: the method stays as written", {
    method: "RE%47IST%45R",
    more: [["X-%66rom", "nobody"]],
  }),
  valid("RFC 4475 §3.1.1.6", "no blank between display name and angle bracket", {
    set: { From: "Alice<sip:alice@a.example>;tag=tight" },
  }),
  valid("RFC 4475 §3.1.1.7", "values far longer than usual", {
    method: "INVITE",
    set: {
      From: `"${"long name ".repeat(60)}" <sip:alice@a.example>;tag=${"t".repeat(300)}`,
      "Call-ID": `${"c".repeat(500)}@10.0.0.10`,
    },
    more: [["X-Long", "v".repeat(4000)], ...SDP_TYPE],
    body: SDP,
  }),
  valid("RFC 4475 §3.1.1.8", "octets behind the end of a datagram's message belong to nobody", {
    tail: "INVITE sip:nobody@nowhere.example SIP/2.0\r\nVia: x\r\n\r\n",
  }),
  valid(
    "RFC 4475 §3.1.1.9",
    "semicolons and what follows them inside a user part",
    {
      uri: "sip:bob;par=u%40x.example@a.example",
    },
    404,
  ),
  valid("RFC 4475 §3.1.1.10", "transports in Via that nobody speaks", {
    more: [
      ["Via", "SIP/2.0/SCTP t2.example;branch=z9hG4bK2"],
      ["Via", "SIP/2.0/X-Tin-Can t3.example;branch=z9hG4bK3"],
    ],
  }),
  valid("RFC 4475 §3.1.1.11", "a multipart body with octets of every value", {
    method: "MESSAGE",
    more: [["Content-Type", 'multipart/mixed;boundary="7a;b"']],
    body: Buffer.concat([
      Buffer.from("--7a;b\r\nContent-Type: application/octet-stream\r\n\r\n"),
      Buffer.from(Array.from({ length: 256 }, (_, at) => at)),
      Buffer.from("\r\n--7a;b--\r\n"),
    ]),
  }),
  {
    clause: "RFC 4475 §3.1.1.12",
    purpose: "a reason phrase beyond ASCII",
    uas: "dropped",
    core: "dropped",
    bytes: answer(
      "200 = 2**3 * 5**2 \u043d\u043e \u043d\u0435 \u0442\u043e\u043b\u044c\u043a\u043e",
    ),
  },
  {
    clause: "RFC 4475 §3.1.1.13",
    purpose: "an empty reason phrase",
    uas: "dropped",
    core: "dropped",
    bytes: answer("100 "),
  },
];

const BROKEN: readonly TortureMessage[] = [
  invalid("RFC 4475 §3.1.2.1", "separators with nothing between them", {
    method: "INVITE",
    more: [
      ["Via", "SIP/2.0/UDP 10.0.0.11;;,;,,"],
      ["Route", '"" <> ;,'],
    ],
  }),
  invalid("RFC 4475 §3.1.2.2", "a datagram shorter than its Content-Length", {
    method: "INVITE",
    set: { "Content-Length": "9999" },
    more: SDP_TYPE,
    body: SDP,
  }),
  invalid("RFC 4475 §3.1.2.3", "a negative Content-Length", {
    method: "INVITE",
    set: { "Content-Length": "-999" },
  }),
  invalid("RFC 4475 §3.1.2.4", "numbers beyond their fields", {
    ...REGISTER,
    set: { CSeq: "36893488147419103232 REGISTER", "Max-Forwards": "300" },
    more: [["Expires", "10000000000000000000000"]],
  }),
  {
    clause: "RFC 4475 §3.1.2.5",
    purpose: "numbers beyond their fields, in a response",
    uas: "dropped",
    core: "dropped",
    bytes: answer("503 Busy", { CSeq: "9292394834772304023312 OPTIONS" }, [
      ["Retry-After", "949302838503028349304023988"],
    ]),
  },
  invalid("RFC 4475 §3.1.2.6", "a quote that never ends", {
    set: { To: '"Bob <sip:bob@a.example>' },
  }),
  invalid("RFC 4475 §3.1.2.7", "a Request-URI in angle brackets", {
    start: `OPTIONS <${BOB}> SIP/2.0`,
  }),
  invalid("RFC 4475 §3.1.2.8", "a blank inside the Request-URI", {
    start: `OPTIONS ${BOB}; lr SIP/2.0`,
  }),
  invalid("RFC 4475 §3.1.2.9", "several blanks in the request line", {
    start: `OPTIONS  ${BOB}  SIP/2.0`,
  }),
  invalid("RFC 4475 §3.1.2.10", "blanks at the end of the request line", {
    start: `OPTIONS ${BOB} SIP/2.0  `,
  }),
  invalid("RFC 4475 §3.1.2.11", "header fields hidden in the Request-URI", {
    uri: `${BOB}?Route=%3Csip:a.example%3E`,
  }),
  valid("RFC 4475 §3.1.2.12", "a Date of another time zone: nobody needs it", {
    more: [["Date", "Fri, 01 Jan 2010 16:00:00 EST"]],
  }),
  {
    ...invalid("RFC 4475 §3.1.2.13", "a Contact whose URI needs angle brackets", {
      ...REGISTER,
      set: { Contact: "sip:bob@10.0.0.10:5099?Route=%3Csip:x%3E" },
    }),
    uas: "taken",
    core: 401,
  },
  invalid("RFC 4475 §3.1.2.14", "blanks inside the brackets of an address", {
    set: { To: '"Bob" < sip:bob@a.example >' },
  }),
  invalid("RFC 4475 §3.1.2.15", "a comma in a display name without quotes", {
    set: { From: "Example, Alice <sip:alice@a.example>;tag=comma" },
  }),
  invalid(
    "RFC 4475 §3.1.2.16",
    "another version of the protocol",
    { start: `OPTIONS ${BOB} SIP/7.0` },
    505,
  ),
  invalid("RFC 4475 §3.1.2.17", "a CSeq of another method", { set: { CSeq: "8 INVITE" } }),
  invalid("RFC 4475 §3.1.2.18", "an unknown method, and a CSeq of another one", {
    method: "NEWMETHOD",
    set: { CSeq: "8 INVITE" },
  }),
  {
    clause: "RFC 4475 §3.1.2.19",
    purpose: "a status code of ten digits",
    uas: "dropped",
    core: "dropped",
    bytes: answer("4294967301 better not break"),
  },
];

const ABOVE: readonly TortureMessage[] = [
  valid("RFC 4475 §3.2.1", "a branch that is nothing but the cookie", {
    set: { Via: "SIP/2.0/UDP 10.0.0.10:5060;branch=z9hG4bK" },
  }),
  invalid("RFC 4475 §3.3.1", "without From, To and Call-ID", {
    method: "INVITE",
    set: { From: "", To: "", "Call-ID": "" },
  }),
  invalid(
    "RFC 4475 §3.3.2",
    "a Request-URI of an unknown scheme",
    { uri: "no-such-scheme:opaque;x" },
    416,
  ),
  invalid(
    "RFC 4475 §3.3.3",
    "a Request-URI of a known scheme that is not ours",
    { uri: "soap.beep://10.0.0.2:3002" },
    416,
  ),
  {
    ...valid("RFC 4475 §3.3.4", "unknown schemes in To, From and Contact of a REGISTER", {
      ...REGISTER,
      set: {
        To: "isbn:2983792873",
        From: "<https://www.example>;tag=3234233",
        Contact: "<name:John_Smith>",
      },
    }),
    core: 401,
  },
  {
    ...invalid(
      "RFC 4475 §3.3.5",
      "extensions that nobody has",
      {
        more: [
          ["Require", "x-not-for-uas, x-nor-this"],
          ["Proxy-Require", "x-not-for-proxies"],
        ],
      },
      420,
    ),
  },
  valid("RFC 4475 §3.3.6", "a body of an unknown type", {
    method: "INVITE",
    more: [["Content-Type", "application/x-unheard-of"]],
    body: "<audio>\r\n",
  }),
  valid(
    "RFC 4475 §3.3.7",
    "credentials of an unknown scheme count as none",
    {
      ...REGISTER,
      more: [["Authorization", 'X-New realm="a.example", opaque-data="here"']],
    },
    401,
  ),
  invalid("RFC 4475 §3.3.8", "several values where one is allowed", {
    more: [
      ["Call-ID", "another@10.0.0.10"],
      ["To", "<sip:carol@a.example>"],
      ["From", "<sip:carol@a.example>;tag=2"],
      ["CSeq", "5 OPTIONS"],
      ["Max-Forwards", "5"],
    ],
  }),
  invalid("RFC 4475 §3.3.9", "Content-Lengths that differ", {
    more: [["Content-Length", "13"]],
    body: "longer than that",
  }),
  {
    clause: "RFC 4475 §3.3.10",
    purpose: "a response whose Via names a broadcast address",
    uas: "dropped",
    core: "dropped",
    bytes: text({
      start: "SIP/2.0 200 OK",
      set: { Via: "SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23" },
      more: [["Via", "SIP/2.0/UDP 10.0.0.10;branch=z9hG4bK2"]],
    }),
  },
  valid(
    "RFC 4475 §3.3.11",
    "Max-Forwards 0: as far as it goes",
    { set: { "Max-Forwards": "0" } },
    483,
  ),
  valid(
    "RFC 4475 §3.3.12",
    "a Contact without brackets: its parameters are the header's",
    {
      ...REGISTER,
      set: { Contact: "sip:bob@10.0.0.10:5098;x-unknown" },
    },
    401,
  ),
  valid(
    "RFC 4475 §3.3.13",
    "a Contact with a parameter of its URI",
    {
      ...REGISTER,
      set: { Contact: "<sip:bob@10.0.0.10:5097;x-unknown>" },
    },
    401,
  ),
  valid(
    "RFC 4475 §3.3.14",
    "a Contact whose URI holds a Route",
    {
      ...REGISTER,
      set: { Contact: "<sip:bob@10.0.0.10:5096?Route=%3Csip:x.example%3E>" },
    },
    401,
  ),
  valid("RFC 4475 §3.3.15", "an Accept that no answer can meet", {
    method: "INVITE",
    more: [["Accept", "text/x-unheard-of"], ...SDP_TYPE],
    body: SDP,
  }),
  valid("RFC 4475 §3.4.1", "an INVITE of RFC 2543: no branch, no tag, no Max-Forwards", {
    method: "INVITE",
    set: {
      Via: "SIP/2.0/UDP 10.0.0.10:5060",
      From: "<sip:alice@a.example>",
      "Max-Forwards": "",
    },
    more: SDP_TYPE,
    body: SDP,
  }),
];

/** Every purpose of RFC 4475 §3 and RFC 5118 §4, in their order. */
export const TORTURE: readonly TortureMessage[] = [...SYNTAX, ...BROKEN, ...ABOVE, ...IPV6];
