import type { EventSource, Undo } from "../../base/events.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { flowKey, type Target } from "./flow.ts";
import type { TransportEvents } from "./transport-events.ts";

interface KeptPlace {
  readonly target: Target;
  readonly nextPingMs: () => number;
  /** Called once, when there is no such connection or it has failed; never before the call returns. */
  readonly onLost: () => void;
}

/** Pings the connection to a place after `nextPingMs` each time (RFC 5626 §4.4.1). */
export function keepConnectionAlive(
  pool: ConnectionPool,
  events: EventSource<TransportEvents>,
  { target, nextPingMs, onLost }: KeptPlace,
): Undo {
  const { transport, remote, name } = target;
  const place = { remote, ...(name === undefined ? {} : { name }) };
  const connection = transport === "udp" ? undefined : pool.findTo({ transport, ...place });
  let isWatched = true;
  const lost = (): void => {
    if (isWatched) onLost();
    isWatched = false;
  };
  if (connection === undefined) {
    queueMicrotask(lost);
    return () => {
      isWatched = false;
    };
  }
  const key = flowKey(connection.flow);
  const undo = events.on("flowClosed", ({ flow }) => {
    if (flowKey(flow) === key) lost();
  });
  connection.keepAlive(nextPingMs);
  return () => {
    isWatched = false;
    undo();
    connection.keepAlive(undefined);
  };
}
