/** What the arguments after the executable mean, as Electron's default application reads them. */
export interface LaunchArguments {
  /** Modules of `-r` / `--require`, in order. */
  readonly requires: readonly string[];
  /** Folder or script of the application; none in a packaged one. */
  readonly appPath: string | undefined;
  readonly inspectPort: number | undefined;
  readonly wantsVersion: boolean;
}

const REQUIRE = new Set(["-r", "--require"]);
const VERSION = new Set(["-v", "--version"]);
const INSPECT = /^--inspect(?:-brk)?(?:=(?:[^:]*:)?(\d+))?$/;
const DEFAULT_INSPECT_PORT = 9229;

function inspectPortOf(argument: string): number | undefined {
  const match = INSPECT.exec(argument);
  return match === null ? undefined : Number(match[1] ?? DEFAULT_INSPECT_PORT);
}

/** @param isPackaged a packaged application has no path among its arguments: all of them are its own */
export function parseLaunchArguments(
  args: readonly string[],
  isPackaged: boolean,
): LaunchArguments {
  const requires: string[] = [];
  let inspectPort: number | undefined;
  let wantsVersion = false;
  let isRequireNext = false;
  for (const argument of args) {
    if (isRequireNext) {
      requires.push(argument);
      isRequireNext = false;
    } else if (REQUIRE.has(argument)) {
      isRequireNext = !isPackaged;
    } else if (argument.startsWith("-")) {
      inspectPort = inspectPortOf(argument) ?? inspectPort;
      wantsVersion ||= !isPackaged && VERSION.has(argument);
    } else if (!isPackaged) {
      return { requires, appPath: argument, inspectPort, wantsVersion };
    }
  }
  return { requires, appPath: undefined, inspectPort, wantsVersion };
}

/** `--name=value` and `--name` of a command line, names in lower case. */
export function parseSwitches(args: readonly string[]): Map<string, string> {
  const switches = new Map<string, string>();
  for (const argument of args) {
    if (argument === "--") {
      break;
    }
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
    if (match !== null) {
      switches.set((match[1] ?? "").toLowerCase(), match[2] ?? "");
    }
  }
  return switches;
}

const LISTS = new Set(["disable-features", "enable-features"]);

/** Switches as arguments; a list that is named twice is joined, or Chromium would obey the last one only. */
export function joinSwitches(parts: Iterable<readonly [string, string]>): string[] {
  const joined = new Map<string, string>();
  for (const [name, value] of parts) {
    const before = joined.get(name);
    const isList = LISTS.has(name) && before !== undefined && before !== "";
    joined.set(name, isList ? `${before},${value}` : value);
  }
  return [...joined].map(([name, value]) => (value === "" ? `--${name}` : `--${name}=${value}`));
}
