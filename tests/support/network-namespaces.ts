import { spawnSync } from "node:child_process";
import { need } from "./need.ts";

/** Addresses of the two machines; documentation addresses, which no network around us has (RFC 5737). */
export const HOST_ADDRESS = "192.0.2.1";
const GUEST_ADDRESS = "192.0.2.2";

function ip(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** Only root makes network namespaces; where it is missing that is said, not failed. */
export function canMakeNamespaces(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    process.stderr.write("NOT RUN: two computers are two network namespaces, which need root\n");
    return false;
  }
  const hasIp = spawnSync("ip", ["netns", "list"]).status === 0;
  return need(hasIp, "ip of iproute2, to make two network namespaces");
}

/** Two network namespaces with a cable between them: two computers, as far as anything that is sent can tell. */
export class TwoComputers {
  readonly host: string;
  readonly guest: string;

  constructor() {
    const mark = `cpm${String(process.pid)}`;
    this.host = `${mark}-a`;
    this.guest = `${mark}-b`;
    // A run that is broken off leaves nothing behind.
    process.on("exit", () => {
      this.remove();
    });
    try {
      ip("netns", "add", this.host);
      ip("netns", "add", this.guest);
      const [near, far] = ["veth-a", "veth-b"];
      ip("link", "add", near, "netns", this.host, "type", "veth", "peer", far, "netns", this.guest);
      this.#up(this.host, near, HOST_ADDRESS);
      this.#up(this.guest, far, GUEST_ADDRESS);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Local addresses that something listens on, of UDP and TCP. */
  static listening(namespace: string): readonly string[] {
    const args = ["netns", "exec", namespace, "ss", "-lntuH"];
    const { stdout } = spawnSync("ip", args, { encoding: "utf8" });
    return stdout.split("\n").flatMap((line) => line.trim().split(/\s+/)[4] ?? []);
  }

  /** Nothing is left: the cable goes with its ends. */
  remove(): void {
    for (const name of [this.host, this.guest]) spawnSync("ip", ["netns", "del", name]);
  }

  #up(namespace: string, link: string, address: string): void {
    ip("-n", namespace, "addr", "add", `${address}/24`, "dev", link);
    ip("-n", namespace, "link", "set", link, "up");
    ip("-n", namespace, "link", "set", "lo", "up");
  }
}
