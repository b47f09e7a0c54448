import { systemHashing } from "../../main/base/hashing.node.ts";
import type { TlsIdentity } from "../../main/base/ports.ts";
import type { Result } from "../../main/base/result.ts";
import { CpmClient } from "../../main/cpm/client.ts";
import type { CpmConfig } from "../../main/cpm/config.ts";
import { MsrpEndpoint } from "../../main/msrp/endpoint.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet } from "./fake-net.ts";
import { SeededRandom } from "./fake-random.ts";
import { FakeSip, type FakeSrf } from "./fake-sip.ts";
import { FlowDevice } from "./flow-device.ts";
import { MemoryFiles } from "./memory-files.ts";
import { MemoryStore } from "./memory-store.ts";
import { MemoryLog, MemoryTrace } from "./null-log.ts";

export const ALICE = "sip:alice@a.example";
export const BOB = "sip:bob@b.example";
export const ALICE_HOST = "10.0.0.1";
export const BOB_HOST = "10.0.0.2";

/** Two clients that reach each other directly: SIP as an application sees it, MSRP on a fake wire. */
export class ClientPair {
  readonly clock: FakeClock;
  readonly net: FakeNet;
  readonly sip: FakeSip;
  readonly log = new MemoryLog();
  readonly trace: MemoryTrace;
  readonly alice: FlowDevice;
  readonly bob: FlowDevice;
  readonly aliceSip: FakeSrf;
  readonly bobSip: FakeSrf;
  readonly #endpoints: MsrpEndpoint[] = [];

  private constructor(
    endpoints: { readonly a: MsrpEndpoint; readonly b: MsrpEndpoint },
    config: {
      readonly a: Partial<CpmConfig>;
      readonly b: Partial<CpmConfig>;
    },
    world: { readonly clock: FakeClock; readonly net: FakeNet; readonly trace: MemoryTrace },
  ) {
    this.clock = world.clock;
    this.net = world.net;
    this.trace = world.trace;
    this.sip = new FakeSip(world.clock);
    this.aliceSip = this.sip.party(ALICE, ALICE_HOST);
    this.bobSip = this.sip.party(BOB, BOB_HOST);
    this.alice = this.#device("alice", ALICE, endpoints.a, config.a);
    this.bob = this.#device("bob", BOB, endpoints.b, config.b);
    this.#endpoints.push(endpoints.a, endpoints.b);
  }

  static async start(
    config: { readonly a?: Partial<CpmConfig>; readonly b?: Partial<CpmConfig> } = {},
    identities: { readonly a?: TlsIdentity; readonly b?: TlsIdentity } = {},
  ): Promise<ClientPair> {
    const clock = new FakeClock();
    const net = new FakeNet(clock);
    const trace = new MemoryTrace();
    const open = async (
      host: string,
      seed: number,
      identity: TlsIdentity | undefined,
    ): Promise<MsrpEndpoint> =>
      value(
        await MsrpEndpoint.open(
          {
            sockets: net.host(host),
            clock,
            random: new SeededRandom(seed),
            log: new MemoryLog(),
            trace,
          },
          {
            listen: { host, port: 2855 },
            ...(identity === undefined ? {} : { tls: { identity, port: 2856 } }),
          },
        ),
      );
    const endpoints = {
      a: await open(ALICE_HOST, 11, identities.a),
      b: await open(BOB_HOST, 12, identities.b),
    };
    const pair = new ClientPair(
      endpoints,
      { a: config.a ?? {}, b: config.b ?? {} },
      { clock, net, trace },
    );
    for (const [device, own] of [
      [pair.alice, config.a],
      [pair.bob, config.b],
    ] as const) {
      const started = device.client.start();
      const isReady = (): boolean => own?.isGuest === true || device.has("registered");
      await pair.until(`${device.name} registers`, isReady);
      value(await started);
    }
    return pair;
  }

  /** Advances fake time until the condition holds; fails with both stories when it never does. */
  async until(what: string, isDone: () => boolean, limitMs = 400_000): Promise<void> {
    const isReached = await this.clock.advanceUntil(isDone, limitMs);
    if (!isReached && !isDone())
      throw new Error(
        `never came: ${what}\nalice: ${this.alice.story()}\nbob: ${this.bob.story()}\n${JSON.stringify(this.log.lines)}`,
      );
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  /** Alice offers these, Bob takes them all where he is asked, and Alice knows the end. */
  async transfer(files: Readonly<Record<string, Buffer>>): Promise<void> {
    const { alice, bob } = this;
    const paths = Object.keys(files);
    for (const [path, bytes] of Object.entries(files)) alice.files.put(path, bytes);
    await alice.send(paths);
    await this.until("bob rings or refuses", () => bob.has("ringing") || alice.has("transfer"));
    if (bob.has("ringing")) bob.acceptAll();
    await this.until("alice knows the end", () => alice.has("transfer"));
  }

  /** The offer reached its last event on both devices. */
  bothEnded(): boolean {
    return [this.alice, this.bob].every(
      (device) => device.has("transfer") || device.has("elsewhere"),
    );
  }

  async stop(): Promise<void> {
    let isStopped = false;
    const stopping = Promise.all([this.alice.client.stop(), this.bob.client.stop()]).then(
      async () => {
        for (const endpoint of this.#endpoints) await endpoint.close();
        isStopped = true;
      },
    );
    await this.until("both stop", () => isStopped);
    await stopping;
    await this.clock.advanceAsync(64_000);
  }

  #device(name: string, aor: string, msrp: MsrpEndpoint, config: Partial<CpmConfig>): FlowDevice {
    const files = new MemoryFiles();
    const store = new MemoryStore();
    const srf = name === "alice" ? this.aliceSip : this.bobSip;
    const client = new CpmClient(
      {
        srf,
        msrp,
        files,
        store,
        clock: this.clock,
        random: new SeededRandom(name.length * 7919),
        hashing: systemHashing(),
        log: this.log,
      },
      {
        aor,
        core: { host: "10.0.0.9", port: 5060, transport: "udp" },
        deviceName: `${name}'s device`,
        instanceId: `urn:uuid:00000000-0000-4000-8000-00000000000${String(name.length)}`,
        receiveFolder: `/${name}`,
        version: "0.0.0",
        deviceSecret: name,
        ...config,
      },
    );
    return new FlowDevice(name, client, files, store);
  }
}

function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
