import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type OpenClient, openClient } from "../../../main/compose/open-client.node.ts";
import { octets } from "../../support/octets.ts";
import {
  ABUSE_DOMAIN,
  ABUSE_PASSWORD,
  type NewcomerDone,
  type TlsDoor,
  type TransfersDone,
} from "./messages.ts";

const FILE_OCTETS = 64 * 1024;
const PATIENCE_MS = 20_000;

interface Outcome {
  readonly setUpMs: number | undefined;
  readonly isWhole: boolean;
}

/** People with devices of their own who send each other a file again and again. */
export class People {
  readonly #core: number;
  readonly #folder: string;
  readonly #callers: OpenClient[] = [];
  readonly #file: string;

  constructor(core: number, folder: string) {
    this.#core = core;
    this.#folder = folder;
    this.#file = join(folder, "plan.bin");
  }

  async start(pairs: number): Promise<void> {
    await writeFile(this.#file, octets(FILE_OCTETS, 5));
    for (let pair = 0; pair < pairs; pair += 1) {
      const called = await this.#signIn(`called${String(pair)}`);
      called.client.events.on("ringing", ({ id }) => {
        called.client.accept(id, [0]);
      });
      this.#callers.push(await this.#signIn(`caller${String(pair)}`));
    }
  }

  async transfers(durationMs: number, everyMs: number): Promise<TransfersDone> {
    const outcomes: Promise<Outcome>[] = [];
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs) {
      this.#callers.forEach((caller, pair) => {
        outcomes.push(this.#send(caller, `called${String(pair)}`));
      });
      await sleep(everyMs);
    }
    const all = await Promise.all(outcomes);
    return {
      setUpMs: all.flatMap(({ setUpMs }) => (setUpMs === undefined ? [] : [setUpMs])),
      whole: all.filter(({ isWhole }) => isWhole).length,
      begun: all.length,
    };
  }

  async newcomer(tls?: TlsDoor): Promise<NewcomerDone> {
    const startMs = performance.now();
    const one = await this.#signIn(tls === undefined ? "newcomer" : "protected", tls);
    const signedInMs = performance.now() - startMs;
    const { setUpMs = PATIENCE_MS, isWhole } = await this.#send(one, "called0");
    return { signedInMs, setUpMs, isWhole };
  }

  async #signIn(name: string, tls?: TlsDoor): Promise<OpenClient> {
    const way =
      tls === undefined
        ? { port: this.#core, transport: "tcp" as const }
        : { ...tls, transport: "tls" as const };
    const open = await openClient({
      ...{ aor: `sip:${name}@${ABUSE_DOMAIN}`, password: ABUSE_PASSWORD, deviceName: name },
      core: { host: "127.0.0.1", ...way },
      profileFolder: join(this.#folder, name),
      receiveFolder: join(this.#folder, name, "received"),
      element: name,
    });
    const started = await open.client.start();
    if (!started.ok) throw new Error(`${name}: ${started.error.reason}`);
    return open;
  }

  async #send({ client }: OpenClient, to: string): Promise<Outcome> {
    const startMs = performance.now();
    const seen = new Map<string, number>();
    const ended = new Map<string, string>();
    const undos = [
      client.events.on("answered", ({ id }) => seen.set(id, performance.now() - startMs)),
      client.events.on("transfer", ({ id, state }) => ended.set(id, state)),
    ];
    const offered = await client.offer({ to: `sip:${to}@${ABUSE_DOMAIN}`, paths: [this.#file] });
    if (offered.ok) {
      while (!ended.has(offered.value) && performance.now() - startMs < PATIENCE_MS)
        await sleep(10);
    }
    for (const undo of undos) undo();
    const id = offered.ok ? offered.value : "";
    return { setUpMs: seen.get(id), isWhole: ended.get(id) === "verified" };
  }
}
