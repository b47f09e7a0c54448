import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AbuseRole, Listening, TlsDoor } from "./messages.ts";

const KILL_MS = 3000;
const TICKS_PER_S = 100;

/** One process of the bench, which answers what it is told in order. */
export class Process {
  readonly #child: ChildProcess;
  readonly #messages: unknown[] = [];
  #wake: () => void = () => undefined;

  constructor(program: string, role: AbuseRole) {
    this.#child = fork(program);
    this.#child.on("message", (message) => {
      this.#messages.push(message);
      this.#wake();
    });
    this.#child.on("exit", () => {
      this.#wake();
    });
    this.tell(role);
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  async hear<T>(): Promise<T> {
    while (this.#messages.length === 0) {
      if (this.#child.exitCode !== null) throw new Error("a process of the bench ended");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    // Checked border: both sides are of the same build.
    return this.#messages.shift() as T;
  }

  /** Resident memory in MiB: now, and at most so far. */
  get memory(): { readonly nowMiB: number; readonly peakMiB: number } {
    const text = readFileSync(`/proc/${String(this.#child.pid)}/status`, "utf8");
    const of = (name: string): number => {
      const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
      return Number(kib) / 1024;
    };
    return { nowMiB: of("VmRSS"), peakMiB: of("VmHWM") };
  }

  /** CPU time that it has used. */
  get cpuS(): number {
    const text = readFileSync(`/proc/${String(this.#child.pid)}/stat`, "utf8");
    // After the name, which may hold blanks: field 3 and on.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), KILL_MS);
    await gone;
    clearTimeout(timer);
  }
}

/** A home network whose ports anybody can reach. */
export interface Servers {
  readonly core: Process;
  readonly pf: Process;
  readonly corePort: number;
  readonly msrpPort: number;
  readonly coreTls: TlsDoor;
  readonly msrpTls: TlsDoor;
}

export async function startServers(program: string, users: readonly string[]): Promise<Servers> {
  const pf = new Process(program, { kind: "pf" });
  const pfAt = await pf.hear<Listening>();
  const pfUri = `sip:127.0.0.1:${String(pfAt.port)};lr`;
  const core = new Process(program, { kind: "core", pf: pfUri, users });
  const { port, tls: coreTls } = await core.hear<Listening>();
  pf.tell({ core: `sip:127.0.0.1:${String(port)};lr` });
  const doors = { coreTls, msrpTls: pfAt.tls };
  return { core, pf, corePort: port, msrpPort: pfAt.msrpPort ?? 0, ...doors };
}
