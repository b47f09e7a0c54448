import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";
import { makeAccount } from "../../main/compose/users.node.ts";

const KAMAILIO = "/usr/sbin/kamailio";
const CONFIGURATION = fileURLToPath(new URL("../../deploy/kamailio/core.cfg", import.meta.url));
const START_MS = 15_000;
const WORD_OCTETS = 20_000;

export interface KamailioCoreOptions {
  readonly domain: string;
  readonly address: HostPort;
  /** User names; everyone's password is `demo`. */
  readonly users: readonly string[];
  /** Domain to where its core listens. */
  readonly neighbours: Readonly<Record<string, HostPort>>;
  /** Participating Functions. */
  readonly workers: readonly string[];
  /** Where its messages are mirrored to, and its number there. */
  readonly mirror?: { readonly address: string; readonly node: number };
  /** Another node of this core, with which it shares registrations. */
  readonly twin?: HostPort;
  /** The same for all nodes of one core; its own unless given. */
  readonly secret?: string;
  /** Default: SHA-256. */
  readonly digest?: "MD5" | undefined;
  /** More lines of the site's file, before the configuration is included. */
  readonly more?: readonly string[];
}

/** A place on loopback that no other test is likely to use: Kamailio cannot be asked which port the system chose. */
export function loopbackPlace(): HostPort {
  const host = `127.${String(randomInt(100, 250))}.${String(randomInt(1, 250))}.${String(randomInt(1, 250))}`;
  return { host, port: 5070 };
}

const running = new Set<ChildProcess>();
// A run that is broken off leaves nothing behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});

/** Debian's Kamailio with the configuration in `deploy/kamailio`, as the SIP/IP Core of one home network. */
export class KamailioCore {
  readonly address: HostPort;
  readonly #domain: string;
  readonly #digest: "MD5" | undefined;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #said = "";

  private constructor({ address, domain, digest }: KamailioCoreOptions, folder: string) {
    this.address = address;
    this.#digest = digest;
    this.#domain = domain;
    this.#folder = folder;
    const site = join(folder, "site.cfg");
    const args = ["-f", site, "-DD", "-E", "-Y", folder, "-m", "32", "-M", "4"];
    this.#child = spawn(KAMAILIO, args, { stdio: ["ignore", "ignore", "pipe"] });
    running.add(this.#child);
    this.#child.once("exit", () => running.delete(this.#child));
    this.#child.stderr?.on("data", (piece: Buffer) => {
      this.#said = (this.#said + piece.toString("latin1")).slice(-WORD_OCTETS);
    });
  }

  static async start(options: KamailioCoreOptions): Promise<KamailioCore> {
    const folder = await mkdtemp(join(tmpdir(), "cpm-core-"));
    await writeSite(folder, options);
    const core = new KamailioCore(options, folder);
    if (await core.#isListening()) return core;
    await core.stop();
    throw new Error(`kamailio did not start:\n${core.story()}`);
  }

  /** One more account, as an operator adds it: a line of the table. */
  async addUser(user: string): Promise<void> {
    const row = accountRow(user, this.#domain, this.#digest);
    await appendFile(join(this.#folder, "data", "subscriber"), `${row}\n`);
  }

  /** Warnings and errors so far. */
  story(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 8_000);
    await gone;
    clearTimeout(timer);
  }

  async #isListening(): Promise<boolean> {
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline && this.#child.exitCode === null) {
      if (await canConnect(this.address)) return true;
      await sleep(50);
    }
    return false;
  }
}

async function writeSite(folder: string, options: KamailioCoreOptions): Promise<void> {
  const { domain, users, neighbours, workers, twin, digest } = options;
  const data = join(folder, "data");
  await mkdir(data);
  const table = (name: string, lines: readonly string[]): Promise<void> =>
    writeFile(join(data, name), `${lines.join("\n")}\n`, { mode: 0o600 });
  await table("subscriber", [
    "username(str) domain(str) ha1(str)",
    ...users.map((user) => accountRow(user, domain, digest)),
  ]);
  const row = (key: string, value: string): string =>
    `${key.replaceAll(":", "\\:")}:0:0:${value.replaceAll(":", "\\:")}:0`;
  await table("neighbours", [
    "key_name(str) key_type(int) value_type(int) key_value(str) expires(int)",
    ...Object.entries(neighbours).flatMap(([name, place]) => [
      row(name, `sip:${formatHostPort(place)}`),
      row(formatHostPort(place), name),
    ]),
    ...(twin === undefined ? [] : [row(formatHostPort(twin), "node")]),
  ]);
  await writeFile(
    join(folder, "workers"),
    `${workers.map((worker) => `1 sip:${worker}`).join("\n")}\n`,
  );
  await writeFile(join(folder, "site.cfg"), siteFile(folder, options), { mode: 0o600 });
}

function accountRow(user: string, domain: string, digest: "MD5" | undefined): string {
  const { ha1 } = makeAccount(`${user}@${domain}`, "demo");
  return `${user}:${domain}:${digest === "MD5" ? ha1.md5 : ha1.sha256}`;
}

function siteFile(folder: string, options: KamailioCoreOptions): string {
  const { domain, address, mirror, more, twin, digest } = options;
  const place = formatHostPort(address);
  return [
    "#!KAMAILIO",
    `#!define DOMAIN "${domain}"`,
    `#!define ADDRESS "${place}"`,
    `#!define DATA "text://${join(folder, "data")}"`,
    `#!define WORKERS "${join(folder, "workers")}"`,
    `#!define SECRET "${options.secret ?? randomBytes(24).toString("hex")}"`,
    ...(digest === undefined ? [] : [`#!define DIGEST "${digest}"`]),
    ...(mirror === undefined
      ? []
      : [`#!define HEP "sip:${mirror.address}"`, `#!define NODE_ID ${String(mirror.node)}`]),
    ...(twin === undefined ? [] : sharingLines(address, twin)),
    ...(more ?? []),
    "debug=1",
    "log_stderror=yes",
    "children=2",
    "tcp_children=2",
    `listen=udp:${place}`,
    `listen=tcp:${place}`,
    // The last one: what is sent to others leaves from the first.
    ...(twin === undefined ? [] : [`listen=udp:${sharingPlace(address)}`]),
    `tcp_source_ipv4=${address.host}`,
    `alias="${domain}"`,
    `include_file "${CONFIGURATION}"`,
    "",
  ].join("\n");
}

function sharingLines(own: HostPort, twin: HostPort): readonly string[] {
  return [
    `#!define DMQ "sip:${sharingPlace(own)}"`,
    `#!define DMQ_PEER "sip:${sharingPlace(twin)}"`,
  ];
}

function sharingPlace({ host }: HostPort): string {
  return `${host}:5062`;
}

function canConnect({ host, port }: HostPort): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
