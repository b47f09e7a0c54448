import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BuiltInNetwork, HomeNetwork } from "./built-in-network.node.ts";
import {
  isLabAlive,
  isOwnerAlive,
  type LabRecord,
  ownRecord,
  readRecord,
  removeRecord,
  runtimeFolder,
  writeRecord,
} from "./lab-record.node.ts";
import { lockFile, type ProfileLock } from "./profile-lock.node.ts";
import { UserError } from "./user-error.ts";

/** A network that runs, whoever started it. */
export type RunningNetwork = Pick<BuiltInNetwork, "networks" | "lost" | "stop">;

export type StartNetwork = () => Promise<RunningNetwork>;

/** How long another program may take to start the network. */
const JOIN_MS = 30_000;
const POLL_MS = 150;
/** How soon a network that is gone is noticed. */
const WATCH_MS = 1000;

/**
 * The one built-in network of this user on this machine. Its owner holds a lock as long as it runs; the system gives the
 * lock back however the owner ends, and the next program takes over.
 */
export interface Lab {
  readonly networks: readonly HomeNetwork[];
  /** This program runs it. */
  readonly isOwner: boolean;
  /** Resolves when the network is gone without `stop` being called here; who needs one joins anew. */
  readonly lost: Promise<void>;
  /** Ends the network where this program runs it. */
  stop(): Promise<void>;
}

/** Joins the network that runs on this machine, and starts one where there is none. */
export async function joinLab(start: StartNetwork, folder = runtimeFolder()): Promise<Lab> {
  const endMs = performance.now() + JOIN_MS;
  while (performance.now() < endMs) {
    const record = readRecord(folder);
    if (record !== undefined && (await isLabAlive(record))) return new JoinedLab(folder, record);
    const claimed = await claimLab(start, folder);
    if (claimed !== undefined) return claimed;
    await delay(POLL_MS);
  }
  throw new UserError(
    "network",
    "Another program is starting the built-in network and does not come to an end with it.",
    "Close the other windows of this program and try again.",
  );
}

/** Starts the network of this machine; undefined when another program runs one. */
export async function claimLab(
  start: StartNetwork,
  folder = runtimeFolder(),
): Promise<Lab | undefined> {
  const lock = lockFile(join(folder, "lab.lock"));
  if (lock === undefined) return undefined;
  try {
    const network = await start();
    writeRecord(folder, ownRecord(network.networks));
    return new OwnLab(folder, network, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

class OwnLab implements Lab {
  readonly networks: readonly HomeNetwork[];
  readonly isOwner = true;
  readonly lost: Promise<void>;
  readonly #folder: string;
  readonly #network: RunningNetwork;
  readonly #lock: ProfileLock;
  #stopping: Promise<void> | undefined;

  constructor(folder: string, network: RunningNetwork, lock: ProfileLock) {
    this.#folder = folder;
    this.#network = network;
    this.#lock = lock;
    this.networks = network.networks;
    this.lost = new Promise((resolve) => {
      void network.lost.then(async () => {
        if (this.#stopping !== undefined) return;
        // A part of a network is none: the rest goes, and the lock with it.
        await this.stop();
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    removeRecord(this.#folder);
    await this.#network.stop();
    this.#lock.release();
  }
}

class JoinedLab implements Lab {
  readonly networks: readonly HomeNetwork[];
  readonly isOwner = false;
  readonly lost: Promise<void>;
  readonly #watch: NodeJS.Timeout;

  constructor(folder: string, record: LabRecord) {
    this.networks = record.networks;
    const known = JSON.stringify(record);
    let tell = (): void => undefined;
    this.lost = new Promise((resolve) => {
      tell = resolve;
    });
    this.#watch = setInterval(() => {
      const now = readRecord(folder);
      if (JSON.stringify(now) === known && isOwnerAlive(record)) return;
      clearInterval(this.#watch);
      tell();
    }, WATCH_MS);
    // Whoever only joined is not kept running by it.
    this.#watch.unref();
  }

  stop(): Promise<void> {
    clearInterval(this.#watch);
    return Promise.resolve();
  }
}
