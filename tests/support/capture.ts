import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { expect } from "vitest";
import { need } from "./need.ts";

const run = promisify(execFile);

/** Ports of the elements that are judged: others may be talking on this machine too. */
export interface JudgedPorts {
  readonly sip: readonly string[];
  readonly msrp: readonly string[];
}

/**
 * A capture of the loopback interface, read by Wireshark's dissectors: a judge of our octets that shares no code with
 * us. Needs root and tshark; without them it says so, and fails where CI=true.
 */
export class Capture {
  readonly #file: string;
  readonly #tshark: ChildProcess | undefined;

  private constructor(file: string, tshark: ChildProcess | undefined) {
    this.#file = file;
    this.#tshark = tshark;
  }

  static async start(file: string): Promise<Capture> {
    const isPossible = process.getuid?.() === 0 && existsSync("/usr/bin/tshark");
    if (!need(isPossible, "root and tshark, to read the packets on the wire")) {
      return new Capture(file, undefined);
    }
    const tshark = spawn("/usr/bin/tshark", ["-i", "lo", "-w", file, "-q"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    // Capturing has begun when it says so.
    for await (const bytes of tshark.stderr) if (String(bytes).includes("Capturing on")) break;
    return new Capture(file, tshark);
  }

  /** Ends the capture and fails on a malformed packet, or when no SIP or MSRP was seen at all. */
  async expectClean(ports: JudgedPorts): Promise<void> {
    if (this.#tshark === undefined) return;
    this.#tshark.kill("SIGINT");
    await once(this.#tshark, "close");
    expect(await this.#count("sip", ports)).toBeGreaterThan(20);
    expect(await this.#count("msrp", ports)).toBeGreaterThan(2);
    expect(await this.#read("_ws.malformed", ports), "malformed packets").toBe("");
  }

  async #count(filter: string, ports: JudgedPorts): Promise<number> {
    return (await this.#read(filter, ports)).split("\n").filter((line) => line !== "").length;
  }

  async #read(filter: string, { sip, msrp }: JudgedPorts): Promise<string> {
    const decode = sip.flatMap((port) => [`udp.port==${port},sip`, `tcp.port==${port},sip`]);
    const own = [...sip, ...msrp].join(",");
    const judged = `(udp.port in {${own}} || tcp.port in {${own}}) && (${filter})`;
    const args = ["-r", this.#file, ...decode.flatMap((rule) => ["-d", rule]), "-Y", judged];
    const { stdout } = await run("/usr/bin/tshark", args, { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }
}
