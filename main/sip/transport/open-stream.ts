import type { SocketError, Sockets, TcpConnection } from "../../base/ports.ts";
import { err, type Result } from "../../base/result.ts";
import type { Target } from "./flow.ts";
import { socketError } from "./socket-failure.ts";
import type { TransportTls } from "./transport-options.ts";

/** A place that connections lead to. */
export interface StreamTarget extends Pick<Target, "remote" | "name"> {
  readonly transport: "tcp" | "tls";
}

export type StreamOpener = (
  target: StreamTarget,
  signal: AbortSignal,
  timeoutMs: number,
) => Promise<Result<TcpConnection, SocketError>>;

/**
 * Opens connections for requests, over TLS where the target says so and never otherwise.
 * @param localHost address to connect from, asked each time
 */
export function streamOpener(
  sockets: Sockets,
  localHost: () => string,
  tls: TransportTls | undefined,
): StreamOpener {
  return (target, signal, timeoutMs) => {
    const options = { signal, localHost: localHost(), timeoutMs };
    if (target.transport === "tcp") return sockets.connectTcp(target.remote, options);
    if (tls === undefined) {
      return Promise.resolve(err(socketError("EPROTONOSUPPORT", "TLS is not spoken here")));
    }
    const { identity, listen } = tls;
    return sockets.connectTls(target.remote, {
      ...options,
      ...(listen === undefined ? {} : { localHost: listen.host }),
      trust: tls.trustOf(target),
      ...(identity === undefined ? {} : { identity }),
    });
  };
}
