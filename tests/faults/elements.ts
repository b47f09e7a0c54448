import { randomInt } from "node:crypto";
import { demoAccounts } from "../../main/compose/users.node.ts";
import { builtProgram, CpmProcess } from "../support/cpm-process.ts";

const HOOK = new URL("hook.mjs", import.meta.url).href;
const LOOPBACK = "127.0.0.1";
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const MAX_ATTEMPTS = 10;

export type ElementName = "core-a" | "pf-a" | "core-b" | "pf-b";

export const ELEMENTS: readonly ElementName[] = ["core-a", "pf-a", "core-b", "pf-b"];

/** Environment of a process that the hook is loaded into. */
export type HookEnv = Readonly<Record<string, string>>;

/** The roles of the program with the hook loaded. */
export function hookedProgram(role: "cli" | "network" | "pf"): readonly string[] {
  return builtProgram(role, [HOOK]);
}

interface Place {
  readonly sip: string;
  readonly msrp?: string;
}

/** Both home networks, each element a process that can be killed and started again where it was. */
export class Elements {
  readonly #processes = new Map<ElementName, CpmProcess>();
  readonly #listen: string;
  readonly #places = new Map<ElementName, Place>();

  private constructor(listen: string) {
    this.#listen = listen;
  }

  /** @param listen the address that all of them have */
  static async start(listen = LOOPBACK): Promise<Elements> {
    const elements = new Elements(listen);
    await Promise.all(ELEMENTS.map((name) => elements.#open(name, {})));
    await Promise.all(ELEMENTS.map((name) => elements.#configure(name)));
    return elements;
  }

  /** `host:port` of the core of that home network. */
  core(domain: "a" | "b"): string {
    return this.#place(`core-${domain}`).sip;
  }

  /** For the hook. */
  get msrpPorts(): string {
    return (["pf-a", "pf-b"] as const).map((name) => portOf(this.#place(name).msrp)).join(",");
  }

  process(name: ElementName): CpmProcess {
    const found = this.#processes.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  /** Kills it if it still runs, and starts it anew on the same ports. */
  async restart(name: ElementName, hook: HookEnv = {}): Promise<CpmProcess> {
    await this.process(name).kill();
    await this.#open(name, hook);
    await this.#configure(name);
    return this.process(name);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((each) => each.kill()));
  }

  #place(name: ElementName): Place {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`${name} does not listen`);
    return place;
  }

  async #open(name: ElementName, hook: HookEnv): Promise<void> {
    const isPf = name.startsWith("pf");
    for (let attempt = 1; ; attempt += 1) {
      const known = this.#places.get(name);
      const args = ["--element", name, "--bind", this.#listen, "--port", portOf(known?.sip)];
      if (isPf) args.push("--msrp-port", portOf(known?.msrp));
      const element = new CpmProcess(name, args, hook, hookedProgram(isPf ? "pf" : "network"));
      this.#processes.set(name, element);
      const listening = await element.event("listening").catch((error: unknown) => {
        // Another program may hold the port for a moment, or for longer where it was never ours.
        if (attempt === MAX_ATTEMPTS) throw error;
      });
      if (listening === undefined) continue;
      const msrp = listening["msrp"];
      this.#places.set(name, {
        sip: String(listening["sip"]),
        ...(typeof msrp === "string" ? { msrp } : {}),
      });
      return;
    }
  }

  async #configure(name: ElementName): Promise<void> {
    const letter = name.endsWith("a") ? "a" : "b";
    const other = letter === "a" ? "b" : "a";
    const domain = `${letter}.example`;
    const element = this.process(name);
    const common = { domain, addresses: {} };
    if (name.startsWith("pf"))
      element.tell({ configure: "pf", ...common, core: `sip:${this.core(letter)}` });
    else
      element.tell({
        ...{ configure: "core", ...common },
        users: demoAccounts().filter(({ aor }) => aor.endsWith(`@${domain}`)),
        participatingFunction: `sip:pf@${this.#place(`pf-${letter}`).sip};lr`,
        neighbours: { [`${other}.example`]: `sip:${this.core(other)}` },
      });
    await element.event("ready");
  }
}

/** Kept when an element starts anew; chosen below those that the system gives to connections, which come and go. */
function portOf(address: string | undefined): string {
  return address === undefined
    ? String(randomInt(FIRST_PORT, LAST_PORT))
    : address.slice(address.lastIndexOf(":") + 1);
}
