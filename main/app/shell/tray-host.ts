import { execFile } from "node:child_process";
import { existsSync } from "node:fs";

/** Who shows status icons on a Linux desktop (StatusNotifierItem specification). */
const WATCHER = "org.kde.StatusNotifierWatcher";
const BUS = "org.freedesktop.DBus";
const ASK_MS = 1_500;

/** Programs that can ask the session's bus; desktops have at least one of them. */
const QUESTIONS: readonly (readonly [string, readonly string[]])[] = [
  [
    "gdbus",
    [
      ...["call", "--session", "--dest", BUS, "--object-path", "/org/freedesktop/DBus"],
      ...["--method", `${BUS}.NameHasOwner`, WATCHER],
    ],
  ],
  ["busctl", ["--user", "call", BUS, "/org/freedesktop/DBus", BUS, "NameHasOwner", "s", WATCHER]],
  [
    "dbus-send",
    [
      ...["--session", "--print-reply", `--dest=${BUS}`, "/org/freedesktop/DBus"],
      ...[`${BUS}.NameHasOwner`, `string:${WATCHER}`],
    ],
  ],
];

/**
 * Whether a tray icon will be seen. Linux takes every icon, also where nothing shows it; a window that hid in such a
 * tray would never come back.
 */
export async function hasTrayHost(): Promise<boolean> {
  if (process.platform !== "linux") return true;
  if (!hasSessionBus()) return false;
  for (const [program, args] of QUESTIONS) {
    const answer = await ask(program, args);
    if (answer !== undefined) return /\btrue\b/.test(answer);
  }
  return false;
}

function hasSessionBus(): boolean {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  return (
    process.env["DBUS_SESSION_BUS_ADDRESS"] !== undefined ||
    (runtime !== undefined && existsSync(`${runtime}/bus`))
  );
}

/** @returns undefined where the program is missing or fails */
function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: ASK_MS, encoding: "utf8" }, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}
