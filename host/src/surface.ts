import { spawn } from "node:child_process";
import type { CdpConnection } from "./cdp.ts";

export interface OpenOptions {
  readonly title: string;
  readonly bounds: Electron.Rectangle;
}

export interface AppWindowOptions extends OpenOptions {
  readonly path: string;
  readonly args: readonly string[];
}

const OPEN_WITHIN_MS = 20_000;

/** Resolves with the id of the target. */
export async function openHeadlessWindow(
  cdp: CdpConnection,
  options: OpenOptions,
): Promise<string> {
  const { width, height } = options.bounds;
  const { targetId } = await cdp.browser.send("Target.createTarget", {
    url: "about:blank",
    newWindow: true,
    width,
    height,
  });
  return targetId;
}

/**
 * A window without tabs and address bar cannot be asked for over the protocol: a second start of Chromium on the
 * same profile hands `--app` to the running one, and ends.
 */
export function openAppWindow(cdp: CdpConnection, options: AppWindowOptions): Promise<string> {
  const { title, bounds, path, args } = options;
  const token = crypto.randomUUID();
  const page = `data:text/html,<title>${encodeURIComponent(title)}</title><!--${token}-->`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error("host: Chromium opened no window"));
    }, OPEN_WITHIN_MS);
    const seen = (info: { type: string; url: string; targetId: string }): void => {
      if (info.type === "page" && info.url.includes(token)) {
        stop();
        resolve(info.targetId);
      }
    };
    const undo = [
      cdp.browser.on("Target.targetCreated", ({ targetInfo }) => {
        seen(targetInfo);
      }),
      cdp.browser.on("Target.targetInfoChanged", ({ targetInfo }) => {
        seen(targetInfo);
      }),
    ];
    const stop = (): void => {
      clearTimeout(timer);
      for (const one of undo) {
        one();
      }
    };
    const own = args.filter(
      (arg) => !arg.startsWith("--no-startup-window") && !arg.startsWith("--remote-debugging-"),
    );
    const place = [
      `--window-position=${bounds.x},${bounds.y}`,
      `--window-size=${bounds.width},${bounds.height}`,
    ];
    spawn(path, [...own, ...place, `--app=${page}`], { stdio: "ignore" }).on("error", (error) => {
      stop();
      reject(error);
    });
  });
}
