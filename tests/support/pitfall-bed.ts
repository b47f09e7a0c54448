import { expect } from "vitest";
import { ClientPair } from "./client-pair.ts";
import { octets } from "./octets.ts";
import { type PeerHabits, PitfallPeer } from "./pitfall-peer.ts";

export const BIG = octets(300_001, 1);
export const NOTE = octets(40, 2);

/** `big.txt`, longer than any chunk, and `note.txt`. */
export const BOTH: ReadonlyMap<string, Buffer> = new Map([
  ["big.txt", BIG],
  ["note.txt", NOTE],
]);
export const ONE: ReadonlyMap<string, Buffer> = new Map([["big.txt", BIG]]);

/** Alice, who is ours, and a peer with a bad habit. */
export class PitfallBed {
  readonly pair: ClientPair;
  readonly peers: PitfallPeer[] = [];

  private constructor(pair: ClientPair) {
    this.pair = pair;
  }

  static async start(): Promise<PitfallBed> {
    return new PitfallBed(await ClientPair.start());
  }

  /** A peer that others can connect to, once. */
  async peer(habits: PeerHabits | ((own: () => PitfallPeer) => PeerHabits)): Promise<PitfallPeer> {
    for (const before of this.peers) before.stop();
    const own = (): PitfallPeer => {
      const last = this.peers.at(-1);
      if (last === undefined) throw new Error("not yet");
      return last;
    };
    const peer = new PitfallPeer(this.pair, typeof habits === "function" ? habits(own) : habits);
    this.peers.push(peer);
    await peer.listen();
    return peer;
  }

  /** The peer sends to us: alice takes everything, and it comes to an end. */
  async from(
    habits: PeerHabits | ((own: () => PitfallPeer) => PeerHabits),
    files = BOTH,
  ): Promise<PitfallPeer> {
    const { alice } = this.pair;
    const peer = await this.peer(habits);
    const before = alice.all("transfer").length;
    void peer.gives(files);
    await this.pair.until("alice rings, or cannot", () => peer.isRefused || alice.has("ringing"));
    if (peer.isRefused) return peer;
    alice.acceptAll();
    await this.pair.until("alice knows the end", () => alice.all("transfer").length > before);
    return peer;
  }

  /** We send to the peer, until alice knows the end. */
  async to(
    habits: PeerHabits | ((own: () => PitfallPeer) => PeerHabits),
    files = BOTH,
  ): Promise<PitfallPeer> {
    const peer = await this.peer(habits);
    peer.takes();
    await this.send(files);
    return peer;
  }

  async send(files = BOTH): Promise<void> {
    const { alice } = this.pair;
    const before = alice.all("transfer").length;
    for (const [name, content] of files) alice.files.put(`/s/${name}`, content);
    await alice.send([...files.keys()].map((name) => `/s/${name}`));
    await this.pair.until("the end", () => alice.all("transfer").length > before);
  }

  /** Nothing is left of anything. */
  async stop(): Promise<void> {
    for (const peer of this.peers) peer.stop();
    await this.pair.stop();
    expect(this.pair.alice.files.openParts, "parts left open").toBe(0);
    expect(this.pair.clock.pendingTimers, "timers left running").toBe(0);
    expect(this.pair.net.openConnections, "connections left open").toBe(0);
  }
}

/** Every file lies where it belongs, octet by octet. */
export function expectTaken({ pair: { alice } }: PitfallBed, files = BOTH): void {
  for (const [name, content] of files)
    expect(alice.received().get(name)?.equals(content), name).toBe(true);
  expect(["confirmed", "verified"]).toContain(alice.last("transfer").state);
}

/** The peer has every file, octet by octet, and alice says no more of it than she can know. */
export function expectGiven(
  { pair: { alice } }: PitfallBed,
  peer: PitfallPeer,
  files = BOTH,
): void {
  for (const [index, content] of [...files.values()].entries())
    expect(peer.received.get(`s${String(index)}`)?.equals(content), String(index)).toBe(true);
  expect(alice.last("transfer").state).toBe("confirmed");
}
