import { formatMsrpUri, type MsrpUri } from "../../../main/base/msrp-uri.ts";
import type { SessionOptions } from "../../../main/msrp/session/session.ts";
import { peerUri } from "../msrp-bed.ts";

/** Input of a peer that breaks a rule or comes close to it, and what has to happen. */
export interface MalformedCase {
  readonly purpose: string;
  /** What the peer writes on the connection that its session is bound to; an octet a character. */
  readonly octets: (uri: MsrpUri) => string;
  /** Statuses that come back, in order. */
  readonly answers: readonly number[];
  /** Whether the connection is closed by us; otherwise a SEND after all this is answered 200. */
  readonly isClosed: boolean;
  /** All octets of bodies that reached the receiver, each in its place. */
  readonly received?: string;
  /** Chunks that had begun and broke. */
  readonly broken?: number;
  readonly session?: Partial<SessionOptions>;
}

type Octets = MalformedCase["octets"] | string;

function octetsOf(octets: Octets): MalformedCase["octets"] {
  return typeof octets === "string" ? () => octets : octets;
}

/** Framing is lost: no answer, and nothing after it is read. */
export function closes(purpose: string, octets: Octets): MalformedCase {
  return { purpose, octets: octetsOf(octets), answers: [], isClosed: true, received: "" };
}

/** Understood but wrong, or odd but right: answered, and the connection goes on. */
export function answered(
  purpose: string,
  octets: Octets,
  answers: readonly number[] | number,
  more: Partial<MalformedCase> = {},
): MalformedCase {
  const list = typeof answers === "number" ? [answers] : answers;
  return { purpose, octets: octetsOf(octets), answers: list, isClosed: false, ...more };
}

export interface Parts {
  readonly tid?: string;
  readonly method?: string;
  /** Value of To-Path; the session's URI when absent. */
  readonly to?: string;
  readonly from?: string;
  /** Instead of both path lines. */
  readonly paths?: string;
  readonly messageId?: string;
  readonly range?: string;
  /** Header lines without their CRLF. */
  readonly lines?: readonly string[];
  readonly type?: string;
  readonly body?: string;
  readonly flag?: string;
  /** Instead of the end-line. */
  readonly end?: string;
}

/** A frame by hand, right unless its parts say otherwise. */
export function frame(uri: MsrpUri, parts: Parts = {}): string {
  const { tid = "tid4mal0", method = "SEND", flag = "$" } = parts;
  const lines = [`MSRP ${tid} ${method}`, pathsOf(uri, parts), ...fieldsOf(parts)];
  return `${lines.join("\r\n")}\r\n${parts.end ?? `-------${tid}${flag}\r\n`}`;
}

function pathsOf(uri: MsrpUri, { paths, to, from }: Parts): string {
  const own = to ?? formatMsrpUri(uri);
  return paths ?? `To-Path: ${own}\r\nFrom-Path: ${from ?? formatMsrpUri(peerUri())}`;
}

function fieldsOf({ messageId = "message1", range, lines = [], type, body }: Parts): string[] {
  return [
    ...(messageId === "" ? [] : [`Message-ID: ${messageId}`]),
    ...(range === undefined ? [] : [`Byte-Range: ${range}`]),
    ...lines,
    ...(body === undefined ? [] : [`Content-Type: ${type ?? "text/plain"}`, "", body]),
  ];
}

/** A function of the session's URI: what most cases are. */
export function framed(...list: readonly Parts[]): MalformedCase["octets"] {
  return (uri) => list.map((parts) => frame(uri, parts)).join("");
}
