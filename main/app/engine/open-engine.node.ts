import type { AppEngine } from "../ports.ts";
import type { EngineOptions } from "./engine-options.ts";

export type { EngineOptions, EngineStart } from "./engine-options.ts";

/**
 * Opens the application of one profile: its store, its cards, its account. Resolves as soon as windows can be shown;
 * signing in goes on meanwhile. Rejects with a `UserError` when the profile cannot be used at all.
 */
export function openEngine(options: EngineOptions): Promise<AppEngine> {
  return Promise.reject(new Error(`the engine of ${options.profileName} is not composed yet`));
}
