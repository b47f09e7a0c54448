import type { SocketError } from "../base/ports.ts";
import type { ConnectionLoss } from "./connection/connection.ts";
import type { MsrpFailure } from "./session/session.ts";

/** No connection came in time, or no answer on the one that we opened. */
export const NOBODY_CAME: MsrpFailure = {
  kind: "bind-timeout",
  message: "the peer did not connect or answer in time",
};

/** As above, but somebody tried. */
export const STRANGER_CAME: MsrpFailure = {
  kind: "untrusted",
  message: "somebody connected who did not show the certificate that was agreed",
};

export function connectFailure({ code, message }: SocketError): MsrpFailure {
  return code === "TLS_WRONG_FINGERPRINT"
    ? { kind: "untrusted", message: "the other side shows another certificate than agreed" }
    : { kind: "connect-failed", message: `connecting failed: ${message}` };
}

export function lossFailure({ kind, message }: ConnectionLoss): MsrpFailure {
  if (kind === "framing") return { kind, message };
  return { kind: kind === "lost" ? "connection-lost" : "closed", message };
}
