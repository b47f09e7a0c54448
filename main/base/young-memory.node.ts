import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const SWEEP_OCTETS = 4 * 1024 * 1024;

type Sweep = () => void;

let sweep: Sweep | undefined;
let octetsSince = 0;

/**
 * Counts octets that passed a socket, and frees what was dead of them now and then. Each read of a socket is a buffer
 * outside the heap that lives for a moment; left alone, V8 looks for dead ones when 64 MiB of them have gathered. The
 * sweep of young objects alone takes less than a millisecond (docs/performance.md).
 */
export function noteTraffic(octets: number): void {
  octetsSince += octets;
  if (octetsSince < SWEEP_OCTETS) return;
  octetsSince = 0;
  sweep ??= newSweep();
  sweep();
}

/** The only way to it that needs no option of the command line. */
function newSweep(): Sweep {
  setFlagsFromString("--expose-gc");
  // V8's own function, or nothing where the program that contains V8 forbids it.
  const collect = runInNewContext("globalThis.gc") as NodeJS.GCFunction | undefined;
  return () => {
    collect?.({ type: "minor" });
  };
}
