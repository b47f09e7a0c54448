import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT, requireNode, toolEnv } from "../../scripts/lib/paths.mjs";
import { writeConfig } from "./suite.mjs";

/** What the suite calls its engines, and the last number of their addresses. */
const ENGINES = { "drachtio-sut": 10, "drachtio-uas": 19 };
/** Last number of the address of a sipp that a test starts by name. */
const NAMED_SIPP = 40;
/** A testbed is done long before: then a sipp that was forgotten ends by itself. */
const LIMIT_S = 300;
const GRACE_MS = 3000;

/** The sipp servers of the suite's docker-compose file: name, address and scenario. */
export function sippServers(composeFile) {
  const servers = [];
  let name;
  let scenario;
  for (const line of readFileSync(composeFile, "utf8").split("\n")) {
    name = /^ {2}([\w-]+):\s*$/.exec(line)?.[1] ?? name;
    scenario = /command: sipp -sf \/tmp\/([\w.-]+)/.exec(line)?.[1] ?? scenario;
    const address = /ipv4_address: ([\d.]+)/.exec(line)?.[1];
    if (address === undefined) continue;
    if (scenario !== undefined) servers.push({ name, address, scenario });
    scenario = undefined;
  }
  return servers;
}

function sippPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "sipp")).find((path) => existsSync(path)) ?? "sipp";
}

/** Everything around one test file of the suite: engines, sipp servers and stand-ins for docker. */
export class Testbed {
  #folder;
  #block;
  #children = new Set();

  constructor(folder, block) {
    this.#folder = folder;
    this.#block = block;
  }

  async start() {
    const servers = sippServers(join(this.#folder, "test", "docker-compose-testbed.yaml"));
    if (servers.length === 0) throw new Error("no sipp server in the suite's docker-compose file");
    for (const server of servers) this.#startSipp(server);
    const names = Object.fromEntries(servers.map(({ name, address }) => [name, address]));
    const engines = {};
    for (const [name, last] of Object.entries(ENGINES)) {
      engines[name] = await this.#startEngine(name, `127.${this.#block}.${last}`, names);
    }
    writeConfig(this.#folder, engines);
    this.#writeStandIns();
  }

  /** Environment for the suite's tests. */
  env() {
    const env = toolEnv({
      NODE_ENV: "test",
      NODE_CONFIG_DIR: join(this.#folder, "config"),
      SRF_BLOCK: this.#block,
      SRF_SIPP: sippPath(),
      SRF_SCENARIOS: join(this.#folder, "test", "scenarios"),
      SRF_UAS: `127.${this.#block}.${NAMED_SIPP}`,
    });
    return { ...env, PATH: `${join(this.#folder, "bin")}${delimiter}${env.PATH}` };
  }

  /** Ends everything at once, without waiting. */
  kill() {
    for (const child of this.#children) child.kill("SIGKILL");
  }

  async stop() {
    await Promise.all([...this.#children].map((child) => this.#end(child)));
  }

  #writeStandIns() {
    const bin = join(this.#folder, "bin");
    mkdirSync(bin, { recursive: true });
    const scripts = {
      docker: `exec "${requireNode()}" "${join(ROOT, "tests", "srf", "docker.mjs")}" "$@"`,
      "docker-compose": "exit 0",
    };
    for (const [name, line] of Object.entries(scripts)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
      chmodSync(join(bin, name), 0o755);
    }
  }

  #log(name) {
    mkdirSync(join(this.#folder, "logs"), { recursive: true });
    return openSync(join(this.#folder, "logs", `${name}.log`), "w");
  }

  #startSipp({ name, address, scenario }) {
    const args = [
      "-sf",
      join(this.#folder, "test", "scenarios", scenario),
      "-i",
      address,
      "-mi",
      address,
    ];
    const log = this.#log(name);
    const child = spawn(
      sippPath(),
      [...args, "-p", "5060", "-nostdin", "-timeout", String(LIMIT_S)],
      {
        cwd: join(this.#folder, "logs"),
        stdio: ["ignore", log, log],
      },
    );
    this.#keep(child);
  }

  async #startEngine(name, host, names) {
    const bed = { host, names, otherSipp: `127.${this.#block}.${NAMED_SIPP}` };
    const child = spawn(
      requireNode(),
      [join(ROOT, "tests", "srf", "engine.ts"), JSON.stringify(bed)],
      { stdio: ["pipe", "pipe", this.#log(name)] },
    );
    this.#keep(child);
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => {
        throw new Error(`engine ${name} did not start: see ${this.#folder}/logs/${name}.log`);
      }),
    ]);
    return JSON.parse(line);
  }

  #keep(child) {
    this.#children.add(child);
    child.once("exit", () => this.#children.delete(child));
  }

  async #end(child) {
    const gone = once(child, "exit");
    if (child.stdin === null) child.kill("SIGKILL");
    else child.stdin.end();
    await Promise.race([gone, sleep(GRACE_MS, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await gone;
    }
  }
}
