import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app } from "electron";
import type { Log } from "../../base/ports.ts";
import { autostartEntry } from "./autostart-file.ts";
import { ownCommand } from "./desktop.ts";
import type { ShellTexts } from "./i18n.ts";
import type { ProfilePlace } from "./profile-place.ts";

/** Starts this profile, hidden, when the user logs in; or no more. */
export function setLoginItem(
  isOn: boolean,
  { place, texts, log }: { place: ProfilePlace; texts: ShellTexts; log: Log },
): void {
  const args = ["--hidden", "--profile", place.folder];
  try {
    if (process.platform === "linux") writeAutostart(isOn, { place, texts, args });
    else {
      const [executable, ...program] = ownCommand();
      app.setLoginItemSettings({
        openAtLogin: isOn,
        path: executable,
        args: [...program, ...args],
      });
    }
  } catch (error) {
    log.write("warn", "start with the system not set", { why: String(error) });
  }
}

function writeAutostart(
  isOn: boolean,
  { place, texts, args }: { place: ProfilePlace; texts: ShellTexts; args: readonly string[] },
): void {
  const folder = join(app.getPath("appData"), "autostart");
  const file = join(folder, `cpm-courier-${place.name}.desktop`);
  if (!isOn) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(folder, { recursive: true });
  const command = [...ownCommand(), ...args];
  writeFileSync(file, autostartEntry(texts.appName, texts.autostartComment, command));
}
