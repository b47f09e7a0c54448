import type { AppState } from "../../../shared/model/app-state.ts";
import type { OverallProgress } from "./card-book.ts";
import type { ShellTexts } from "./i18n.ts";

/** Who and on what device, so that the system's switcher tells instances apart. */
export function instanceTitle({ account }: Pick<AppState, "account">, texts: ShellTexts): string {
  if (account === undefined) return texts.appName;
  const user = account.displayName === "" ? userOf(account.aor) : account.displayName;
  return texts.windowTitle(user, account.deviceName);
}

/** Where the taskbar shows no progress, the title does. */
export function windowTitle(
  title: string,
  progress: OverallProgress,
  { platform, texts }: { platform: NodeJS.Platform; texts: ShellTexts },
): string {
  const isShown = platform === "linux" && "ratio" in progress;
  return isShown ? texts.progressTitle(Math.floor(progress.ratio * 100), title) : title;
}

function userOf(aor: string): string {
  return /^(?:sips?|tel):([^@;]+)/.exec(aor)?.[1] ?? aor;
}
