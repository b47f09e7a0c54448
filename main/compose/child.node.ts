import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { EventSource } from "../base/events.ts";
import { type JsonObject, readJsonLines } from "./json-lines.node.ts";
import { ownProgram } from "./own-program.ts";

export type ChildRole = "network" | "pf" | "client";

/** How long a child may take to end after its stdin was closed. */
const END_MS = 5_000;

/**
 * A child of this program: the own executable in a role of its own, steered by JSON lines. It ends when its stdin ends,
 * so that none survives a parent that was killed.
 */
export class Child {
  readonly name: string;
  readonly events = new EventSource<{
    readonly message: JsonObject;
    readonly exit: { readonly code: number | null };
  }>();
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #isRunning = true;

  /** @param name for people and for error messages */
  constructor(name: string, role: ChildRole, args: readonly string[]) {
    this.name = name;
    this.#process = spawn(process.execPath, [...programArguments(), `--role=${role}`, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
      // A signal from the terminal goes to the parent alone, which ends its children in order.
      detached: true,
    });
    const exited = once(this.#process, "exit");
    this.#exited = exited.then(
      () => {
        this.#finish(this.#process.exitCode);
      },
      () => {
        this.#finish(null);
      },
    );
    const { stdin, stdout } = this.#process;
    // A child that is gone closes the pipe; its exit is what is told.
    stdin?.on("error", () => undefined);
    if (stdout !== null) {
      readJsonLines(
        stdout,
        (message) => {
          this.events.emit("message", message);
        },
        (line) => process.stderr.write(`${name}: ${line}\n`),
      );
    }
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  send(message: object): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** The next message whose `event` is one of these; rejects when the child ends first or the time is over. */
  next(names: readonly string[], timeoutMs: number): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const undo = [
        this.events.on("message", (message) => {
          if (!names.includes(String(message["event"]))) return;
          done();
          resolve(message);
        }),
        this.events.on("exit", () => {
          done();
          reject(new Error(`${this.name} ended unexpectedly`));
        }),
      ];
      const timer = setTimeout(() => {
        done();
        reject(new Error(`${this.name} did not tell ${names.join(" or ")} in time`));
      }, timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        for (const each of undo) each();
      };
    });
  }

  /** Lets the child end by itself, kills it when it does not. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#process.stdin?.end();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), END_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #finish(code: number | null): void {
    this.#isRunning = false;
    this.events.emit("exit", { code });
  }
}

/** What stands before the role; nothing where this is an executable of its own. */
function programArguments(): readonly string[] {
  const isElectron = "electron" in process.versions;
  const { program } = ownProgram(process.argv, {
    isElectron,
    isDefaultApp: "defaultApp" in process,
  });
  return program.map((part) => (part.startsWith("-") ? part : resolve(part)));
}
