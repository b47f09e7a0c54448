import type { CpmClient } from "../../main/cpm/client.ts";
import type { ClientEvents } from "../../shared/model/client-events.ts";
import type { OfferId } from "../../shared/model/offer.ts";
import type { MemoryFiles } from "./memory-files.ts";
import type { MemoryStore } from "./memory-store.ts";

type EventName = keyof ClientEvents;

export interface SeenEvent {
  readonly name: EventName;
  readonly payload: ClientEvents[EventName];
}

const NAMES: readonly EventName[] = [
  "registered",
  "registrationFailed",
  "offer",
  "more",
  "ringing",
  "moreWaiting",
  "answered",
  "elsewhere",
  "cancelled",
  "missed",
  "declined",
  "progress",
  "file",
  "reconnecting",
  "paused",
  "resumed",
  "transfer",
  "notified",
  "error",
  "message",
];

/** One device of a user as a test sees it: what its user is told, and what lies on its disk. */
export class FlowDevice {
  readonly name: string;
  readonly client: CpmClient;
  readonly files: MemoryFiles;
  readonly store: MemoryStore;
  readonly seen: SeenEvent[] = [];

  constructor(name: string, client: CpmClient, files: MemoryFiles, store: MemoryStore) {
    this.name = name;
    this.client = client;
    this.files = files;
    this.store = store;
    for (const event of NAMES) {
      client.events.on(event, (payload) => {
        this.seen.push({ name: event, payload });
      });
    }
  }

  has(name: EventName): boolean {
    return this.seen.some((event) => event.name === name);
  }

  all<Name extends EventName>(name: Name): readonly ClientEvents[Name][] {
    return this.seen
      .filter((event) => event.name === name)
      .map((event) => event.payload as ClientEvents[Name]);
  }

  last<Name extends EventName>(name: Name): ClientEvents[Name] {
    const found = this.all(name).at(-1);
    if (found === undefined) throw new Error(`${this.name} saw no ${name}: ${this.story()}`);
    return found;
  }

  /** The newest offer, either direction. */
  get offerId(): OfferId {
    return this.last("offer").id;
  }

  /** Names of the events, in order, without progress. */
  story(): string {
    return this.seen
      .filter(({ name }) => name !== "progress")
      .map(({ name, payload }) => `${name} ${JSON.stringify(payload)}`)
      .join(" | ");
  }

  /** Starts an offer to bob and gives its id. */
  async send(paths: readonly string[], to = "sip:bob@b.example"): Promise<OfferId> {
    const offered = await this.client.offer({ to, paths });
    if (!offered.ok) throw new Error(`offer not sent: ${offered.error.message}`);
    return offered.value;
  }

  acceptAll(): void {
    const { id, files } = this.last("offer");
    this.client.accept(
      id,
      files.map(({ index }) => index),
    );
  }

  /** Files in the receive folder, by name. */
  received(): ReadonlyMap<string, Buffer> {
    const prefix = `/${this.name}/`;
    return new Map(
      [...this.files.content]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, content]) => [path.slice(prefix.length), content]),
    );
  }
}
