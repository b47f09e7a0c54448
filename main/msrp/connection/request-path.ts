import { type MsrpUri, parseMsrpUri } from "../../base/msrp-uri.ts";
import type { FrameHead } from "../framing/frame-head.ts";

/** Where a request wants to go and whence it says it comes. */
export interface RequestPath {
  /** undefined where the request wants to be relayed (several URIs), or names nothing we can read. */
  readonly to: MsrpUri | undefined;
  /** As written, to go into To-Path of responses. */
  readonly toText: string;
  /** The previous hop, leftmost in From-Path: responses go there, and no further (RFC 4975 §7.2). */
  readonly previousHopText: string;
  /** The peer itself, rightmost in From-Path. */
  readonly from: MsrpUri;
}

/** undefined where not even an answer is possible. Nothing is percent-decoded, nothing is connected to. */
export function readRequestPath(head: FrameHead): RequestPath | undefined {
  const toText = head.fields.get("to-path");
  const fromText = head.fields.get("from-path");
  if (toText === undefined || fromText === undefined) return undefined;
  const firstSpace = fromText.indexOf(" ");
  const previousHopText = firstSpace < 0 ? fromText : fromText.slice(0, firstSpace);
  const previousHop = parseMsrpUri(previousHopText);
  const from = parseMsrpUri(fromText.slice(fromText.lastIndexOf(" ") + 1));
  if (!previousHop.ok || !from.ok) return undefined;
  const to = parseMsrpUri(toText);
  return { to: to.ok ? to.value : undefined, toText, previousHopText, from: from.value };
}
