import { app } from "electron";

/** A role of the program without windows has no icon in macOS's Dock. */
export function runInBackground(): void {
  if (process.platform === "darwin") app.dock?.hide();
}
