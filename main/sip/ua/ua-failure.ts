import type { SocketError } from "../../base/ports.ts";

/** Why a request got no answer from its peer. */
export interface UaFailure {
  /** `protocol`: the peer's answer could not be used. */
  readonly kind: "timeout" | "transport" | "cancelled" | "closed" | "protocol";
  readonly message: string;
}

export function transportFailure(error: SocketError): UaFailure {
  return { kind: "transport", message: `${error.code}: ${error.message}` };
}
