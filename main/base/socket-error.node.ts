import type { SocketError } from "./ports.ts";

/** Node's error as the port tells it; without a code it is called UNKNOWN. */
export function toSocketError(error: Error): SocketError {
  const code = "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
  return { kind: "socket-error", code, message: error.message };
}
