import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "../../main/app/engine/engine.node.ts";
import type { EngineStart } from "../../main/app/engine/engine-options.ts";
import type { StartShare } from "../../main/app/engine/sharing-desk.node.ts";
import type { EngineEvent } from "../../main/app/ports.ts";
import type { Clock } from "../../main/base/ports.ts";
import { present } from "../../main/base/present.ts";
import type { StartNetwork } from "../../main/compose/lab.node.ts";
import { Share } from "../../main/compose/share.node.ts";
import type { Interfaces } from "../../main/compose/sharing-choices.ts";
import type {
  AppEventName,
  AppEvents,
  RequestAnswers,
  RequestArguments,
  RequestFailure,
  RequestName,
} from "../../shared/ipc/contract.ts";
import type { AppState } from "../../shared/model/app-state.ts";
import type { Card } from "../../shared/model/card.ts";
import { FakeDesktop } from "./fake-desktop.ts";
import { startLoopbackNetwork } from "./loopback-network.ts";

/** What never comes within this time does not come. */
const PATIENCE_MS = 20_000;

/** Loopback stands for a network that reaches others. */
const INTERFACES: Interfaces = {
  lo: [{ address: "127.0.0.1", family: "IPv4", internal: true }],
  wlan0: [{ address: "127.0.0.9", family: "IPv4", internal: false }],
};

export const USERS = {
  alice: "sip:alice@a.example",
  anna: "sip:anna@a.example",
  bob: "sip:bob@b.example",
  carol: "sip:carol@b.example",
} as const;

export interface AppOptions {
  readonly start?: EngineStart;
  /** No other profile is known on this machine. */
  readonly isAlone?: boolean;
  /** Instead of the built-in network of this test. */
  readonly startNetwork?: StartNetwork;
  /** For what the application itself waits for; its device has the system's. */
  readonly clock?: Clock;
  /** Instead of a real network for others. */
  readonly startShare?: StartShare;
}

/** Several applications of one machine without their windows: real files and sockets, one built-in network. */
export class AppBed {
  readonly folder = mkdtempSync(join(tmpdir(), "app-"));
  readonly #apps: TestApp[] = [];
  readonly #waiting = new Set<() => void>();
  startedNetworks = 0;

  constructor() {
    mkdirSync(join(this.folder, "bin"));
    mkdirSync(join(this.folder, "from"));
    mkdirSync(join(this.folder, "run"), { mode: 0o700 });
  }

  /** An application that nobody has signed in to; a name that was used before is that profile opened again. */
  open(name: string, options: AppOptions = {}): TestApp {
    const app = new TestApp(name, this, options);
    this.#apps.push(app);
    app.engine.onEvent(() => {
      for (const check of [...this.#waiting]) check();
    });
    app.engine.start();
    return app;
  }

  /** An application that is signed in to the built-in network. */
  async join(name: string, aor: string, deviceName = name): Promise<TestApp> {
    const app = this.open(name);
    await app.ask("account.tryHere", { aor, displayName: "", deviceName });
    return app;
  }

  startNetwork(): ReturnType<StartNetwork> {
    this.startedNetworks += 1;
    return startLoopbackNetwork();
  }

  /** A file to send; gives its path. */
  file(name: string, content: string | Buffer): string {
    const path = join(this.folder, "from", name);
    writeFileSync(path, content);
    return path;
  }

  /** Resolves when it holds; looks whenever an application tells something. */
  async until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(
          new Error(`never came: ${what}\n${this.#apps.map((app) => app.story()).join("\n")}`),
        );
      }, PATIENCE_MS);
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      this.#waiting.add(check);
    });
  }

  async stop(): Promise<void> {
    for (const app of this.#apps) await app.engine.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One application as its user sees it. */
export class TestApp {
  readonly name: string;
  readonly engine: Engine;
  readonly desktop: FakeDesktop;
  readonly receiveFolder: string;
  /** Octets that may be written anywhere; the disk's own where it says nothing. */
  room: number | undefined;
  readonly events: EngineEvent[] = [];
  readonly errors: string[] = [];
  readonly #bed: AppBed;

  constructor(name: string, bed: AppBed, options: AppOptions) {
    const { start, startNetwork, startShare, clock, isAlone = false } = options;
    this.name = name;
    this.#bed = bed;
    const downloads = join(bed.folder, `${name}-downloads`);
    this.receiveFolder = join(downloads, "CPM");
    this.desktop = new FakeDesktop(downloads, join(bed.folder, "bin"));
    this.engine = new Engine(
      {
        profileFolder: join(bed.folder, name),
        ...{ profileName: name, desktop: this.desktop },
        instance: { code: name.toUpperCase().slice(0, 2), isOneOfSeveral: !isAlone },
        ...(start === undefined ? {} : { start }),
        log: {
          write: (level, message, fields) => {
            if (level === "error") this.errors.push(`${message} ${JSON.stringify(fields)}`);
          },
        },
      },
      {
        startNetwork: startNetwork ?? (() => bed.startNetwork()),
        startShare: startShare ?? ((share) => Share.start(share, startLoopbackNetwork)),
        interfaces: () => INTERFACES,
        runtimeFolder: join(bed.folder, "run"),
        roomIn: () => this.room,
        ...present({ clock }),
      },
    );
    this.engine.onEvent((event) => {
      this.events.push(event);
    });
  }

  get state(): AppState {
    return this.engine.snapshot.app;
  }

  /** Newest first. */
  get cards(): readonly Card[] {
    return this.engine.snapshot.cards;
  }

  get card(): Card {
    const [card] = this.cards;
    if (card === undefined) throw new Error(`${this.name} has no card`);
    return card;
  }

  /** Asks as a window would; throws what a window would be told. */
  async ask<Name extends RequestName>(
    name: Name,
    args: RequestArguments<Name>,
  ): Promise<RequestAnswers[Name]> {
    const result = await this.engine.answer(name, args);
    if (!result.ok) throw new Error(`${name}: ${result.error.code} ${result.error.message}`);
    return result.value;
  }

  async fail<Name extends RequestName>(
    name: Name,
    args: RequestArguments<Name>,
  ): Promise<RequestFailure> {
    const result = await this.engine.answer(name, args);
    if (result.ok) throw new Error(`${name} was answered`);
    return result.error;
  }

  /** Offers files to one person; gives the card's id. */
  async send(paths: readonly string[], to: string, text?: string): Promise<string> {
    const [sent] = await this.ask("offer.send", {
      ...{ to: [to], paths: [...paths] },
      ...(text === undefined ? {} : { text }),
    });
    if (sent?.ok !== true) throw new Error(`not sent: ${JSON.stringify(sent)}`);
    return sent.id;
  }

  async accept(indexes = this.card.files.map(({ index }) => index)): Promise<void> {
    await this.ask("offer.accept", {
      id: this.card.id,
      files: indexes.map((index) => ({ index })),
    });
  }

  /** Waits until the newest card is in one of these states. */
  async reaches(...states: readonly string[]): Promise<Card> {
    await this.#bed.until(`${this.name} is ${states.join(" or ")}`, () =>
      states.includes(this.cards[0]?.state ?? ""),
    );
    return this.card;
  }

  /** Names in the receive folder. */
  get received(): readonly string[] {
    try {
      return readdirSync(this.receiveFolder).sort();
    } catch {
      return [];
    }
  }

  content(name: string): string {
    return readFileSync(join(this.receiveFolder, name), "utf8");
  }

  /** Payloads of one event, in order. */
  told<Name extends AppEventName>(name: Name): readonly AppEvents[Name][] {
    return this.events
      .filter((event) => event.name === name)
      .map((event) => event.payload as AppEvents[Name]);
  }

  story(): string {
    const cards = this.cards.map(
      ({ state, files, problem }) =>
        `${state} [${files.map((file) => `${file.name} ${file.state}`).join(", ")}] ${problem?.message ?? ""}`,
    );
    return `${this.name}: ${JSON.stringify(this.state.registration)} ${cards.join("; ")} ${this.errors.join("; ")}`;
  }
}
