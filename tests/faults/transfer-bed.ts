import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { builtProgram, CpmProcess } from "../support/cpm-process.ts";
import { Elements } from "./elements.ts";
import { hashOf } from "./kill-payload.ts";

const DOMAINS = { alice: "a", anna: "a", bob: "b", carol: "b" } as const;

export type Person = keyof typeof DOMAINS;

/** How a device reaches its core; TCP to the core itself unless told otherwise. */
export type Way = (core: string) => string;

const OVER_TCP: Way = (core) => `${core};transport=tcp`;

/** Both home networks and devices of people, each a process; everything it makes lies in one folder. */
export class TransferBed {
  readonly elements: Elements;
  readonly folder: string;
  /** Of people whose devices run in a network namespace of their own. */
  readonly namespaces = new Map<Person, string>();
  readonly #processes: CpmProcess[] = [];

  private constructor(elements: Elements, folder: string) {
    this.elements = elements;
    this.folder = folder;
  }

  static async start(parent: string, listen?: string): Promise<TransferBed> {
    return new TransferBed(await Elements.start(listen), await mkdtemp(join(parent, "bed-")));
  }

  /** Runs with a bed that is gone afterwards. */
  static async with<T>(
    parent: string,
    run: (bed: TransferBed) => Promise<T>,
    listen?: string,
  ): Promise<T> {
    const bed = await TransferBed.start(parent, listen);
    try {
      return await run(bed);
    } finally {
      await bed.stop();
    }
  }

  receivedFolder(person: Person): string {
    return join(this.folder, `${person}-received`);
  }

  /** A device that takes everything, once it is reached. */
  async receiver(person: Person, folder?: string, way = OVER_TCP): Promise<CpmProcess> {
    const receive = folder ?? this.receivedFolder(person);
    const args = ["client", ...this.#identity(person, way), "--accept", "all"];
    const receiver = this.#run(person, person, [...args, "--receive", receive]);
    await receiver.event("ready");
    return receiver;
  }

  send(from: Person, to: Person, path: string, way = OVER_TCP): CpmProcess {
    const address = `sip:${to}@${DOMAINS[to]}.example`;
    return this.#run(from, `${from} sends`, [
      "send",
      path,
      "--to",
      address,
      ...this.#identity(from, way),
    ]);
  }

  resume(person: Person): CpmProcess {
    return this.#run(person, `${person} resumes`, ["resume", ...this.#identity(person, OVER_TCP)]);
  }

  /** Names of the files of a folder that have their final name. */
  finals(folder: string): readonly string[] {
    return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith(".part")) : [];
  }

  /** What is wrong with a folder where one file of that content must be. */
  async wrongIn(folder: string, sha256: string): Promise<readonly string[]> {
    const finals = this.finals(folder);
    if (finals.length !== 1) return [`${String(finals.length)} files have a final name`];
    const hash = await hashOf(join(folder, finals[0] ?? ""));
    return hash === sha256 ? [] : ["the file is not what was sent"];
  }

  story(): string {
    return this.#processes.map((each) => `--- ${each.name}\n${each.story()}`).join("\n");
  }

  async stop(): Promise<void> {
    for (const each of this.#processes) if (each.isRunning) await each.kill();
    await this.elements.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #identity(person: Person, way: Way): readonly string[] {
    const domain = DOMAINS[person];
    return [
      ...["--as", `sip:${person}@${domain}.example`, "--core", way(this.elements.core(domain))],
      ...["--profile", join(this.folder, person)],
    ];
  }

  #run(person: Person, name: string, args: readonly string[]): CpmProcess {
    const env = { CPM_PASSWORD: "demo" };
    const program = builtProgram("cli");
    const namespace = this.namespaces.get(person);
    const where = namespace === undefined ? program : { namespace, program };
    const process = new CpmProcess(name, [...args, "--json"], env, where);
    this.#processes.push(process);
    return process;
  }
}
