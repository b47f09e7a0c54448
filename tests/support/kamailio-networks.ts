import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";
import { builtProgram, CpmProcess } from "./cpm-process.ts";
import { KamailioCore, loopbackPlace } from "./kamailio-core.ts";

const SECRET = randomBytes(24).toString("hex");
const HOMES = [
  { domain: "a.example", letter: "a", users: ["alice", "anna"] },
  { domain: "b.example", letter: "b", users: ["bob", "carol"] },
] as const;

export interface KamailioNetworksOptions {
  /** Lines of both sites' files. */
  readonly more?: readonly string[];
  /** Default: SHA-256. */
  readonly digest?: "MD5";
  /** Participating Functions of each network. */
  readonly workers?: number;
  /** The core of b.example has a second node, which shares its registrations. */
  readonly hasTwin?: boolean;
}

/** Both home networks with Kamailio as core, `cpm pf` behind each, and `cpm trace` taking what the cores mirror. */
export class KamailioNetworks {
  readonly places: readonly [HostPort, HostPort] = [loopbackPlace(), loopbackPlace()];
  /** The second node of b.example's core. */
  readonly twin: HostPort = loopbackPlace();
  readonly #folder: string;
  readonly #options: KamailioNetworksOptions;
  readonly #workers: CpmProcess[] = [];
  readonly #cores: KamailioCore[] = [];
  readonly #traces: string[] = [];
  #mirror: CpmProcess | undefined;

  private constructor(folder: string, options: KamailioNetworksOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** @param folder for traces */
  static async start(
    folder: string,
    options: KamailioNetworksOptions = {},
  ): Promise<KamailioNetworks> {
    const networks = new KamailioNetworks(folder, options);
    try {
      await networks.#open();
    } catch (error) {
      await networks.stop();
      throw error;
    }
    return networks;
  }

  /** `host:port` of the core of a.example (0) or b.example (1). */
  core(index: 0 | 1): string {
    return formatHostPort(this.places[index]);
  }

  /** Ends a Participating Function without a word; those of a.example come first. */
  async killWorker(index: number): Promise<void> {
    await this.#workers[index]?.kill();
  }

  /** What all of them said, for a test that fails. */
  story(): string {
    return [...this.#workers, ...this.#cores].map((each) => each.story()).join("\n");
  }

  /** Ends all. @returns the traces of cores and Participating Functions */
  async stop(): Promise<readonly string[]> {
    await Promise.all(this.#cores.map((core) => core.stop()));
    for (const each of this.#workers) await each.stop();
    await this.#mirror?.stop();
    return this.#traces;
  }

  async #open(): Promise<void> {
    const hep = await this.#openMirror();
    for (const [index, { domain, letter, users }] of HOMES.entries()) {
      const other = HOMES[1 - index];
      const [address, neighbour] = [this.places[index], this.places[1 - index]];
      if (address === undefined || neighbour === undefined || other === undefined) break;
      const workers: string[] = [];
      for (let i = 0; i < (this.#options.workers ?? 1); i += 1)
        workers.push(
          await this.#openWorker(domain, `${letter}${i === 0 ? "" : String(i)}`, address),
        );
      const core = {
        digest: this.#options.digest,
        ...{ domain, address, users, workers, more: this.#options.more ?? [] },
        ...{ neighbours: { [other.domain]: neighbour }, secret: SECRET },
        mirror: { address: hep, node: index + 1 },
      };
      if (index === 0 || this.#options.hasTwin !== true) {
        this.#cores.push(await KamailioCore.start(core));
      } else {
        const mirror = { address: hep, node: 3 };
        this.#cores.push(
          await KamailioCore.start({ ...core, twin: this.twin }),
          await KamailioCore.start({ ...core, mirror, address: this.twin, twin: address }),
        );
      }
    }
  }

  async #openMirror(): Promise<string> {
    const trace = this.#trace("cores");
    const nodes = this.places.flatMap((place, i) => [
      ...["--node", `${String(i + 1)},core-${HOMES[i]?.letter ?? ""},${formatHostPort(place)}`],
    ]);
    const args = ["trace", "--listen", "127.0.0.1:0", "--trace", trace, ...nodes, "--json"];
    this.#mirror = new CpmProcess("mirror", args);
    return String((await this.#mirror.event("ready"))["hep"]);
  }

  async #openWorker(domain: string, letter: string, core: HostPort): Promise<string> {
    const args = [
      ...["pf", "--core", formatHostPort(core), "--listen", "127.0.0.1:0", "--domain", domain],
      ...["--trace", this.#trace(`pf-${letter}`), "--json"],
    ];
    // The mirror has built the program.
    const worker = new CpmProcess(`pf-${letter}`, args, {}, builtProgram("cli"));
    this.#workers.push(worker);
    const ready = await worker.event("ready");
    return (ready["pf"] as { readonly sip: string }).sip;
  }

  #trace(name: string): string {
    const file = join(this.#folder, `${name}.jsonl`);
    this.#traces.push(file);
    return file;
  }
}
