import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app } from "electron";
import type { Log } from "../../base/ports.ts";
import { said } from "../words/phrase.ts";
import type { Words } from "../words/words.ts";
import { autostartEntry } from "./autostart-file.ts";
import { ownCommand } from "./desktop.ts";
import type { ProfilePlace } from "./profile-place.ts";

/** Starts this profile, hidden, when the user logs in; or no more. */
export function setLoginItem(
  isOn: boolean,
  { place, words, log }: { place: ProfilePlace; words: Words; log: Log },
): void {
  const args = ["--hidden", "--profile", place.folder];
  try {
    if (process.platform === "linux") writeAutostart(isOn, { place, words, args });
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
  { place, words, args }: { place: ProfilePlace; words: Words; args: readonly string[] },
): void {
  const folder = join(app.getPath("appData"), "autostart");
  const file = join(folder, `cpm-courier-${place.name}.desktop`);
  if (!isOn) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(folder, { recursive: true });
  const command = [...ownCommand(), ...args];
  const [name, comment] = [said("shell.appName"), said("shell.autostartComment")];
  writeFileSync(file, autostartEntry(words.say(name), words.say(comment), command));
}
