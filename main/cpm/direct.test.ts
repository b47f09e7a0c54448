import { describe, expect, it } from "vitest";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { FakeNet } from "../../tests/support/fake-net.ts";
import { SeededRandom } from "../../tests/support/fake-random.ts";
import { FakeResolver } from "../../tests/support/fake-resolver.ts";
import { FlowDevice } from "../../tests/support/flow-device.ts";
import { MemoryFiles } from "../../tests/support/memory-files.ts";
import { MemoryStore } from "../../tests/support/memory-store.ts";
import { MemoryLog, MemoryTrace } from "../../tests/support/null-log.ts";
import { octets } from "../../tests/support/octets.ts";
import { systemHashing } from "../base/hashing.node.ts";
import { openSrf } from "../drachtio/srf.node.ts";
import { MsrpEndpoint } from "../msrp/endpoint.ts";
import { TransactionLayer } from "../sip/transaction/transaction-layer.ts";
import { TransportLayer } from "../sip/transport/transport-layer.ts";
import { CpmClient } from "./client.ts";

const HOSTS = { alice: "10.0.0.1", bob: "10.0.0.2" } as const;

type Name = keyof typeof HOSTS;

/** Two whole clients on one fake wire, each the other's outbound proxy and registrar: no core between them. */
class DirectWorld {
  readonly clock = new FakeClock();
  readonly net = new FakeNet(this.clock);
  readonly trace = new MemoryTrace();
  readonly log = new MemoryLog();
  readonly stops: (() => Promise<void>)[] = [];

  async device(name: Name, peer: Name, transport: "udp" | "tcp"): Promise<FlowDevice> {
    const host = HOSTS[name];
    const ports = {
      sockets: this.net.host(host),
      clock: this.clock,
      random: new SeededRandom(name.length * 31),
      resolver: new FakeResolver(),
      log: this.log,
      trace: this.trace,
    };
    const opened = await TransportLayer.open(ports, { listen: { host, port: 5060 } });
    const endpoint = await MsrpEndpoint.open(ports, { listen: { host, port: 2855 } });
    if (!opened.ok || !endpoint.ok) throw new Error("no socket");
    const transactions = new TransactionLayer(opened.value, ports);
    const hashing = systemHashing();
    const srf = openSrf(transactions, { ...ports, hashing }, { contactUser: name });
    srf.onRequest("REGISTER", (register) => {
      const contact = register.request.headers.get("Contact") ?? "";
      register.respond(200, { headers: [{ name: "Contact", value: `${contact};expires=600` }] });
    });
    const files = new MemoryFiles();
    const store = new MemoryStore();
    const client = new CpmClient(
      { ...ports, srf, msrp: endpoint.value, files, store, hashing },
      {
        aor: `sip:${name}@${name === "alice" ? "a" : "b"}.example`,
        core: { host: HOSTS[peer], port: 5060, transport },
        deviceName: name,
        instanceId: `urn:uuid:00000000-0000-4000-8000-00000000000${String(name.length)}`,
        receiveFolder: `/${name}`,
        version: "0.0.0",
        deviceSecret: name,
      },
    );
    this.stops.push(async () => {
      await client.stop();
      await srf.close();
      await endpoint.value.close();
      await transactions.close();
    });
    return new FlowDevice(name, client, files, store);
  }

  async until(what: string, isDone: () => boolean): Promise<void> {
    if (await this.clock.advanceUntil(isDone, 300_000)) return;
    const sip = this.trace.drafts.map(({ dir, summary }) => `${dir} ${JSON.stringify(summary)}`);
    throw new Error([`never came: ${what}`, ...sip, JSON.stringify(this.log.lines)].join("\n"));
  }

  async stop(): Promise<void> {
    let isStopped = false;
    const stopping = Promise.all(this.stops.map((stop) => stop())).then(() => {
      isStopped = true;
    });
    await this.until("all stop", () => isStopped);
    await stopping;
    await this.clock.advanceAsync(64_000);
  }
}

describe.each(["udp", "tcp"] as const)("CR C.x.x.1 without servers over %s", (transport) => {
  it("MUST bring the files through our own stack on both sides", async () => {
    const world = new DirectWorld();
    const alice = await world.device("alice", "bob", transport);
    const bob = await world.device("bob", "alice", transport);
    for (const device of [alice, bob]) {
      void device.client.start();
      await world.until(`${device.name} registers`, () => device.has("registered"));
    }
    const plan = octets(500_000, 1);
    alice.files.put("/s/plan.pdf", plan).put("/s/note.txt", octets(10, 2));
    await alice.send(["/s/plan.pdf", "/s/note.txt"]);
    await world.until("bob rings", () => bob.has("ringing"));
    await world.until("alice hears it", () => alice.has("ringing"));
    bob.client.accept(bob.offerId, [0]);
    await world.until("the end", () => alice.has("transfer") && bob.has("transfer"));
    expect(bob.received().get("plan.pdf")?.equals(plan)).toBe(true);
    expect([alice.last("transfer").state, bob.last("transfer").state]).toEqual([
      "partly",
      "partly",
    ]);
    expect(alice.last("file")).toMatchObject({ index: 0, state: "complete", verified: true });
    await world.stop();
    expect(world.clock.pendingTimers).toBe(0);
    expect(world.net.openSockets).toBe(0);
  });
});
