import { networkInterfaces } from "node:os";
import { BuiltInNetwork } from "../../compose/built-in-network.node.ts";
import { Share } from "../../compose/share.node.ts";
import { demoAccounts } from "../../compose/users.node.ts";
import type { AppEngine } from "../ports.ts";
import { Engine } from "./engine.node.ts";
import type { EngineOptions } from "./engine-options.ts";

export type { EngineOptions } from "./engine-options.ts";

/**
 * Opens the application of one profile: its store, its cards, its account. Resolves as soon as windows can be shown;
 * signing in goes on meanwhile. Rejects with a `UserError` when the profile cannot be used at all.
 */
export function openEngine(options: EngineOptions): Promise<AppEngine> {
  return new Promise((resolve) => {
    const engine = new Engine(options, {
      startNetwork: () => BuiltInNetwork.start({ bind: "127.0.0.1", users: demoAccounts() }),
      startShare: (share) => Share.start(share),
      interfaces: networkInterfaces,
    });
    engine.start();
    resolve(engine);
  });
}
