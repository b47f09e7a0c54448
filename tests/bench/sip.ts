import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "./bundle.ts";
import type { SipRoleDone, SipRoleReady, StartSipRole } from "./sip-role-messages.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** One figure of the SIP stack, with the least it has to be. */
export interface SipFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function holds({ value, atLeast, atMost }: SipFigure): boolean {
  return value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Infinity);
}

/**
 * The fastest of so many rounds: others use the machine too, and what they take away says nothing of the program.
 * Rounds alternate between all cases.
 */
export async function sipFigures(
  rounds: number,
  durationMs: number,
): Promise<readonly SipFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), "cpm-bench-sip-"));
  try {
    const program = await bundleProgram(ROOT, folder, "sip-role");
    const codec: number[] = [];
    const echoes: Exchange[] = [];
    const transactions: Exchange[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const alone = new Role(program, { role: "codec", durationMs, window: 0 });
      codec.push((await alone.done()).perSecond);
      echoes.push(await exchange(program, durationMs, "echo-"));
      transactions.push(await exchange(program, durationMs, ""));
    }
    return figuresOf(codec, echoes, transactions);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function figuresOf(
  codec: readonly number[],
  echoes: readonly Exchange[],
  transactions: readonly Exchange[],
): readonly SipFigure[] {
  const most = (values: readonly Exchange[], of: (one: Exchange) => number): number =>
    Math.max(...values.map(of));
  const perSecond = most(transactions, (one) => one.client.perSecond);
  const echoed = most(echoes, (one) => one.client.perSecond);
  const asked = most(transactions, (one) => one.client.perCpuS);
  const served = most(transactions, (one) => one.server.perCpuS);
  const delay = transactions.map((one) => Math.max(one.client.delayP99Ms, one.server.delayP99Ms));
  return [
    { name: "INVITEs parsed and written", value: Math.max(...codec), unit: "/s", atLeast: 50_000 },
    { name: "OPTIONS transactions, UDP loopback", value: perSecond, unit: "/s", atLeast: 10_000 },
    { name: "  plain datagrams there and back", value: echoed, unit: "/s" },
    { name: "  ratio", value: perSecond / echoed, unit: "" },
    { name: "  a second of CPU, side that asks", value: asked, unit: "/s" },
    { name: "  a second of CPU, side that answers", value: served, unit: "/s" },
    { name: "  event loop delay p99 meanwhile", value: Math.min(...delay), unit: "ms", atMost: 25 },
  ];
}

interface Side extends SipRoleDone {
  /** Transactions that a second of its CPU time is enough for. */
  readonly perCpuS: number;
}

interface Exchange {
  readonly client: Side;
  readonly server: Side;
}

async function exchange(
  program: string,
  durationMs: number,
  kind: "" | "echo-",
): Promise<Exchange> {
  const server = new Role(program, { role: `${kind}server`, durationMs, window: 0 });
  const { port } = await server.ready();
  server.go(0);
  const client = new Role(program, { role: `${kind}client`, durationMs, window: 64 });
  await client.ready();
  client.go(port);
  const asked = await client.done();
  server.go(0);
  const served = await server.done();
  return {
    client: { ...asked, perCpuS: asked.count / asked.cpuS },
    server: { ...served, perCpuS: asked.count / served.cpuS },
  };
}

class Role {
  readonly #child: ChildProcess;
  readonly #messages: unknown[] = [];
  #wake: () => void = () => undefined;
  #exit: number | null | undefined;

  constructor(program: string, start: StartSipRole) {
    this.#child = fork(program, {
      execArgv: process.execArgv.filter((one) => one.startsWith("--cpu-prof")),
    });
    this.#child.on("message", (message) => {
      this.#messages.push(message);
      this.#wake();
    });
    this.#child.on("exit", (code) => {
      this.#exit = code;
      this.#wake();
    });
    this.#child.send(start);
  }

  go(port: number): void {
    this.#child.send({ port });
  }

  async ready(): Promise<SipRoleReady> {
    return (await this.#next()) as SipRoleReady;
  }

  async done(): Promise<SipRoleDone> {
    return (await this.#next()) as SipRoleDone;
  }

  async #next(): Promise<unknown> {
    while (this.#messages.length === 0) {
      if (this.#exit !== undefined)
        throw new Error(`a process of the bench ended: ${String(this.#exit)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift();
  }
}

/** Prints the table. @returns false when a figure is not reached */
export async function printSipFigures(rounds: number, durationMs = 4000): Promise<boolean> {
  const figures = await sipFigures(rounds, durationMs);
  console.log(`SIP, fastest of ${String(rounds)} rounds`);
  for (const figure of figures) {
    const { name, value, unit, atLeast, atMost } = figure;
    const digits = value < 1 ? 2 : value < 100 ? 1 : 0;
    const bound = boundOf(atLeast, atMost);
    console.log(
      `${name.padEnd(44)} ${value.toFixed(digits).padStart(9)} ${unit.padEnd(3)} ${bound} ${holds(figure) ? "" : "MISSED"}`,
    );
  }
  return figures.every(holds);
}

function boundOf(atLeast: number | undefined, atMost: number | undefined): string {
  if (atLeast !== undefined) return `>= ${String(atLeast)}`;
  return atMost === undefined ? "" : `<= ${String(atMost)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isReached = await printSipFigures(Number(process.argv[2] ?? "3"));
  process.exitCode = isReached ? 0 : 1;
}
