import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface CpmEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

const CPM = [fileURLToPath(new URL("../../bin/cpm", import.meta.url))];
/** What `bin/cpm` starts once it has built it. */
const ENTRY = fileURLToPath(new URL("../../out/main/entry.js", import.meta.url));
/** A process that says nothing for so long hangs; the test fails with what it said. */
const PATIENCE_MS = 120_000;

/**
 * The program itself in one of its roles: it can be killed, and is watched by what `preloads` names. Another process has
 * built it.
 */
export function builtProgram(role: string, preloads: readonly string[] = []): readonly string[] {
  return [...preloads.flatMap((path) => ["--import", path]), ENTRY, `--role=${role}`];
}

/** A program that runs in a network namespace of its own (Linux, root). */
export interface InNamespace {
  readonly namespace: string;
  /** Default: `bin/cpm`. */
  readonly program?: readonly string[];
}

function commandOf(program: readonly string[] | InNamespace): readonly string[] {
  if (!("namespace" in program)) return [process.execPath, ...program];
  // It becomes what it starts: its process is the program's.
  const { namespace, program: inside = CPM } = program;
  return ["ip", "netns", "exec", namespace, process.execPath, ...inside];
}

const running = new Set<ChildProcessWithoutNullStreams>();
// A run that is broken off leaves nothing behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A real `cpm` process: its JSON events, its words, its end. */
export class CpmProcess {
  readonly events: CpmEvent[] = [];
  readonly name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Set<() => void>();
  #words = "";
  #exit: number | undefined;

  /** @param program what Node runs; without it `bin/cpm`, which builds first what is missing */
  constructor(
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    program: readonly string[] | InNamespace = CPM,
  ) {
    this.name = name;
    const [command = "", ...before] = commandOf(program);
    this.#child = spawn(command, [...before, ...args], {
      env: { ...process.env, ...env },
    });
    running.add(this.#child);
    // A process that was killed reads nothing; its end is what is told.
    this.#child.stdin.on("error", () => undefined);
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#take(line);
    });
    this.#child.stderr.on("data", (bytes: Buffer) => {
      this.#words += bytes.toString("utf8");
    });
    this.#child.on("close", (code, signal) => {
      running.delete(this.#child);
      this.#exit = code ?? (signal === null ? -1 : 128);
      this.#wake();
    });
  }

  /** The first event that fits; those that came already count. */
  async event(what: string, fits: (event: CpmEvent) => boolean = () => true): Promise<CpmEvent> {
    const find = (): CpmEvent | undefined =>
      this.events.find((event) => event.event === what && fits(event));
    await this.#until(`event ${what}`, () => find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error(`${this.name} ended without ${what}: ${this.story()}`);
    return found;
  }

  /** Exit code once the process has ended and its output is read. */
  async exit(): Promise<number> {
    await this.#until("exit", () => this.#exit !== undefined);
    return this.#exit ?? -1;
  }

  /** Ends it as a user would; kills it when that takes longer than the promised 5 s. */
  async stop(): Promise<number> {
    if (this.#exit !== undefined) return this.#exit;
    this.#child.kill("SIGTERM");
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), 8_000);
    await once(this.#child, "close");
    clearTimeout(killer);
    return this.exit();
  }

  /** Ends it without a word, where it is the program itself. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exit();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#exit === undefined;
  }

  /** A line on its standard input. */
  tell(message: object): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  story(): string {
    return `${this.events.map((event) => JSON.stringify(event)).join("\n")}\n${this.#words}`;
  }

  #take(line: string): void {
    try {
      this.events.push(JSON.parse(line) as CpmEvent);
    } catch {
      this.#words += `${line}\n`;
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #until(what: string, isDone: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!isDone() && this.#exit === undefined) return;
        this.#waiting.delete(check);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${this.name}: no ${what} in time\n${this.story()}`));
      }, PATIENCE_MS);
      this.#waiting.add(check);
      check();
    });
  }
}
