import { readdirSync, readFileSync } from "node:fs";

/** One process of the application, as `app.getAppMetrics` gives it. */
export interface ProcessFigures {
  readonly pid: number;
  readonly type: string;
  readonly creationTime: number;
  readonly cpu: {
    readonly percentCPUUsage: number;
    readonly cumulativeCPUUsage: number;
    readonly idleWakeupsPerSecond: number;
  };
  readonly memory: { readonly workingSetSize: number; readonly peakWorkingSetSize: number };
}

const TICKS_PER_S = 100;
const TYPES: Record<string, string> = {
  renderer: "Tab",
  "gpu-process": "GPU",
  utility: "Utility",
  zygote: "Zygote",
};

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly cpuS: number;
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // The process has ended in the meantime.
    return "";
  }
}

function rows(): Row[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const stat = read(Number(name), "stat");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
      return { pid: Number(name), parent: Number(fields[1] ?? 0), cpuS: ticks / TICKS_PER_S };
    });
}

function descendants(all: readonly Row[], pid: number): Row[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [...children, ...children.flatMap((child) => descendants(all, child.pid))];
}

function kibibytes(pid: number, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(read(pid, "status"));
  return Number(match?.[1] ?? 0);
}

function figuresOf({ pid, cpuS }: Row): ProcessFigures {
  const type = /--type=([a-z-]+)/.exec(read(pid, "cmdline"))?.[1];
  return {
    pid,
    type: type === undefined ? "Browser" : (TYPES[type] ?? "Unknown"),
    creationTime: 0,
    cpu: { percentCPUUsage: 0, cumulativeCPUUsage: cpuS, idleWakeupsPerSecond: 0 },
    memory: {
      workingSetSize: kibibytes(pid, "VmRSS"),
      peakWorkingSetSize: kibibytes(pid, "VmHWM"),
    },
  };
}

/** Chromium's processes are those below this one that were started with its profile. */
export function processFigures(): ProcessFigures[] {
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  const workingSetSize = Math.round(rss / 1024);
  const own: ProcessFigures = {
    pid: process.pid,
    type: "Browser",
    creationTime: Date.now() - process.uptime() * 1000,
    cpu: {
      percentCPUUsage: 0,
      cumulativeCPUUsage: (user + system) / 1e6,
      idleWakeupsPerSecond: 0,
    },
    memory: { workingSetSize, peakWorkingSetSize: process.resourceUsage().maxRSS },
  };
  if (process.platform !== "linux") {
    return [own];
  }
  const isChromium = ({ pid }: Row): boolean => read(pid, "cmdline").includes("host-chromium");
  return [own, ...descendants(rows(), process.pid).filter(isChromium).map(figuresOf)];
}
