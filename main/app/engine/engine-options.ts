import type { Instance } from "../../../shared/model/app-state.ts";
import type { Log } from "../../base/ports.ts";
import type { DesktopPort } from "../ports.ts";

/** What the shell knows when it starts the application of one profile. */
export interface EngineOptions {
  /** The device's own data; made when it is not there yet. */
  readonly profileFolder: string;
  readonly profileName: string;
  readonly desktop: DesktopPort;
  readonly instance: InstanceFacts;
  /** What to do without asking, for windows that are opened by another one or by a command. */
  readonly start?: EngineStart;
  readonly log: Log;
}

export type InstanceFacts = Pick<Instance, "code" | "isOneOfSeveral" | "isOneOfSet">;

export interface EngineStart {
  /** Signs in to the built-in network; a profile that has this account already keeps what it knows. */
  readonly tryHere?: {
    readonly aor: string;
    readonly displayName?: string;
    readonly deviceName: string;
    readonly colour?: string;
  };
}
