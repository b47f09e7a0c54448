import { formatMsrpUri, type MsrpUri } from "../../../main/base/msrp-uri.ts";
import { peerUri } from "../msrp-bed.ts";
import { answered, closes, frame, type MalformedCase, type Parts } from "./case.ts";

const FROM = formatMsrpUri(peerUri());

function to(change: (uri: MsrpUri) => string, more: Parts = {}): MalformedCase["octets"] {
  return (uri) => frame(uri, { to: change(uri), body: "abc", ...more });
}

function changed(part: Partial<MsrpUri>): (uri: MsrpUri) => string {
  return (uri) => formatMsrpUri({ ...uri, ...part });
}

/** Destinations that are no session here: refused, and never connected to. */
const ELSEWHERE: readonly (readonly [string, (uri: MsrpUri) => string])[] = [
  ["an unknown session", changed({ sessionId: "unknown00" })],
  [
    "a session id in other case",
    (uri) => formatMsrpUri(uri).replace(/\/([^/;]+);/, (all) => all.toUpperCase()),
  ],
  [
    "a session id with an escape",
    (uri) =>
      formatMsrpUri({
        ...uri,
        sessionId: `%${(uri.sessionId ?? "").charCodeAt(0).toString(16)}${(uri.sessionId ?? "").slice(1)}`,
      }),
  ],
  [
    "a session id with a path behind it",
    (uri) => formatMsrpUri({ ...uri, sessionId: `${uri.sessionId ?? ""}/..` }),
  ],
  ["no session id", (uri) => formatMsrpUri(uri).replace(/\/[^/;]+;/, ";")],
  ["another port", changed({ port: 1 })],
  ["another host", changed({ host: "10.0.0.77" })],
  ["another scheme", changed({ scheme: "msrps" })],
  ["another transport", changed({ transport: "udp" })],
  ["the secure shell of this machine", () => "msrp://127.0.0.1:22/x;tcp"],
  ["a metadata service", () => "msrp://169.254.169.254:80/latest;tcp"],
  ["a URI that is none", () => "sip:bob@b.example"],
  ["nothing", () => ""],
  ["a URI of 1,100 characters", changed({ sessionId: "s".repeat(1100) })],
  ["the session and a hop behind it", (uri) => `${formatMsrpUri(uri)} msrp://10.0.0.5:22/x;tcp`],
  ["a hop and the session behind it", (uri) => `msrp://10.0.0.5:22/x;tcp ${formatMsrpUri(uri)}`],
  ["the session twice", (uri) => `${formatMsrpUri(uri)} ${formatMsrpUri(uri)}`],
  ["100 hops", (uri) => Array.from({ length: 100 }, () => formatMsrpUri(uri)).join(" ")],
];

/** Senders that are not the negotiated peer. */
const STRANGERS: readonly (readonly [string, string])[] = [
  ["another session", FROM.replace("rawpeer0", "rawpeer1")],
  ["another host", FROM.replace("10.0.0.9", "10.0.0.66")],
  ["another port", FROM.replace("2855", "2856")],
  ["another scheme", FROM.replace("msrp:", "msrps:")],
  ["the peer before a stranger", `${FROM} msrp://10.0.0.66:1/x;tcp`],
];

export const PATHS: readonly MalformedCase[] = [
  ...ELSEWHERE.map(
    ([what, change]): MalformedCase =>
      answered(`a To-Path with ${what}`, to(change), 481, { received: "" }),
  ),
  ...STRANGERS.map(
    ([what, from]): MalformedCase =>
      answered(`a From-Path with ${what}`, to(formatMsrpUri, { from }), 403, { received: "" }),
  ),
  answered(
    "an unknown session that wants no answer",
    to(changed({ sessionId: "unknown00" }), { lines: ["Failure-Report: no"] }),
    [],
    { received: "" },
  ),
  answered(
    "a REPORT for an unknown session",
    to(changed({ sessionId: "unknown00" }), { method: "REPORT" }),
    [],
    { received: "" },
  ),
  answered(
    "a user in the URI, which does not count",
    to((uri) => formatMsrpUri({ ...uri, user: "root" })),
    200,
    { received: "abc" },
  ),
  answered(
    "a host in other case, which does not count",
    to((uri) => formatMsrpUri(uri).replace("msrp:", "MSRP:")),
    200,
    { received: "abc" },
  ),
  answered(
    "a parameter in the URI, which does not count",
    to((uri) => `${formatMsrpUri(uri)};x=y`),
    200,
    { received: "abc" },
  ),
  closes("a From-Path that is no URI", to(formatMsrpUri, { from: "sip:alice@a.example" })),
  closes("an empty From-Path", to(formatMsrpUri, { from: "" })),
  closes("a From-Path whose first hop is no URI", to(formatMsrpUri, { from: `nonsense ${FROM}` })),
];
