import { parseDecimal } from "../base/decimal.ts";
import { compareMoments, type Hop, isBefore, type Moment, startOf } from "./hop.ts";
import type { OfferPath } from "./offer-path.ts";
import { roleOf } from "./session-leg.ts";

/** One MSRP message, a file, on all its hops. The Participating Functions keep its Message-ID (RFC 4975 §7.1.1). */
export interface MediaMessage {
  readonly messageId: string;
  /** SENDs with a body; the bodiless one that opens a session belongs to no file. */
  readonly sends: readonly Hop[];
  /** 200s to those SENDs. */
  readonly replies: readonly Hop[];
  /** 200s after its first chunk that answer no SEND of the trace: what they answer was not recorded. */
  readonly strayReplies: readonly Hop[];
}

/** The files of a trace in the order in which their first chunks were sent. */
export function findMedia(hops: readonly Hop[]): readonly MediaMessage[] {
  const sendsById = new Map<string, Hop[]>();
  for (const hop of hops) {
    const { method, messageId, hasBody } = hop.summary;
    if (method !== "SEND" || messageId === undefined || hasBody !== true) continue;
    const sends = sendsById.get(messageId);
    if (sends === undefined) sendsById.set(messageId, [hop]);
    else sends.push(hop);
  }
  const repliesByTid = groupReplies(hops);
  const strays = findStrays(hops, repliesByTid);
  return [...sendsById].map(([messageId, sends]) => ({
    messageId,
    sends,
    replies: sends.flatMap((send) => repliesTo(send, repliesByTid)),
    strayReplies: strays.filter((hop) =>
      sends.some((send) => isBefore(startOf(send), startOf(hop))),
    ),
  }));
}

/** Replies to no SEND at all, those without a body included. */
function findStrays(
  hops: readonly Hop[],
  repliesByTid: ReadonlyMap<string, readonly Hop[]>,
): readonly Hop[] {
  const answered = new Set<Hop>();
  for (const hop of hops) {
    if (hop.summary.method !== "SEND") continue;
    for (const reply of repliesTo(hop, repliesByTid)) answered.add(reply);
  }
  return [...repliesByTid.values()].flat().filter((hop) => !answered.has(hop));
}

export function mediaStart(message: MediaMessage): Moment {
  const [first] = message.sends.toSorted((a, b) => compareMoments(startOf(a), startOf(b)));
  if (first === undefined) throw new Error("a media message has at least one SEND");
  return startOf(first);
}

/** The chunk that begins the file on one hop, told by its place: a later one may stand alone in a damaged trace. */
export function firstChunk(message: MediaMessage, from: string, to: string): Hop | undefined {
  const begin = Math.min(...message.sends.map(chunkStart));
  return message.sends.find(
    (hop) => hop.from === from && hop.to === to && chunkStart(hop) === begin,
  );
}

/** 1-based; a SEND without Byte-Range holds the whole message (RFC 4975 §7.1.1). */
function chunkStart({ summary }: Hop): number {
  const range = summary.byteRange ?? "1-";
  return parseDecimal(range.slice(0, range.indexOf("-"))) ?? 1;
}

/** The chunk that ends the file on one hop: its continuation flag is `$`. */
export function lastChunk(message: MediaMessage, from: string, to: string): Hop | undefined {
  return message.sends.find(
    (hop) => hop.from === from && hop.to === to && hop.summary.flag === "$",
  );
}

/** The 200 that goes back over the hop that the last chunk took. */
export function replyToLastChunk(message: MediaMessage, from: string, to: string): Hop | undefined {
  const isBack = (hop: Hop): boolean => hop.from === to && hop.to === from;
  const last = lastChunk(message, from, to);
  if (last === undefined) return message.strayReplies.findLast(isBack);
  return message.replies.find((hop) => hop.summary.tid === last.summary.tid && isBack(hop));
}

/** The client that sends the file, told by the hop into the first Participating Function. */
export function senderOf(message: MediaMessage): string | undefined {
  return message.sends.find(({ from }) => roleOf(from) === "client")?.from;
}

/** The device that receives the file. */
export function receiverOf(message: MediaMessage): string | undefined {
  return message.sends.find(({ to }) => roleOf(to) === "client")?.to;
}

/** Whether an element is known by its `host:port` only. */
export function isAddress(element: string): boolean {
  return /:\d+$/.test(element);
}

/** The message with clients that are known by their addresses named as the SIP session names them. */
export function withClients(message: MediaMessage, path: OfferPath): MediaMessage {
  const name = (hop: Hop): Hop => withClient(hop, path);
  return {
    ...message,
    sends: message.sends.map(name),
    replies: message.replies.map(name),
    strayReplies: message.strayReplies.map(name),
  };
}

/** A SEND leaves the sender and reaches the device that accepted; 200s and REPORTs go the other way. */
export function withClient(hop: Hop, { sender, winner }: OfferPath): Hop {
  const isForward = hop.summary.method === "SEND";
  const from = isForward ? sender : winner;
  const to = isForward ? winner : sender;
  return {
    ...hop,
    from: isAddress(hop.from) ? (from ?? hop.from) : hop.from,
    to: isAddress(hop.to) ? (to ?? hop.to) : hop.to,
  };
}

function groupReplies(hops: readonly Hop[]): ReadonlyMap<string, readonly Hop[]> {
  const byTid = new Map<string, Hop[]>();
  for (const hop of hops) {
    const { status, tid } = hop.summary;
    if (hop.proto !== "msrp" || status !== 200 || tid === undefined) continue;
    const group = byTid.get(tid);
    if (group === undefined) byTid.set(tid, [hop]);
    else group.push(hop);
  }
  return byTid;
}

function repliesTo(send: Hop, byTid: ReadonlyMap<string, readonly Hop[]>): readonly Hop[] {
  const replies = byTid.get(send.summary.tid ?? "") ?? [];
  return replies.filter(({ from, to }) => from === send.to && to === send.from);
}
