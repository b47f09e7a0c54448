import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NamedEvent, onEveryEvent } from "../../main/compose/client-events.ts";
import type { CoreAddress } from "../../main/compose/core-address.ts";
import { type OpenClient, openClient } from "../../main/compose/open-client.node.ts";
import type { OfferId } from "../../shared/model/offer.ts";

const PATIENCE_MS = 15_000;

/** A device of ours on real sockets, in this process: what its user is told, and what lies in its folder. */
export class OurDevice {
  readonly events: NamedEvent[] = [];
  readonly #open: OpenClient;
  readonly #folder: string;
  readonly #waiting = new Set<() => void>();
  #lost: string | undefined;

  private constructor(open: OpenClient, folder: string) {
    this.#open = open;
    this.#folder = folder;
    onEveryEvent(open.client.events, (event) => {
      this.events.push(event);
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** Registered. */
  static async start(aor: string, core: CoreAddress): Promise<OurDevice> {
    const folder = await mkdtemp(join(tmpdir(), "cpm-foreign-"));
    const open = await openClient({
      ...{ aor, core, deviceName: "ours", password: "demo", element: aor },
      ...{ profileFolder: join(folder, "profile"), receiveFolder: join(folder, "received") },
    });
    const device = new OurDevice(open, folder);
    const started = await open.client.start();
    if (!started.ok) {
      await device.stop();
      throw new Error(`not registered: ${JSON.stringify(started.error)}`);
    }
    return device;
  }

  get client(): OpenClient["client"] {
    return this.#open.client;
  }

  /** The first event that fits; those that came already count. */
  async event<Name extends NamedEvent["event"]>(
    name: Name,
    fits: (event: Extract<NamedEvent, { event: Name }>) => boolean = () => true,
  ): Promise<Extract<NamedEvent, { event: Name }>> {
    const isIt = (event: NamedEvent): event is Extract<NamedEvent, { event: Name }> =>
      // Checked border: the name decides which event it is.
      event.event === name && fits(event as Extract<NamedEvent, { event: Name }>);
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.events.find(isIt);
      if (found !== undefined) return found;
      if (this.#lost !== undefined) throw new Error(`no ${name}: ${this.#lost}\n${this.story()}`);
      if (Date.now() >= deadlineMs) throw new Error(`no ${name}: ${this.story()}`);
      await this.#more(deadlineMs - Date.now());
    }
  }

  /** The other side has failed: whoever waits for an event waits no longer. */
  giveUp(why: string): void {
    this.#lost = why;
    for (const wake of [...this.#waiting]) wake();
  }

  /** How often something was told. */
  count(name: NamedEvent["event"]): number {
    return this.events.filter((event) => event.event === name).length;
  }

  /** Takes what is offered. */
  async accept(): Promise<OfferId> {
    const offer = await this.event("offer");
    this.client.accept(
      offer.id,
      offer.files.map(({ index }) => index),
    );
    return offer.id;
  }

  /** Offers one file of this content, named `plan.pdf`. */
  async offer(to: string, content: Buffer): Promise<OfferId> {
    const path = join(this.#folder, "plan.pdf");
    await writeFile(path, content);
    const offered = await this.client.offer({ to, paths: [path] });
    if (!offered.ok) throw new Error(offered.error.message);
    return offered.value;
  }

  /** What was received under this name. */
  received(name: string): Promise<Buffer> {
    return readFile(join(this.#folder, "received", name));
  }

  story(): string {
    return this.events.map((event) => JSON.stringify(event)).join("\n");
  }

  async stop(): Promise<void> {
    await this.#open.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #more(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      this.#waiting.add(done);
    });
  }
}

/** As `a=file-selector` writes it. */
export function sha1Selector(content: Buffer): string {
  const hex = createHash("sha1").update(content).digest("hex").toUpperCase();
  return `sha-1:${hex.replaceAll(/(..)(?!$)/g, "$1:")}`;
}
