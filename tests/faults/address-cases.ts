import type { CpmEvent, CpmProcess } from "../support/cpm-process.ts";
import type { CaseContext, CaseResult, FaultCase } from "./fault-case.ts";
import { hashOf } from "./kill-payload.ts";
import { MovingNamespace } from "./moving-namespace.ts";
import { needsRootAnd } from "./needs.ts";
import { sparse } from "./network-cases.ts";
import { TransferBed, type Way } from "./transfer-bed.ts";

const SIZE_OCTETS = 1024 ** 3;
const REGISTERED_MS = 5000;
const RESUMED_MS = 10_000;

type Mover = "alice" | "bob";

function addressCase(mover: Mover, transport: "udp" | "tcp", changes: number): FaultCase {
  return {
    name: `network/address changes of the ${mover === "bob" ? "receiver" : "sender"} over ${transport}`,
    isParallel: false,
    missing: needsRootAnd("ip"),
    run: (context) => changing(context, { mover, transport, changes }),
  };
}

export const ADDRESS_CASES: readonly FaultCase[] = [
  addressCase("bob", "udp", 3),
  addressCase("bob", "tcp", 3),
  addressCase("alice", "udp", 3),
  addressCase("alice", "tcp", 3),
];

interface Change {
  readonly registeredMs: number | undefined;
  readonly resumedMs: number;
}

interface Plan {
  readonly mover: Mover;
  readonly transport: "udp" | "tcp";
  readonly changes: number;
}

/** The machine of one side has another address, again and again, while a file moves. */
async function changing({ folder, seed }: CaseContext, plan: Plan): Promise<CaseResult> {
  const space = MovingNamespace.make();
  const run = (bed: TransferBed): Promise<CaseResult> => moveAbout(bed, space, { ...plan, seed });
  try {
    return await TransferBed.with(folder, run, space.hostAddress);
  } finally {
    space.remove();
  }
}

async function moveAbout(
  bed: TransferBed,
  space: MovingNamespace,
  { mover, transport, changes, seed }: Plan & { readonly seed: number },
): Promise<CaseResult> {
  bed.namespaces.set(mover, space.name);
  const way: Way = (core) => `${core};transport=${transport}`;
  const path = sparse(bed.folder, SIZE_OCTETS, seed);
  const receiver = await bed.receiver("bob", undefined, way);
  const sender = bed.send("alice", "bob", path, way);
  const device = mover === "bob" ? receiver : sender;
  const seen: Change[] = [];
  for (let nth = 0; nth < changes; nth += 1) seen.push(await change(receiver, device, space));
  const wrong = [...(await wholeAfter(bed, sender, path))];
  const slow = seen.filter(
    ({ registeredMs = 0, resumedMs }) => registeredMs > REGISTERED_MS || resumedMs > RESUMED_MS,
  );
  if (slow.length > 0) wrong.push("too slow");
  const offers = receiver.events.filter(({ event }) => event === "offer").length;
  if (offers !== 1) wrong.push(`${String(offers)} offers rang`);
  return { figures: seen.map(inWords).join("; "), wrong, story: bed.story() };
}

/** The address goes and another one comes; how long until the device is registered and octets move again. */
async function change(
  receiver: CpmProcess,
  device: CpmProcess,
  space: MovingNamespace,
): Promise<Change> {
  const nth = receiver.events.length;
  const hasNew = (event: CpmEvent): boolean => receiver.events.indexOf(event) >= nth;
  await receiver.event("progress", hasNew);
  const before = {
    registered: countOf(device, "registered"),
    resumed: countOf(receiver, "resumed"),
  };
  space.takeAddress();
  const contact = space.giveAddress();
  const startMs = performance.now();
  const since = (): number => performance.now() - startMs;
  // Who only sends is reached all the same, and prints no registration.
  const isRegistered = (event: CpmEvent): boolean => String(event["contact"]).includes(contact);
  const registered =
    before.registered === 0
      ? Promise.resolve(undefined)
      : device.event("registered", isRegistered).then(since);
  const resumed = receiver
    .event("resumed", () => countOf(receiver, "resumed") > before.resumed)
    .then(since);
  const [registeredMs, resumedMs] = await Promise.all([registered, resumed]);
  return { registeredMs, resumedMs };
}

function countOf({ events }: CpmProcess, name: string): number {
  return events.filter(({ event }) => event === name).length;
}

async function wholeAfter(
  bed: TransferBed,
  sender: CpmProcess,
  path: string,
): Promise<readonly string[]> {
  const code = await sender.exit();
  if (code !== 0) return [`the sender ended with ${String(code)}`];
  return bed.wrongIn(bed.receivedFolder("bob"), await hashOf(path));
}

function inWords({ registeredMs, resumedMs }: Change): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const registered = registeredMs === undefined ? "" : `registered ${seconds(registeredMs)}, `;
  return `${registered}resumed ${seconds(resumedMs)}`;
}
