import { isLoopback } from "./host-port.ts";

/**
 * Which set of limits an element keeps. `lab`: everybody is a program on this machine, and measurements must not be slowed.
 * `open`: whoever reaches the port may use it.
 */
export type LimitProfile = "lab" | "open";

/** A wildcard address is open: it is reached from everywhere. */
export function limitProfileOf(listenHost: string): LimitProfile {
  return isLoopback(listenHost) ? "lab" : "open";
}
