import type { BuiltInNetwork } from "./built-in-network.node.ts";
import type { UserAccount } from "./element-config.ts";
import type { ShareRecord } from "./share-record.node.ts";
import { UserError } from "./user-error.ts";

export interface SharedNetworkOptions {
  readonly folder: string;
  readonly host: string;
  readonly name: string;
  readonly users: readonly UserAccount[];
  readonly portBase?: number;
  readonly traceFolder?: string;
}

/** The built-in network with its doors for others, the same ones as the last time. */
export function startSharedNetwork(
  options: SharedNetworkOptions,
): Promise<{ readonly network: BuiltInNetwork; readonly record: ShareRecord }> {
  return Promise.reject(
    new UserError(
      "network",
      `The network cannot be shared at ${options.host}: nothing would be encrypted.`,
      "Use it on this computer only.",
    ),
  );
}
