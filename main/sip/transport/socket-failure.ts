import type { SocketError } from "../../base/ports.ts";

/** The connection of a flow is gone, and nothing else may carry the message (RFC 5626 §5.3). */
export const FLOW_GONE = "FLOW_GONE";

/** It was to go over TLS, and the way there is another one. */
export const TLS_ONLY = "TLS_ONLY";

export function socketError(code: string, message: string): SocketError {
  return { kind: "socket-error", code, message };
}
