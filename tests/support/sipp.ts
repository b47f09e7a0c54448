import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";

const SIPP = "/usr/bin/sipp";
const PATIENCE_S = 20;
const WORD_CHARACTERS = 20_000;

export function hasSipp(): boolean {
  return existsSync(SIPP);
}

export interface SippOptions {
  /** Names its files. */
  readonly name: string;
  readonly folder: string;
  /** The scenario, as XML. */
  readonly scenario: string;
  readonly transport: "udp" | "tcp";
  /** Where it listens; the scenario's calls come from there too. */
  readonly local: HostPort;
  /** How long it may take, in seconds. */
  readonly patienceS?: number;
  /** Whom it calls; without it, it is called. */
  readonly remote?: HostPort;
  /** `proves`: the Request-URI that a proof is for, without `sip:`. */
  readonly login?: { readonly user: string; readonly password: string; readonly proves: string };
}

const running = new Set<ChildProcess>();
// A run that is broken off leaves nothing behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One call of a SIPp scenario. It ends with 0 when every step went as the scenario says, and nothing else came. */
export class Sipp {
  readonly #options: SippOptions;
  readonly #child: ChildProcess;
  readonly #end: Promise<number>;
  #words = "";

  private constructor(options: SippOptions) {
    this.#options = options;
    const { transport, local, remote, login } = options;
    const args = [
      ...(remote === undefined ? [] : [formatHostPort(remote)]),
      ...["-sf", this.#file("xml"), "-t", transport === "udp" ? "u1" : "t1", "-m", "1"],
      ...["-i", local.host, "-bind_local", "-p", String(local.port), "-mi", local.host],
      ...["-cid_str", this.callId, "-nostdin", "-skip_rlimit"],
      ...["-timeout", `${String(options.patienceS ?? PATIENCE_S)}s`, "-timeout_error"],
      ...["-trace_err", "-error_file", this.#file("errors")],
      ...["-trace_msg", "-message_file", this.#file("messages")],
      ...(login === undefined ? [] : loginArgs(login)),
    ];
    this.#child = spawn(SIPP, args, { stdio: ["ignore", "ignore", "pipe"], cwd: options.folder });
    running.add(this.#child);
    this.#child.stderr?.on("data", (bytes: Buffer) => {
      this.#words = (this.#words + bytes.toString("latin1")).slice(-WORD_CHARACTERS);
    });
    this.#end = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        running.delete(this.#child);
        resolve(code ?? (signal === null ? -1 : 128));
      });
    });
  }

  /** Resolves when it listens; a caller has begun by then. */
  static async start(options: SippOptions): Promise<Sipp> {
    await mkdir(options.folder, { recursive: true });
    await writeFile(join(options.folder, `${options.name}.xml`), options.scenario);
    const sipp = new Sipp(options);
    await sipp.#isListening();
    return sipp;
  }

  /** Of the calls that it makes. */
  get callId(): string {
    return `sipp-${this.#options.name}`;
  }

  /** Its return code: 0 when the call went by its scenario. */
  exit(): Promise<number> {
    return this.#end;
  }

  /** Whether a scenario has come to its step `mark`, at which it makes a file of that name. */
  async reached(mark: string): Promise<void> {
    const file = join(this.#options.folder, mark);
    while (!existsSync(file)) {
      if (this.#child.exitCode !== null) throw new Error(`never came to ${mark}`);
      await sleep(20);
    }
  }

  /** Lets a scenario of a caller go on that waits for an INFO: its user does the next thing. */
  async nudge(): Promise<void> {
    const { local, transport } = this.#options;
    const text = [
      `INFO sip:user@${formatHostPort(local)} SIP/2.0`,
      `Via: SIP/2.0/${transport.toUpperCase()} 127.0.0.1:9;branch=z9hG4bK-nudge`,
      "From: <sip:user@invalid>;tag=u",
      "To: <sip:user@invalid>;tag=v",
      `Call-ID: ${this.callId}`,
      ...["CSeq: 1 INFO", "Content-Length: 0", "", ""],
    ].join("\r\n");
    await (transport === "udp" ? sayOnce(local, text) : sayOnStream(local, text));
  }

  /** What it saw and did not like, for a test that fails. */
  async story(): Promise<string> {
    const pieces = ["errors", "messages"].map((kind) =>
      readFile(this.#file(kind), "latin1").catch(() => ""),
    );
    return [this.#words, ...(await Promise.all(pieces))].join("\n").slice(-WORD_CHARACTERS);
  }

  /** Ends it before its scenario does. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      this.#child.kill("SIGKILL");
    await this.#end;
  }

  #file(kind: string): string {
    return join(this.#options.folder, `${this.#options.name}.${kind}`);
  }

  async #isListening(): Promise<void> {
    const { local, transport } = this.#options;
    const table = transport === "udp" ? "/proc/net/udp" : "/proc/net/tcp";
    const row = `: ${inTable(local)} `;
    while (this.#child.exitCode === null) {
      if ((await readFile(table, "latin1")).includes(row)) return;
      await sleep(10);
    }
  }
}

function loginArgs({
  user,
  password,
  proves,
}: NonNullable<SippOptions["login"]>): readonly string[] {
  return ["-au", user, "-ap", password, "-auth_uri", proves];
}

/** An address as the kernel's tables write it: octets backwards, in hexadecimal. */
function inTable({ host, port }: HostPort): string {
  const hex = (value: number, width: number): string =>
    value.toString(16).toUpperCase().padStart(width, "0");
  const octets = host.split(".").map((octet) => hex(Number(octet), 2));
  return `${octets.reverse().join("")}:${hex(port, 4)}`;
}

function sayOnce(to: HostPort, text: string): Promise<void> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.send(text, to.port, to.host, (error) => {
      socket.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}

function sayOnStream(to: HostPort, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(to, () => {
      socket.end(text);
    });
    socket.once("error", reject);
    socket.once("close", () => {
      resolve();
    });
    socket.resume();
  });
}
