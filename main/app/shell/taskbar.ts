import { app, type BrowserWindow } from "electron";
import { said } from "../words/phrase.ts";
import type { Words } from "../words/words.ts";
import type { OverallProgress } from "./card-book.ts";
import { icon } from "./icons.ts";

/** Progress and count where the system has a place for them. */
export class Taskbar {
  #count = "";
  #progress = "";

  setProgress(window: BrowserWindow | undefined, progress: OverallProgress): void {
    const { ratio, mode } = barOf(progress);
    const shown = `${window?.id ?? 0} ${ratio.toFixed(3)} ${mode}`;
    if (shown === this.#progress) return;
    this.#progress = shown;
    window?.setProgressBar(ratio, { mode });
  }

  setCount(window: BrowserWindow | undefined, count: number, words: Words): void {
    const shown = `${window?.id ?? 0} ${count}`;
    if (shown === this.#count) return;
    this.#count = shown;
    if (process.platform === "win32")
      window?.setOverlayIcon(
        count === 0 ? null : icon("overlay.png"),
        words.say(said("shell.badge", { count })),
      );
    else app.setBadgeCount(count);
  }
}

type Bar = { ratio: number; mode: "none" | "normal" | "error" | "paused" };

function barOf(progress: OverallProgress): Bar {
  if (progress.mode === "idle") return { ratio: -1, mode: "none" };
  if (progress.mode === "error") return { ratio: 1, mode: "error" };
  return { ratio: progress.ratio, mode: progress.mode };
}
