import type { BrowserWindow } from "electron";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import { CrashBudget } from "./crash-budget.ts";

/** A page that answers nothing for so long is ended. */
const HANG_MS = 10_000;

/**
 * Loads a page anew when it crashed or hangs. It asks for the whole state again; transfers are none of its business
 * and go on.
 * @param onGivenUp it ended too often in a short time
 */
export function recoverPage(
  window: BrowserWindow,
  { clock, log, onGivenUp }: { clock: Clock; log: Log; onGivenUp: () => void },
): void {
  const budget = new CrashBudget();
  let hang: Timer | undefined;
  const { webContents } = window;
  webContents.on("render-process-gone", (_event, { reason }) => {
    hang?.cancel();
    if (reason === "clean-exit" || window.isDestroyed()) return;
    log.write("error", "a page ended and is loaded again", { reason });
    if (budget.spend(clock.nowMs())) webContents.reload();
    else onGivenUp();
  });
  window.on("unresponsive", () => {
    hang?.cancel();
    hang = clock.startTimer(HANG_MS, () => {
      log.write("error", "a page hangs and is ended");
      webContents.forcefullyCrashRenderer();
    });
  });
  window.on("responsive", () => {
    hang?.cancel();
  });
  window.on("closed", () => {
    hang?.cancel();
  });
}
