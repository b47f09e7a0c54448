import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { listOf } from "../../shared/format/plural.ts";
import { parseHostPort } from "../base/host-port.ts";
import { BuiltInNetwork } from "../compose/built-in-network.node.ts";
import { DEMO_PASSWORD, demoAccounts } from "../compose/users.node.ts";
import { type AcceptRule, acceptedBy } from "./accept-rule.ts";
import { DemoDevice } from "./demo-device.node.ts";
import { DemoTeller } from "./demo-teller.node.ts";
import { CommandError, EXIT } from "./exit-code.ts";
import type { OfferOutcome } from "./offer-outcome.ts";
import type { Output } from "./output.node.ts";

/** Longest silence of all devices before the demo gives up. */
const SILENCE_MS = 60_000;

/** Both home networks, Alice and Bob's devices, each a process of its own, and one offer from her to him. */
export class Demo {
  readonly teller: DemoTeller;
  readonly output: Output;
  readonly #folder: string;
  readonly #bobNames: readonly string[];
  #network: BuiltInNetwork | undefined;
  #alice: DemoDevice | undefined;
  #bobs: readonly DemoDevice[] = [];

  constructor(output: Output, folder: string, devices: number) {
    this.output = output;
    this.teller = new DemoTeller(output);
    this.#folder = folder;
    this.#bobNames = Array.from({ length: devices }, (_, i) => `b${String(i + 1)}`);
  }

  /** Folders that nobody needs after the demo. */
  get scratchFolders(): readonly string[] {
    return ["files", "profiles", "traces"].map((name) => join(this.#folder, name));
  }

  get receiveFolders(): readonly string[] {
    return ["a1", ...this.#bobNames].map((name) => this.#receiveFolder(name));
  }

  get traceFiles(): readonly string[] {
    const devices = ["a1", ...this.#bobNames].map((name) => this.#traceFile(name));
    return [...(this.#network?.traceFiles ?? []), ...devices];
  }

  /** Resolves when everybody knows how the offer ended. */
  async run(paths: readonly string[], rule: AcceptRule): Promise<OfferOutcome> {
    await mkdir(join(this.#folder, "traces"), { recursive: true });
    const network = await BuiltInNetwork.start({
      ...{ bind: "127.0.0.1", users: demoAccounts(), traceFolder: join(this.#folder, "traces") },
    });
    this.#network = network;
    this.output.event("ready", { networks: network.networks });
    this.teller.network(network.networks);

    const [homeA, homeB] = network.networks;
    const alice = this.#device("a1", "sip:alice@a.example", homeA?.core.udp);
    const bobs = this.#bobNames.map((name) =>
      this.#device(name, "sip:bob@b.example", homeB?.core.udp),
    );
    this.#alice = alice;
    this.#bobs = bobs;
    await Promise.all([alice, ...bobs].map((device) => device.start()));
    this.teller.devices(alice, bobs);

    const answered = this.#answerWhenAllRing(bobs, rule);
    alice.order({
      do: "offer",
      to: "sip:bob@b.example",
      paths: paths.map((path) => resolve(path)),
    });
    await Promise.race([this.#allEnded([alice, ...bobs]), this.#trouble([alice, ...bobs])]);
    answered();
    const { outcome } = alice;
    if (outcome === undefined) throw demoError("Alice made no offer.");
    return outcome;
  }

  async stop(): Promise<void> {
    const devices = [this.#alice, ...this.#bobs].filter((device) => device !== undefined);
    await Promise.all(devices.map((device) => device.stop()));
    await this.#network?.stop();
  }

  /** What the device that took files has, if any did. */
  get received(): OfferOutcome | undefined {
    const outcomes = this.#bobs.map(({ outcome }) => outcome);
    return outcomes.find((outcome) => outcome !== undefined && outcome.accepted.length > 0);
  }

  #device(name: string, aor: string, core = ""): DemoDevice {
    const address = parseHostPort(core);
    if (address === undefined) throw demoError(`there is no core for ${name}`);
    const device = new DemoDevice(name, {
      ...{ aor, core: { ...address, transport: "udp" }, deviceName: name, element: name },
      profileFolder: join(this.#folder, "profiles", name),
      receiveFolder: this.#receiveFolder(name),
      password: DEMO_PASSWORD,
      traceFile: this.#traceFile(name),
      addresses: this.#network?.addresses ?? {},
    });
    device.events.on("any", (event) => {
      this.teller.tell(device, event);
    });
    return device;
  }

  #receiveFolder(name: string): string {
    return join(this.#folder, `received-${name}`);
  }

  #traceFile(name: string): string {
    return join(this.#folder, "traces", `${name}.jsonl`);
  }

  /** Bob answers on his last device once all of them ring, so that the others have something to be told. */
  #answerWhenAllRing(bobs: readonly DemoDevice[], rule: AcceptRule): () => void {
    const ringing = new Set<string>();
    const answering = bobs.at(-1);
    const undo = bobs.map((bob) =>
      bob.events.on("any", (event) => {
        if (event.event !== "ringing" || ringing.has(bob.name)) return;
        ringing.add(bob.name);
        if (ringing.size < bobs.length || answering?.outcome === undefined) return;
        const names = listOf(bobs.map(({ name }) => name));
        this.teller.line("Ringing", `${names} ${bobs.length === 1 ? "rings" : "ring"}`);
        const { offer } = answering.outcome;
        const files = acceptedBy(rule, offer.files);
        if (files.length > 0) answering.order({ do: "accept", id: offer.id, files, rule });
        else answering.order({ do: "decline", id: offer.id, where: "everywhere" });
      }),
    );
    return () => {
      for (const each of undo) each();
    };
  }

  #allEnded(devices: readonly DemoDevice[]): Promise<void> {
    return new Promise((done) => {
      const check = (): void => {
        const [alice] = devices;
        // An offer that could not reach Bob's devices never begins there.
        const isOver = ({ outcome }: DemoDevice): boolean => outcome?.exit !== undefined;
        const begun = devices.filter(({ outcome }) => outcome !== undefined);
        if (alice !== undefined && isOver(alice) && begun.every(isOver)) done();
      };
      for (const device of devices) device.events.on("any", check);
    });
  }

  /** Rejects when a process is gone or nothing moves any more. */
  #trouble(devices: readonly DemoDevice[]): Promise<never> {
    return new Promise((_, reject) => {
      let timer = setTimeout(() => undefined, 0);
      const restart = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          reject(demoError("Nothing has moved for a minute."));
        }, SILENCE_MS);
        timer.unref();
      };
      restart();
      const lost = (name: string): void => {
        reject(demoError(`${name} ended unexpectedly.`));
      };
      for (const device of devices) {
        device.events.on("any", (event) => {
          restart();
          if (event.event === "error" && device.outcome === undefined)
            reject(demoError(event.message));
        });
        void device.lost.then(lost);
      }
      void this.#network?.lost.then(lost);
    });
  }
}

function demoError(message: string): CommandError {
  return new CommandError(EXIT.internal, message, {
    ...{ code: "internal", action: "Run it again with CPM_LOG=info to see more." },
  });
}
