import type { HistoryEntry, HistoryFile } from "../../main/base/transfer-store.ts";
import type { FlowDevice } from "../support/flow-device.ts";

/** What must hold at every moment and in the end, whatever happened. */
export class Promises {
  readonly #contents: readonly Buffer[];
  /** Files looked at already, by their octets: a file is looked at when it is published, and never changes again. */
  readonly #known = new Map<string, Buffer>();
  readonly #owned = new Map<string, Buffer>();
  readonly #broken = new Set<string>();

  constructor(contents: readonly Buffer[]) {
    this.#contents = contents;
  }

  get broken(): readonly string[] {
    return [...this.#broken];
  }

  /** A file that was its user's before anything began. */
  own(device: FlowDevice, path: string, content: Buffer): void {
    device.files.put(path, content);
    this.#owned.set(`${device.name} ${path}`, content);
  }

  /** After every step. */
  check(devices: readonly FlowDevice[]): void {
    const winners: string[] = [];
    for (const device of devices) {
      for (const [path, content] of device.files.content) this.#look(device, path, content);
      this.#nothingLost(device);
      if (device.name !== "a1" && publishedBy(device, this.#owned).length > 0)
        winners.push(device.name);
    }
    if (winners.length > 1) this.#broken.add(`${winners.join(" and ")} both have files`);
  }

  /** When all has come to rest. */
  checkEnd(
    devices: readonly FlowDevice[],
    { mayFail, mayForget }: { readonly mayFail: boolean; readonly mayForget: boolean },
  ): void {
    this.check(devices);
    const [alice, ...bobs] = devices;
    for (const device of devices)
      if (device.files.openParts > 0) this.#broken.add(`${device.name}: a part is still in use`);
    if (mayForget) return;
    for (const bob of bobs) this.#noDoubt(bob);
    const takers = bobs.filter((bob) => hasTaken(entryOf(bob)));
    if (takers.length > 1)
      this.#broken.add(`${takers.map(({ name }) => name).join(" and ")} took it`);
    this.#agree(entryOf(alice), entryOf(takers[0]), mayFail);
  }

  #agree(sent: HistoryEntry | undefined, taken: HistoryEntry | undefined, mayFail: boolean): void {
    for (const file of sent?.files ?? []) {
      const ours = stateOf(file);
      const theirs = taken?.files.find(({ index }) => index === file.index)?.state ?? "none";
      const allowed = [...(AGREED[ours] ?? []), ...((mayFail ? BAD_DISK[ours] : undefined) ?? [])];
      if (!allowed.includes(theirs))
        this.#broken.add(`file ${String(file.index)}: sender ${ours}, receiver ${theirs}`);
    }
  }

  #look(device: FlowDevice, path: string, content: Buffer): void {
    const key = `${device.name} ${path}`;
    const known = this.#known.get(key) ?? this.#owned.get(key);
    if (known === content) return;
    if (device.name === "a1") return;
    if (known !== undefined) this.#broken.add(`${key} was replaced`);
    this.#known.set(key, content);
    const index = Number(/\/file-(\d+)\.bin(?: \(\d+\))?$/.exec(path)?.[1] ?? -1);
    if (this.#contents[index]?.equals(content) !== true) this.#broken.add(`${key} is wrong`);
  }

  #nothingLost(device: FlowDevice): void {
    for (const known of [this.#known, this.#owned])
      for (const [key, content] of known) {
        const [name, path = ""] = key.split(/ (.*)/);
        if (name !== device.name || device.files.content.get(path) === content) continue;
        this.#broken.add(`${key} is lost`);
      }
  }

  /** What its history says is there, is there, once. */
  #noDoubt(bob: FlowDevice): void {
    const published = publishedBy(bob, this.#owned);
    const complete = (entryOf(bob)?.files ?? []).filter(({ state }) => state === "complete");
    for (const { path = "" } of complete)
      if (!published.includes(path)) this.#broken.add(`${bob.name}: ${path} is not there`);
    if (published.length > complete.length)
      this.#broken.add(
        `${bob.name}: ${String(published.length)} files, ${String(complete.length)} in the history`,
      );
  }
}

type Agreement = Readonly<Record<string, readonly string[]>>;

/**
 * What the two may say in the end, when everything works again and both users have tried to go on. `none`: no device took
 * the offer.
 */
const AGREED: Agreement = {
  verified: ["complete"],
  confirmed: ["complete"],
  // The one who ends it may be a moment late: what the other one has then is whole.
  cancelled: ["cancelled", "complete", "none", "declined", "failed"],
  // The sender never heard of the answer, or its file has changed.
  failed: ["failed", "none", "cancelled", "declined"],
  // Without a taker: the offer never had an answer.
  interrupted: ["none", "failed", "cancelled"],
  declined: ["none", "declined"],
};

/** Where a disk failed or the file was changed, one side may not be able to go on or to ask. */
const BAD_DISK: Agreement = {
  failed: ["interrupted", "complete"],
  interrupted: ["failed", "complete", "interrupted"],
  cancelled: ["failed", "interrupted"],
};

function stateOf({ state, isVerified }: HistoryFile): string {
  if (state !== "complete") return state;
  return isVerified === true ? "verified" : "confirmed";
}

export function entryOf(device: FlowDevice | undefined): HistoryEntry | undefined {
  return [...(device?.store.entries.values() ?? [])].at(-1);
}

/** Not one whose acceptance was never confirmed: nothing of it is there, nor goes on. */
function hasTaken(entry: HistoryEntry | undefined): boolean {
  if (entry?.status !== 200 || entry.state === "elsewhere") return false;
  const hasSome = entry.files.some(({ state }) => state === "complete" || state === "interrupted");
  return hasSome || entry.state !== "failed";
}

function publishedBy(device: FlowDevice, owned: ReadonlyMap<string, Buffer>): readonly string[] {
  return [...device.files.content.keys()].filter(
    (path) => path.startsWith(`/${device.name}/`) && !owned.has(`${device.name} ${path}`),
  );
}
