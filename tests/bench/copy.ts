import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CopyKind, GoRole, RoleDone, RoleReady, StartRole } from "./role-messages.ts";

export interface Payload {
  readonly path: string;
  readonly sizeOctets: number;
  readonly sha1: string;
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
}

/** Copies the payload once, from file to file through `relays` processes in between, each part a process of its own. */
export async function copy(
  kind: CopyKind,
  relays: number,
  payload: Payload,
  place: CopyPlace,
): Promise<CopyResult> {
  const { program, folder } = place;
  const target = await mkdtemp(join(folder, "in-"));
  const roles: StartRole["role"][] = [
    "sender",
    ...Array.from({ length: relays }, () => "relay" as const),
    "receiver",
  ];
  const children = roles.map(() => fork(program, { stdio: "inherit" }));
  try {
    const ready = await Promise.all(
      children.map((child, i) => {
        const role = roles[i] ?? "relay";
        const path = role === "sender" ? payload.path : target;
        return ask<RoleReady>(child, { role, kind, ...payload, path });
      }),
    );
    const begin = performance.now();
    // From the receiver back, so that everybody listens when the sender begins.
    const done = children.map((child, i) => {
      const go: GoRole = {
        nextPort: ready[i + 1]?.port ?? 0,
        previousUri: ready[i - 1]?.uris[1] ?? "",
        nextUri: ready[i + 1]?.uris[0] ?? "",
      };
      return () => ask<RoleDone>(child, go);
    });
    const results = await Promise.all(done.reverse().map((run) => run()));
    const seconds = (performance.now() - begin) / 1000;
    await Promise.all(children.map(exited));
    const failed = results.find((result) => !result.ok);
    if (failed !== undefined) throw new Error(`${kind}: ${failed.detail}`);
    return {
      seconds,
      cpuS: results.reduce((sum, result) => sum + result.cpuS, 0),
      peakRssMiB: results.map((result) => result.peakRssMiB).reverse(),
    };
  } finally {
    for (const child of children) child.kill();
    await rm(target, { recursive: true });
  }
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
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
