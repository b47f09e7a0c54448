import type { AppState } from "../../../shared/model/app-state.ts";
import { said } from "../words/phrase.ts";
import type { Words } from "../words/words.ts";
import type { OverallProgress } from "./card-book.ts";

/** Who and on what device, so that the system's switcher tells instances apart. */
export function instanceTitle({ account }: Pick<AppState, "account">, words: Words): string {
  if (account === undefined) return words.say(said("shell.appName"));
  const user = account.displayName === "" ? userOf(account.aor) : account.displayName;
  return words.say(said("shell.windowTitle", { user, device: account.deviceName }));
}

/** Where the taskbar shows no progress, the title does. */
export function windowTitle(
  title: string,
  progress: OverallProgress,
  { platform, words }: { platform: NodeJS.Platform; words: Words },
): string {
  const isShown = platform === "linux" && "ratio" in progress;
  if (!isShown) return title;
  const percent = String(Math.floor(progress.ratio * 100));
  return words.say(said("shell.progressTitle", { percent, title }));
}

function userOf(aor: string): string {
  return /^(?:sips?|tel):([^@;]+)/.exec(aor)?.[1] ?? aor;
}
