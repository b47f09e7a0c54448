import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "../../main/storage/store.node.ts";
import { CpmProcess } from "../support/cpm-process.ts";
import { type Elements, type HookEnv, hookedProgram } from "./elements.ts";
import { hashOf, type KillPayload } from "./kill-payload.ts";
import type { KillPoint } from "./kill-points.ts";

/** What is on disk for good is not sent again: 8 MiB may not be for good yet, and one chunk was on its way. */
const MAX_TWICE_OCTETS = 9 * 1024 * 1024;
/** A sender that nobody has answered is cancelled by its user after this time. */
const UNANSWERED_MS = 3000;
/** A resume that brings nothing is given up by the user after this time; a lost session is waited for for 32 s. */
const GIVE_UP_MS = 45_000;
const FINAL_STATES = new Set(["verified", "confirmed", "complete"]);
const RUNNING_STATES = new Set(["offered", "ringing", "transferring"]);

export interface KillResult {
  /** The process died there; without it the transfer simply went through. */
  readonly isReached: boolean;
  /** How it was brought to its end. */
  readonly way: "undisturbed" | "by itself" | "resumed" | "sent anew" | "had arrived";
  /** Written to disk more than once. */
  readonly twiceOctets: number;
  readonly story: string;
  /** What is not as it must be; empty is good. */
  readonly wrong: readonly string[];
}

export interface KillBed {
  readonly elements: Elements;
  readonly folder: string;
}

/** Kills one process of a transfer at one point, goes on as a user would, and compares. */
export async function killCase(
  bed: KillBed,
  point: KillPoint,
  payload: KillPayload,
): Promise<KillResult> {
  const folder = await mkdtemp(join(bed.folder, "kill-"));
  const run = new KillRun(bed.elements, folder, point, payload);
  try {
    return await run.run();
  } finally {
    await run.end();
    await rm(folder, { recursive: true });
  }
}

class KillRun {
  readonly #elements: Elements;
  readonly #folder: string;
  readonly #point: KillPoint;
  readonly #payload: KillPayload;
  readonly #received: string;
  readonly #log: string;
  readonly #processes: CpmProcess[] = [];
  #receiver: CpmProcess | undefined;
  #way: KillResult["way"] = "undisturbed";

  constructor(elements: Elements, folder: string, point: KillPoint, payload: KillPayload) {
    this.#elements = elements;
    this.#folder = folder;
    this.#point = point;
    this.#payload = payload;
    this.#received = join(folder, "received");
    this.#log = join(folder, "log.jsonl");
  }

  async run(): Promise<KillResult> {
    const wrong: string[] = [];
    let isReached = true;
    try {
      isReached = await this.#transfer();
    } catch (error) {
      wrong.push(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
    }
    wrong.push(...(await this.#wrongs()));
    const twiceOctets = this.#twiceOctets();
    if (twiceOctets > MAX_TWICE_OCTETS) wrong.push(`${String(twiceOctets)} octets stored twice`);
    return { isReached, way: this.#way, twiceOctets, wrong, story: this.#story() };
  }

  /** @returns whether the process died where it was to die */
  async #transfer(): Promise<boolean> {
    const { victim } = this.#point;
    if (isElement(victim)) await this.#elements.restart(victim, this.#armed());
    this.#receiver = this.#start("client", this.#clientArgs(), victim === "receiver");
    await this.#receiver.event("ready");
    const sender = this.#start("send", this.#sendArgs(), victim === "sender");
    if (await this.#isKilled(sender)) {
      await this.#recover(sender);
      return true;
    }
    await sender.exit();
    return false;
  }

  async end(): Promise<void> {
    for (const each of this.#processes) if (each.isRunning) await each.kill();
    const { victim } = this.#point;
    if (isElement(victim)) await this.#elements.restart(victim);
  }

  #story(): string {
    return this.#processes.map((each) => `--- ${each.name}\n${each.story()}`).join("\n");
  }

  async #isKilled(sender: CpmProcess): Promise<boolean> {
    const { victim } = this.#point;
    const process =
      victim === "sender"
        ? sender
        : isElement(victim)
          ? this.#elements.process(victim)
          : this.#receiver;
    await Promise.race([process?.exit(), sender.exit()]);
    // The log is written before the process dies; the sender may have been faster to hear of it.
    return this.#logged().some(({ isKilled }) => isKilled);
  }

  async #recover(sender: CpmProcess): Promise<void> {
    const { victim } = this.#point;
    if (victim === "sender") {
      await this.#sendOn(sender);
      return;
    }
    if (victim === "core-b") await this.#restartCore(victim);
    else if (isElement(victim)) await this.#elements.restart(victim);
    else if (await this.#receiveOn(sender)) return;
    if ((await this.#outcomeOf(sender)) === 0) {
      if (this.#way === "undisturbed") this.#way = "by itself";
      return;
    }
    await this.#sendOn(sender);
  }

  /** The receiver is reached again once it has registered with the core that knows nothing. */
  async #restartCore(victim: "core-b"): Promise<void> {
    const known = new Set(this.#receiver?.events);
    await this.#elements.restart(victim);
    await this.#receiver?.event("registered", (event) => !known.has(event));
  }

  /** The receiver's program is started again. @returns whether that brought the file */
  async #receiveOn(sender: CpmProcess): Promise<boolean> {
    const resume = this.#start("resume", ["resume", ...this.#bob()]);
    const exit = await resume.exit();
    this.#receiver = this.#start("client", this.#clientArgs());
    await this.#receiver.event("ready");
    if (exit !== 0) return false;
    this.#way = "resumed";
    return (await this.#outcomeOf(sender)) === 0;
  }

  /** Exit code of the sender; who hears nothing gives up. */
  async #outcomeOf(sender: CpmProcess): Promise<number> {
    if (isAnswered(sender)) return sender.exit();
    const timer = setTimeout(() => {
      sender.signal("SIGTERM");
    }, UNANSWERED_MS);
    const answered = sender.event("answered").then(
      () => {
        clearTimeout(timer);
      },
      () => undefined,
    );
    const exit = await sender.exit();
    await answered;
    clearTimeout(timer);
    return exit;
  }

  /** The sender's user resumes what was taken, and sends again what was not, or cannot be resumed. */
  async #sendOn(sender: CpmProcess): Promise<void> {
    if (isAnswered(sender)) {
      const resume = this.#start("resume", ["resume", ...this.#alice()]);
      // Who was never asked cannot go on; the user does not wait for ever.
      const timer = setTimeout(() => {
        resume.signal("SIGTERM");
      }, GIVE_UP_MS);
      const exit = await resume.exit();
      clearTimeout(timer);
      if (exit === 0) {
        this.#way = "resumed";
        return;
      }
    }
    if (this.#finals().length > 0) {
      this.#way = "had arrived";
      return;
    }
    this.#way = "sent anew";
    await this.#start("send", this.#sendArgs()).exit();
  }

  async #wrongs(): Promise<string[]> {
    const wrong: string[] = [];
    const finals = this.#finals();
    if (finals.length !== 1) wrong.push(`${String(finals.length)} files have a final name`);
    for (const name of finals)
      if ((await hashOf(join(this.#received, name))) !== this.#payload.sha256)
        wrong.push(`${name} is not what was sent`);
    for (const each of this.#processes) if (each.isRunning) await each.stop();
    return [...wrong, ...this.#untruths()];
  }

  /** What the histories say that is not so. */
  #untruths(): readonly string[] {
    const has = this.#finals().length > 0;
    return (["alice", "bob"] as const).flatMap((who) => {
      const states = this.#states(who);
      const isRunning = states.some((state) => RUNNING_STATES.has(state));
      const knows = states.some((state) => FINAL_STATES.has(state));
      return [
        ...(isRunning ? [`${who} still believes it runs: ${states.join(" ")}`] : []),
        ...(has && !knows && this.#way !== "had arrived"
          ? [`${who} does not know that the file is there: ${states.join(" ")}`]
          : []),
      ];
    });
  }

  #states(who: "alice" | "bob"): readonly string[] {
    const store = openStore(join(this.#folder, who));
    if (!store.ok) return [`unreadable (${store.error.message})`];
    const entries = store.value.list();
    store.value.close();
    return entries.ok ? entries.value.map(({ state }) => state) : [entries.error.message];
  }

  #finals(): readonly string[] {
    if (!existsSync(this.#received)) return [];
    return readdirSync(this.#received).filter((name) => !name.endsWith(".part"));
  }

  #twiceOctets(): number {
    const stored = this.#logged().reduce((sum, line) => sum + line.storedOctets, 0);
    const names = existsSync(this.#received) ? readdirSync(this.#received) : [];
    const kept = names.reduce((sum, name) => sum + statSync(join(this.#received, name)).size, 0);
    return Math.max(0, stored - kept);
  }

  #logged(): readonly { readonly isKilled: boolean; readonly storedOctets: number }[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, "utf8").trim().split("\n");
    return lines.map(
      (line) => JSON.parse(line) as { readonly isKilled: boolean; readonly storedOctets: number },
    );
  }

  #start(name: string, args: readonly string[], isVictim = false): CpmProcess {
    const env = { CPM_PASSWORD: "demo", ...(isVictim ? this.#armed() : this.#watched()) };
    const process = new CpmProcess(name, [...args, "--json"], env, hookedProgram("cli"));
    this.#processes.push(process);
    return process;
  }

  #watched(): HookEnv {
    return { CPM_FAULT_LOG: this.#log, CPM_FAULT_MSRP: this.#elements.msrpPorts };
  }

  #armed(): HookEnv {
    const { when, place, nth } = this.#point;
    return { ...this.#watched(), CPM_FAULT_POINT: JSON.stringify({ when, place, nth }) };
  }

  #alice(): readonly string[] {
    const core = `${this.#elements.core("a")};transport=tcp`;
    return [
      "--as",
      "sip:alice@a.example",
      "--core",
      core,
      "--profile",
      join(this.#folder, "alice"),
    ];
  }

  #bob(): readonly string[] {
    const core = `${this.#elements.core("b")};transport=tcp`;
    return ["--as", "sip:bob@b.example", "--core", core, "--profile", join(this.#folder, "bob")];
  }

  #clientArgs(): readonly string[] {
    return ["client", ...this.#bob(), "--accept", "all", "--receive", this.#received];
  }

  #sendArgs(): readonly string[] {
    return ["send", this.#payload.path, "--to", "sip:bob@b.example", ...this.#alice()];
  }
}

function isAnswered(sender: CpmProcess): boolean {
  return sender.events.some(({ event }) => event === "answered");
}

function isElement(victim: KillPoint["victim"]): victim is "pf-a" | "pf-b" | "core-a" | "core-b" {
  return victim !== "sender" && victim !== "receiver";
}
