import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { selfSignedIdentity } from "../../main/base/self-signed.node.ts";
import type { CopyKind, GoRole, RoleDone, RoleReady, StartRole } from "./role-messages.ts";

export interface Payload {
  readonly path: string;
  /** Of each file. */
  readonly sizeOctets: number;
  readonly sha1: string;
  readonly files: number;
}

export interface CopyPlace {
  /** What each process runs. */
  readonly program: string;
  /** Where received files go for a moment. */
  readonly folder: string;
}

export interface CopyResult {
  readonly seconds: number;
  /** All processes together. */
  readonly cpuS: number;
  /** From the sender over the relays to the receiver. */
  readonly peakRssMiB: readonly number[];
  /** Of the process whose event loop was late most. */
  readonly delayP99Ms: number;
}

export interface CopyWay {
  readonly kind: CopyKind;
  /** Processes between sender and receiver. */
  readonly relays: number;
  readonly maxChunkOctets?: number;
  readonly isTls?: boolean;
}

const HOUR_MS = 3_600_000;

function identityFor({ isTls }: CopyWay): Pick<StartRole, "identity"> {
  if (isTls !== true) return {};
  const [notBeforeMs, notAfterMs] = [Date.now() - HOUR_MS, Date.now() + HOUR_MS];
  return { identity: selfSignedIdentity({ names: ["127.0.0.1"], notBeforeMs, notAfterMs }) };
}

/** Copies the payload once, from file to file, each part of the way a process of its own. */
export async function copy(way: CopyWay, payload: Payload, place: CopyPlace): Promise<CopyResult> {
  const { kind, relays, maxChunkOctets } = way;
  const { program, folder } = place;
  const chunks = maxChunkOctets === undefined ? {} : { maxChunkOctets };
  const identity = identityFor(way);
  const target = await mkdtemp(join(folder, "in-"));
  const roles: StartRole["role"][] = [
    "sender",
    ...Array.from({ length: relays }, () => "relay" as const),
    "receiver",
  ];
  // For looking at one process: `node --cpu-prof --cpu-prof-dir=… tests/bench/run.ts`.
  const execArgv = process.execArgv.filter(
    (option) => option.startsWith("--cpu-prof") || option.startsWith("--trace-gc"),
  );
  const isProfiled = execArgv.length > 0;
  const children = roles.map(() => fork(program, { stdio: "inherit", execArgv }));
  try {
    const ready = await Promise.all(
      children.map((child, i) => {
        const role = roles[i] ?? "relay";
        const path = role === "sender" ? payload.path : target;
        return ask<RoleReady>(child, { role, kind, ...payload, ...chunks, ...identity, path });
      }),
    );
    const begin = performance.now();
    // From the receiver back, so that everybody listens when the sender begins.
    const done = children.map((child, i) => {
      const go: GoRole = {
        nextPort: ready[i + 1]?.port ?? 0,
        previousUris: ready[i - 1]?.farUris ?? [],
        nextUris: ready[i + 1]?.nearUris ?? [],
      };
      return async () => {
        const result = await ask<RoleDone>(child, go);
        // The others may wait for what never comes.
        if (!result.ok) throw new Error(`${kind}: ${result.detail}`);
        return result;
      };
    });
    const results = await Promise.all(done.reverse().map((run) => run()));
    const seconds = (performance.now() - begin) / 1000;
    return {
      seconds,
      cpuS: results.reduce((sum, result) => sum + result.cpuS, 0),
      peakRssMiB: results.map((result) => result.peakRssMiB).reverse(),
      delayP99Ms: Math.max(...results.map((result) => result.delayP99Ms)),
    };
  } finally {
    // A profile is written at an orderly end.
    for (const child of children) {
      if (isProfiled) child.disconnect();
      else child.kill("SIGKILL");
    }
    await Promise.all(children.map(exited));
    await rm(target, { recursive: true });
  }
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
}

function ask<Answer>(child: ChildProcess, message: StartRole | GoRole): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      reject(new Error(`a process of the bench ended with ${String(code)}`));
    };
    child.once("exit", onExit);
    child.once("message", (answer) => {
      child.off("exit", onExit);
      // Our own program on the other side of the channel: role.ts sends nothing else.
      resolve(answer as Answer);
    });
    child.send(message);
  });
}
