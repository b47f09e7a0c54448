import { spawnSync } from "node:child_process";

/** Fits the smallest screens still sold, below a task bar. */
const DEFAULT_SCREEN = { width: 1366, height: 768 };
const ASK_MS = 2000;
const MARGIN_PX = 8;
/** Room for a panel or a title bar above; some window managers count it as part of the window, others not. */
const TOP_PX = 36;
/** Room for a task bar below. */
const BOTTOM_PX = 60;
const WIDEST_PX = 620;
const TALLEST_PX = 900;
/** Narrower than this the windows overlap instead. */
const NARROWEST_PX = 400;

/** Whether windows can be shown here. */
export function hasDisplay(env = process.env) {
  if (process.platform !== "linux") return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

function say(program, ...args) {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: ASK_MS });
  return status === 0 ? stdout : "";
}

function pair([, width, height]) {
  return { width: Number(width), height: Number(height) };
}

/** The primary screen where X tells it, else a size that fits everywhere. */
export function screenSize() {
  if (process.platform !== "linux" || !process.env.DISPLAY) return DEFAULT_SCREEN;
  const connected = /\bconnected (?:primary )?(\d+)x(\d+)\+/;
  const monitors = say("xrandr", "--current").split("\n");
  const primary = monitors.find((line) => line.includes(" connected primary "));
  const monitor = connected.exec(primary ?? monitors.find((line) => connected.test(line)) ?? "");
  if (monitor !== null) return pair(monitor);
  const whole = /dimensions:\s+(\d+)x(\d+)/.exec(say("xdpyinfo"));
  return whole === null ? DEFAULT_SCREEN : pair(whole);
}

/**
 * Places for windows side by side, in the middle of the screen.
 * @returns `X,Y,W,H` for each
 */
export function sideBySide(count, screen = screenSize()) {
  const room = screen.width - 2 * MARGIN_PX;
  const gaps = MARGIN_PX * (count - 1);
  const fair = Math.floor((room - gaps) / count);
  const width = Math.max(Math.min(fair, WIDEST_PX), Math.min(NARROWEST_PX, room));
  const height = Math.max(Math.min(screen.height - TOP_PX - BOTTOM_PX, TALLEST_PX), 480);
  const isTight = width > fair;
  const step = isTight ? Math.floor((room - width) / Math.max(count - 1, 1)) : width + MARGIN_PX;
  const used = step * (count - 1) + width;
  const left = Math.max(Math.floor((screen.width - used) / 2), 0);
  return Array.from({ length: count }, (_, i) => `${left + i * step},${TOP_PX},${width},${height}`);
}
