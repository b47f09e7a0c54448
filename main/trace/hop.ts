import type { TraceRecord, TraceSummary } from "../../shared/model/trace-record.ts";

/** When and in which process a record was made. */
export interface Moment {
  /** Nanoseconds. */
  readonly t: bigint;
  readonly process: string;
  readonly n: number;
}

/** One message on its way from one element to the next: what one sent, paired with what the other received. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  readonly proto: "sip" | "msrp";
  readonly transport: "udp" | "tcp" | "tls";
  readonly summary: TraceSummary;
  /** First time it was sent; absent when the sender is not traced. */
  readonly sent?: Moment;
  /** First time it arrived; absent when it was lost or the receiver is not traced. */
  readonly received?: Moment;
  /** How often it was sent; above 1 after retransmissions. */
  readonly copies: number;
}

/** The first thing known of a hop. */
export function startOf(hop: Hop): Moment {
  const moment = hop.sent ?? hop.received;
  if (moment === undefined) throw new Error("a hop needs at least one record");
  return moment;
}

/** Where the cause is complete: it has arrived, as far as the trace tells. */
export function arrivalOf(hop: Hop): Moment {
  return hop.received ?? startOf(hop);
}

/** Strictly earlier: equal times of two processes decide nothing, those of one process are told apart by its counter. */
export function isBefore(a: Moment, b: Moment): boolean {
  if (a.t !== b.t) return a.t < b.t;
  return a.process === b.process && a.n < b.n;
}

/** Order for lists; ties keep the order of the records. */
export function compareMoments(a: Moment, b: Moment): number {
  if (a.t !== b.t) return a.t < b.t ? -1 : 1;
  return a.process === b.process ? a.n - b.n : 0;
}

/**
 * Pairs what was sent with what was received and names both ends, in the order of the hops' first records.
 * Retransmissions fall together in one hop.
 *
 * A SIP message is known by its top Via branch, which every hop renews (RFC 3261 §8.1.1.7; a response carries the one of
 * the request it answers), with method or status, CSeq and To tag. An MSRP message is known by its transaction id on its
 * connection (RFC 4975 §7.1).
 */
export function pairHops(records: readonly TraceRecord[]): readonly Hop[] {
  const names = elementsByAddress(records);
  const groups = new Map<string, TraceRecord[]>();
  for (const record of records) {
    const key = hopKey(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups.values()]
    .map((group) => toHop(group, names))
    .sort((a, b) => compareMoments(startOf(a), startOf(b)));
}

/** The records with `peer` replaced by the element that owns the remote address, where the trace tells it. */
export function nameElements(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const names = elementsByAddress(records);
  return records.map((record) => ({ ...record, peer: peerOf(record, names) }));
}

function hopKey(record: TraceRecord): string {
  const { summary } = record;
  const what = summary.method ?? String(summary.status ?? "");
  if (record.proto === "sip") {
    const { callId = "", cseq = "", topBranch = "", toTag = "" } = summary;
    return ["sip", what, callId, cseq, topBranch, toTag].join("\n");
  }
  const ends = record.dir === "out" ? [record.local, record.remote] : [record.remote, record.local];
  return ["msrp", what, summary.tid ?? "", ...ends].join("\n");
}

function toHop(group: readonly TraceRecord[], names: ReadonlyMap<string, string>): Hop {
  const sent = earliest(group.filter((record) => record.dir === "out"));
  const received = earliest(group.filter((record) => record.dir === "in"));
  const known = sent ?? received;
  if (known === undefined) throw new Error("a group of records is never empty");
  const copies = group.filter((record) => record.dir === known.dir).length;
  return {
    from: sent?.element ?? peerOf(known, names),
    to: received?.element ?? peerOf(known, names),
    proto: known.proto,
    transport: known.transport,
    // The receiver's view is complete where the sender recorded before it knew the flag.
    summary: { ...received?.summary, ...sent?.summary },
    ...(sent === undefined ? {} : { sent: momentOf(sent) }),
    ...(received === undefined ? {} : { received: momentOf(received) }),
    copies,
  };
}

function earliest(records: readonly TraceRecord[]): TraceRecord | undefined {
  let first: TraceRecord | undefined;
  for (const record of records) {
    if (first === undefined || isBefore(momentOf(record), momentOf(first))) first = record;
  }
  return first;
}

function momentOf(record: TraceRecord): Moment {
  return { t: BigInt(record.t), process: record.process, n: record.n };
}

function elementsByAddress(records: readonly TraceRecord[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const record of records) if (record.local !== "") names.set(record.local, record.element);
  return names;
}

function peerOf(record: TraceRecord, names: ReadonlyMap<string, string>): string {
  if (record.peer !== "" && record.peer !== record.remote) return record.peer;
  return names.get(record.remote) ?? record.remote;
}
