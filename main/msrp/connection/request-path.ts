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

/** Reads the paths of requests; those of one connection are the same ones nearly always, and read once then. */
export class RequestPaths {
  #toText = "";
  #fromText = "";
  #path: RequestPath | undefined;

  /** undefined where not even an answer is possible. Nothing is percent-decoded, nothing is connected to. */
  read(head: FrameHead): RequestPath | undefined {
    const toText = head.fields.get("to-path");
    const fromText = head.fields.get("from-path");
    if (toText === undefined || fromText === undefined) return undefined;
    if (toText !== this.#toText || fromText !== this.#fromText) {
      this.#path = readRequestPath(toText, fromText);
      this.#toText = toText;
      this.#fromText = fromText;
    }
    return this.#path;
  }
}

function readRequestPath(toText: string, fromText: string): RequestPath | undefined {
  const firstSpace = fromText.indexOf(" ");
  const previousHopText = firstSpace < 0 ? fromText : fromText.slice(0, firstSpace);
  const previousHop = parseMsrpUri(previousHopText);
  const from = parseMsrpUri(fromText.slice(fromText.lastIndexOf(" ") + 1));
  if (!previousHop.ok || !from.ok) return undefined;
  const to = parseMsrpUri(toText);
  return { to: to.ok ? to.value : undefined, toText, previousHopText, from: from.value };
}
