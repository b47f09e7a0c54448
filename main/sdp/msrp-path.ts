import { formatMsrpUri, type MsrpUri, parseMsrpUri } from "../base/msrp-uri.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type Connection, connectionTo, type SdpError, sdpError } from "./session-description.ts";

const MAX_PATH_URIS = 16;

/**
 * Reads `a=path` (RFC 4975 §8.2): the leftmost URI is the next hop, the rightmost the peer. Every URI needs a port and
 * a session id here, unlike in headers.
 */
export function parseMsrpPath(text: string): Result<readonly MsrpUri[], SdpError> {
  const words = text.split(" ").filter((word) => word !== "");
  if (words.length === 0 || words.length > MAX_PATH_URIS)
    return err(sdpError("a=path without a usable number of URIs", 400, text));
  const path: MsrpUri[] = [];
  for (const word of words) {
    const uri = parseMsrpUri(word);
    if (!uri.ok || uri.value.port === undefined || uri.value.sessionId === undefined)
      return err(sdpError("malformed URI in a=path", 400, word));
    path.push(uri.value);
  }
  return ok(path);
}

export function formatMsrpPath(path: readonly MsrpUri[]): string {
  return path.map(formatMsrpUri).join(" ");
}

/** `TCP/TLS/MSRP` for msrps, `TCP/MSRP` for msrp (RFC 4975 §8.1). */
export function msrpProtocol(uri: MsrpUri): "TCP/MSRP" | "TCP/TLS/MSRP" {
  return uri.scheme === "msrps" ? "TCP/TLS/MSRP" : "TCP/MSRP";
}

/** TLS as RFC 4975 §8.1 names it. */
export function isTlsProtocol(protocol: string): boolean {
  return protocol.toUpperCase() === "TCP/TLS/MSRP";
}

export function isMsrpProtocol(protocol: string): boolean {
  return protocol.toUpperCase() === "TCP/MSRP" || isTlsProtocol(protocol);
}

/**
 * What c= and m= say of our path: its first URI, which is a relay's where we have one (RFC 6714 §4.2).
 * @param host of the session's c= line
 */
export function reachedBy(
  path: readonly MsrpUri[],
  host: string,
): {
  readonly port: number;
  readonly protocol: "TCP/MSRP" | "TCP/TLS/MSRP";
  readonly connection?: Connection;
} {
  const [first] = path;
  if (first?.port === undefined) throw new LocalProtocolError("MSRP URI in SDP needs a port");
  const isElsewhere = path.length > 1 && first.host !== host;
  return {
    port: first.port,
    protocol: msrpProtocol(first),
    ...(isElsewhere ? { connection: connectionTo(first.host) } : {}),
  };
}
