import { type ChildProcess, fork, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openSipStack } from "../../main/compose/sip-stack.node.ts";
import { UserAgent } from "../../main/sip/ua/user-agent.ts";
import { need } from "../support/need.ts";
import { bundleProgram } from "./bundle.ts";
import { BENCH_DOMAIN, BENCH_PASSWORD, type NetworkRole } from "./network-role-messages.ts";

/**
 * Calls a second through the core, and through core and Participating Function, beside Kamailio on the same SIPp
 * scenario: one worker each, over UDP on loopback, with as many calls at a time as `WINDOW`.
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KAMAILIO = "/usr/sbin/kamailio";
const SIPP = "/usr/bin/sipp";
const WINDOW = 30;
const TICKS_PER_S = 100;
/** Of a whole round: a busy machine is slow, and that is no failure. */
const TIMEOUT_S = "600";
/** The last path takes its time: so much less calls are enough. */
const FEWER_CALLS = 4;
/** The core's share of Kamailio's rate. */
export const CORE_FLOOR = 0.5;

export type CallPath = "kamailio" | "core" | "core and pf";

export interface CallRound {
  readonly perSecond: number;
  /** CPU of the servers alone. */
  readonly cpuMsPerCall: number;
  readonly hasFailed: boolean;
}

/** Servers under test. */
interface Servers {
  readonly port: number;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export function canCall(): boolean {
  return (
    need(existsSync(SIPP), "sipp (Debian: sip-tester)") &&
    need(existsSync(KAMAILIO), "kamailio (Debian: kamailio)")
  );
}

/** Rounds of all paths, alternating. */
export async function callRounds(
  rounds: number,
  calls: number,
): Promise<ReadonlyMap<CallPath, readonly CallRound[]>> {
  // Inside the checkout, where the program finds its packages.
  await mkdir(join(ROOT, "out"), { recursive: true });
  const folder = await mkdtemp(join(ROOT, "out/bench-calls-"));
  try {
    const program = await bundleProgram(ROOT, folder, "network-role");
    const starts: Readonly<Record<CallPath, () => Promise<Servers>>> = {
      kamailio: () => startKamailio(folder),
      core: () => startCore(program, false),
      "core and pf": () => startCore(program, true),
    };
    const paths: readonly CallPath[] = ["kamailio", "core", "core and pf"];
    const all = new Map<CallPath, CallRound[]>(paths.map((path) => [path, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const path of paths) {
        const count = path === "core and pf" ? Math.ceil(calls / FEWER_CALLS) : calls;
        all.get(path)?.push(await oneRound(starts[path], count));
      }
    }
    return all;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function oneRound(start: () => Promise<Servers>, calls: number): Promise<CallRound> {
  const servers = await start();
  try {
    return await callsThrough(servers, calls);
  } finally {
    await servers.stop();
  }
}

async function callsThrough(servers: Servers, calls: number): Promise<CallRound> {
  const caller = await register("alice", servers.port);
  const callee = await register("bob", servers.port);
  // The Participating Function connects to both sides; nobody there has anything to say.
  const media = createServer((socket) => socket.on("error", () => undefined).resume());
  media.listen(0, "127.0.0.1");
  await once(media, "listening");
  const { port: mediaPort } = media.address() as AddressInfo;
  const key = ["-key", "media_port_number", String(mediaPort)];
  const uas = sipp("uas.xml", callee, [...key, `127.0.0.1:${String(servers.port)}`]);
  try {
    await sleep(300);
    // The first calls are for the compiler; they are not counted.
    await call(servers, caller, Math.ceil(calls / 5), key);
    const beforeS = cpuS(servers.pids);
    const startMs = performance.now();
    const exitCode = await call(servers, caller, calls, key);
    const seconds = (performance.now() - startMs) / 1000;
    return {
      perSecond: calls / seconds,
      cpuMsPerCall: ((cpuS(servers.pids) - beforeS) * 1000) / calls,
      hasFailed: exitCode !== 0,
    };
  } finally {
    await end(uas);
    media.close();
  }
}

async function call(
  servers: Servers,
  port: number,
  calls: number,
  key: readonly string[],
): Promise<number> {
  const uac = sipp("uac.xml", port, [
    ...key,
    ...["-m", String(calls), "-l", String(WINDOW), "-r", "100000", "-timeout", TIMEOUT_S],
    `127.0.0.1:${String(servers.port)}`,
  ]);
  await once(uac, "exit");
  return uac.exitCode ?? 1;
}

function sipp(scenario: string, port: number, more: readonly string[]): ChildProcess {
  const file = join(ROOT, "tests/bench/sipp", scenario);
  const own = [
    "-sf",
    file,
    "-i",
    "127.0.0.1",
    "-p",
    String(port),
    "-nostdin",
    "-buff_size",
    "1048576",
  ];
  return spawn(SIPP, [...own, ...more], { stdio: "ignore" });
}

async function startCore(program: string, hasPf: boolean): Promise<Servers> {
  const pf = hasPf ? await startRole(program, { kind: "pf" }) : undefined;
  const core = await startRole(program, {
    kind: "core",
    ...(pf === undefined ? {} : { pf: `sip:127.0.0.1:${String(pf.port)};lr` }),
  });
  pf?.child.send({ core: `sip:127.0.0.1:${String(core.port)};lr` });
  const children = [core.child, ...(pf === undefined ? [] : [pf.child])];
  return {
    port: core.port,
    pids: children.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    stop: async () => {
      for (const child of children) await end(child);
    },
  };
}

async function startRole(
  program: string,
  role: NetworkRole,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = fork(program, {
    execArgv: process.execArgv.filter((one) => one.startsWith("--cpu-prof")),
  });
  child.send(role);
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  return { child, port };
}

async function startKamailio(folder: string): Promise<Servers> {
  const port = await freePort();
  const config = join(ROOT, "tests/bench/kamailio/proxy.cfg");
  const place = ["-l", `udp:127.0.0.1:${String(port)}`, "-Y", folder, "-m", "256", "-M", "16"];
  const child = spawn(KAMAILIO, ["-f", config, "-DD", "-E", ...place], { stdio: "ignore" });
  await sleep(1500);
  if (child.exitCode !== null || child.pid === undefined) throw new Error("kamailio did not start");
  return { port, pids: familyOf(child.pid), stop: () => end(child) };
}

/** A process and its children. */
function familyOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8");
  return [
    pid,
    ...text
      .split(" ")
      .filter((one) => one.trim() !== "")
      .map(Number),
  ];
}

function cpuS(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const text = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    // After the name, which may hold blanks: field 3 and on.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_S;
}

/** Registers a user from a port of its own. @returns the port, where SIPp is to be that user */
async function register(user: string, server: number): Promise<number> {
  const stack = await openSipStack({ element: user, listen: { host: "127.0.0.1", port: 0 } });
  const { port } = stack.local;
  const ua = new UserAgent(stack.transactions, stack.ports, {
    local: stack.local,
    credentials: { username: user, realm: BENCH_DOMAIN, password: BENCH_PASSWORD, allowMd5: false },
  });
  const status = await new Promise<number>((resolve, reject) => {
    const message = {
      method: "REGISTER",
      uri: `sip:${BENCH_DOMAIN}`,
      from: `<sip:${user}@${BENCH_DOMAIN}>`,
      to: `<sip:${user}@${BENCH_DOMAIN}>`,
      headers: [
        {
          name: "Contact",
          value: `<sip:${user}@127.0.0.1:${String(port)}>;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"`,
        },
        { name: "Expires", value: "600" },
      ],
      routes: [],
      nextHop: `sip:127.0.0.1:${String(server)};transport=udp`,
    };
    ua.send(message, {
      onResponse: (response) => {
        if (response.status >= 200) resolve(response.status);
      },
      onFailure: (failure) => {
        reject(new Error(failure.message));
      },
    });
  });
  ua.close();
  await stack.close();
  if (status !== 200) throw new Error(`REGISTER of ${user}: ${String(status)}`);
  return port;
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
  await gone;
  clearTimeout(timer);
}

/** Prints the table, fastest rounds. @returns false when calls failed or the core is below its floor */
export async function printCalls(rounds: number, calls = 4000): Promise<boolean> {
  if (!canCall()) return true;
  const all = await callRounds(rounds, calls);
  // Calls that are refused are fast.
  const fastest = (path: CallPath): CallRound | undefined =>
    all
      .get(path)
      ?.filter(({ hasFailed }) => !hasFailed)
      .toSorted((a, b) => b.perSecond - a.perSecond)[0];
  const base = fastest("kamailio");
  console.log(`\nCalls over UDP, one worker each, fastest of ${String(rounds)} rounds`);
  for (const path of all.keys()) {
    const round = fastest(path);
    if (round === undefined || base === undefined) continue;
    const ratio = round.perSecond / base.perSecond;
    const cpuRatio = base.cpuMsPerCall / round.cpuMsPerCall;
    console.log(
      `${path.padEnd(14)} ${round.perSecond.toFixed(0).padStart(6)} calls/s ${ratio.toFixed(2)}   ` +
        `${round.cpuMsPerCall.toFixed(2)} ms CPU a call (${cpuRatio.toFixed(2)} of kamailio's calls per CPU second)`,
    );
  }
  const ours: readonly CallPath[] = ["core", "core and pf"];
  const failed = ours.filter((path) => all.get(path)?.some(({ hasFailed }) => hasFailed));
  for (const path of failed) console.log(`calls failed: ${path}`);
  const core = fastest("core");
  if (core === undefined || base === undefined) return false;
  return failed.length === 0 && core.perSecond >= CORE_FLOOR * base.perSecond;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isReached = await printCalls(
    Number(process.argv[2] ?? "3"),
    Number(process.argv[3] ?? "4000"),
  );
  process.exitCode = isReached ? 0 : 1;
}
