import { setTimeout as sleep } from "node:timers/promises";
import type {
  CallsDone,
  CallsOpen,
  CrowdReady,
  FloodDone,
  NewcomerDone,
  TransfersDone,
} from "./messages.ts";
import { Process, type Servers, startServers } from "./processes.ts";

/** What a case needs: the bundled program, and a folder for people's devices. */
export interface Bed {
  readonly program: string;
  readonly folder: string;
}

const PAIRS = 2;
/** A user may begin 50 transfers at once and then one in 1.2 s. */
const EVERY_MS = 500;

function names(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${kind}${String(i)}`);
}

/** Runs the case and ends all its processes, whatever becomes of it. */
async function withServers<T>(
  bed: Bed,
  run: (servers: Servers, processes: Process[]) => Promise<T>,
): Promise<T> {
  const users = [...names("caller", 20), ...names("called", PAIRS), "newcomer", "protected"];
  const servers = await startServers(bed.program, users);
  const processes: Process[] = [servers.core, servers.pf];
  try {
    return await run(servers, processes);
  } finally {
    for (const each of processes.toReversed()) await each.end();
  }
}

async function startPeople(bed: Bed, core: number, processes: Process[]): Promise<Process> {
  const { program, folder } = bed;
  const people = new Process(program, { kind: "people", core, folder, pairs: PAIRS });
  processes.push(people);
  await people.hear();
  return people;
}

export interface FloodFigures extends TransfersDone {
  readonly perSecond: number;
  readonly sent: number;
  readonly heard: number;
  /** As it was before. */
  readonly calm: TransfersDone;
  /** Of the core. */
  readonly grownMiB: number;
  /** Of the core, as a share of one CPU. */
  readonly cpuShare: number;
}

/** Requests of nobody from another address, while people send each other files. */
export function flood(
  bed: Bed,
  load: { readonly perSecond: number; readonly durationMs: number },
): Promise<FloodFigures> {
  return withServers(bed, async ({ core, corePort }, processes) => {
    const people = await startPeople(bed, corePort, processes);
    // What is loaded and compiled for the first calls is no cost of the flood.
    people.tell({ task: "transfers", durationMs: 2000, everyMs: 500 });
    await people.hear();
    people.tell({ task: "transfers", durationMs: load.durationMs / 2, everyMs: EVERY_MS });
    const calm = await people.hear<TransfersDone>();
    const before = core.memory.nowMiB;
    const beforeS = core.cpuS;
    const attacker = new Process(bed.program, { kind: "flood", core: corePort, ...load });
    processes.push(attacker);
    people.tell({ task: "transfers", durationMs: load.durationMs, everyMs: EVERY_MS });
    const flooded = await attacker.hear<FloodDone>();
    const grownMiB = core.memory.peakMiB - before;
    const done = await people.hear<TransfersDone>();
    return {
      ...done,
      ...flooded,
      calm,
      grownMiB,
      cpuShare: ((core.cpuS - beforeS) * 1000) / load.durationMs,
      perSecond: (flooded.sent * 1000) / load.durationMs,
    };
  });
}

export interface CrowdFigures extends NewcomerDone, CrowdReady {
  /** Somebody who comes over TLS. */
  readonly overTls: NewcomerDone;
}

/** Slow and idle connections and half handshakes to the core and to the MSRP ports, and people who come then. */
export function crowd(
  bed: Bed,
  load: { readonly slow: number; readonly idle: number; readonly half: number },
): Promise<CrowdFigures> {
  return withServers(bed, async (servers, processes) => {
    const { corePort, msrpPort, coreTls, msrpTls } = servers;
    const people = await startPeople(bed, corePort, processes);
    people.tell({ task: "transfers", durationMs: 500, everyMs: 500 });
    await people.hear();
    const places = { ports: [corePort, msrpPort], tlsPorts: [coreTls.port, msrpTls.port] };
    const attacker = new Process(bed.program, { kind: "crowd", ...places, ...load });
    processes.push(attacker);
    const ready = await attacker.hear<CrowdReady>();
    people.tell({ task: "newcomer" });
    const plain = await people.hear<NewcomerDone>();
    people.tell({ task: "newcomer", tls: coreTls });
    return { ...ready, ...plain, overTls: await people.hear<NewcomerDone>() };
  });
}

export interface SessionFigures extends CallsDone {
  readonly open: number;
  readonly coreMiB: number;
  readonly pfMiB: number;
}

/** Sessions through core and Participating Function, all half done at the same time. */
export function sessions(
  bed: Bed,
  load: { readonly callers: number; readonly perCaller: number },
): Promise<SessionFigures> {
  return withServers(bed, async ({ core, pf, corePort }, processes) => {
    const calls = new Process(bed.program, { kind: "calls", core: corePort, ...load });
    processes.push(calls);
    const { open } = await calls.hear<CallsOpen>();
    await sleep(500);
    const [coreMiB, pfMiB] = [core.memory.peakMiB, pf.memory.peakMiB];
    calls.tell({});
    const { whole } = await calls.hear<CallsDone>();
    return { open, whole, coreMiB, pfMiB };
  });
}
