import { lookup } from "node:dns/promises";
import { isIpAddress } from "./host-port.ts";
import type { Resolver } from "./ports.ts";

/**
 * The system's resolver (hosts file included), A and AAAA in the system's order. A name that does not exist, a
 * resolver that fails and an aborted question all give an empty list: for the caller there is nowhere to send to.
 */
export function systemResolver(): Resolver {
  return {
    addresses: async (host, signal) => {
      if (isIpAddress(host)) return [host];
      if (signal.aborted) return [];
      return Promise.race([lookUp(host), whenAborted(signal)]);
    },
  };
}

async function lookUp(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true, order: "verbatim" });
    return found.map((entry) => entry.address);
  } catch {
    // getaddrinfo's failures all mean the same here; the sender reports the name it could not reach.
    return [];
  }
}

function whenAborted(signal: AbortSignal): Promise<readonly string[]> {
  return new Promise((resolve) => {
    signal.addEventListener(
      "abort",
      () => {
        resolve([]);
      },
      { once: true },
    );
  });
}
