import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";

const BARESIP = "/usr/bin/baresip";
const MODULES = "/usr/lib/baresip/modules";
const START_MS = 15_000;
const WORD_CHARACTERS = 10_000;

export function hasBaresip(): boolean {
  return existsSync(BARESIP);
}

const running = new Set<ChildProcess>();
// A run that is broken off leaves nothing behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A telephone: it registers and takes calls, and has never heard of MSRP. */
export class Baresip {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #said = "";

  private constructor(folder: string) {
    this.#folder = folder;
    // -s: every SIP message goes to its standard output.
    this.#child = spawn(BARESIP, ["-f", folder, "-s"], { stdio: ["pipe", "pipe", "pipe"] });
    running.add(this.#child);
    const hear = (bytes: Buffer): void => {
      this.#said = (this.#said + bytes.toString("latin1")).slice(-WORD_CHARACTERS);
    };
    this.#child.stdout?.on("data", hear);
    this.#child.stderr?.on("data", hear);
    this.#child.once("exit", () => running.delete(this.#child));
  }

  /**
   * Registered; the password is `demo`.
   * @param local where it listens, over UDP and TCP
   */
  static async start(
    folder: string,
    aor: string,
    { core, local }: { readonly core: HostPort; readonly local: HostPort },
  ): Promise<Baresip> {
    await mkdir(folder, { recursive: true });
    const account = aor.slice("sip:".length);
    const user = account.slice(0, account.indexOf("@"));
    await writeFile(
      join(folder, "config"),
      [
        `sip_listen ${formatHostPort(local)}`,
        ...[`module_path ${MODULES}`, "module g711.so", "module_tmp account.so"],
        ...["module_app menu.so", ""],
      ].join("\n"),
    );
    await writeFile(
      join(folder, "accounts"),
      `<sip:${account};transport=udp>;auth_user=${user};auth_pass=demo;` +
        `outbound="sip:${formatHostPort(core)};transport=udp";regint=600;answermode=manual\n`,
    );
    await writeFile(join(folder, "contacts"), "");
    const phone = new Baresip(folder);
    if (await phone.hears(/REGISTER[\s\S]*SIP\/2\.0 200 /)) return phone;
    await phone.stop();
    throw new Error(`baresip did not register:\n${phone.story()}`);
  }

  /** @returns false when it was not heard in time */
  async hears(what: RegExp): Promise<boolean> {
    const deadlineMs = Date.now() + START_MS;
    while (Date.now() < deadlineMs && this.#child.exitCode === null) {
      if (what.test(this.#said)) return true;
      await sleep(20);
    }
    return what.test(this.#said);
  }

  story(): string {
    return this.#said;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.kill("SIGTERM");
      const killer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
      await gone;
      clearTimeout(killer);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
