import { basename, join, resolve } from "node:path";
import { safeFileName } from "../../storage/file-name.ts";

export const DEFAULT_PROFILE = "default";
const MAX_NAME = 60;

export interface ProfilePlace {
  readonly name: string;
  readonly folder: string;
  /** Where the profiles with a name lie. */
  readonly home: string;
}

/**
 * Where a profile's data lie.
 * @param asked a name, or a folder where it holds a path separator
 * @param appData the system's folder for applications of this user
 */
export function profilePlace(
  asked: string | undefined,
  appData: string,
  cwd: string,
): ProfilePlace {
  const home = join(appData, "CPM Courier", "profiles");
  if (asked !== undefined && /[/\\]/.test(asked)) {
    const folder = resolve(cwd, asked);
    return { name: basename(folder) || DEFAULT_PROFILE, folder, home };
  }
  const name = safeFileName((asked ?? DEFAULT_PROFILE).slice(0, MAX_NAME));
  return { name, folder: join(home, name), home };
}

/** Two characters for the instance strip: `bob-b2` gives B2, `alice` gives A1. */
export function instanceCode(asked: string | undefined, profile: string): string {
  const code = asked?.replace(/[^\p{L}\p{N}]/gu, "").slice(0, 3);
  if (code !== undefined && code !== "") return code.toUpperCase();
  const letter = /\p{L}/u.exec(profile)?.[0] ?? "C";
  const digit = /\d/.exec(profile)?.[0] ?? "1";
  return `${letter.toUpperCase()}${digit}`;
}
