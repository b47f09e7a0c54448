import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";

const XDG_FOLDERS: Record<string, readonly [string, string]> = {
  desktop: ["XDG_DESKTOP_DIR", "Desktop"],
  documents: ["XDG_DOCUMENTS_DIR", "Documents"],
  downloads: ["XDG_DOWNLOAD_DIR", "Downloads"],
  music: ["XDG_MUSIC_DIR", "Music"],
  pictures: ["XDG_PICTURES_DIR", "Pictures"],
  videos: ["XDG_VIDEOS_DIR", "Videos"],
};

function appData(): string {
  switch (process.platform) {
    case "darwin":
      return join(homedir(), "Library", "Application Support");
    case "win32":
      return process.env["APPDATA"] ?? join(homedir(), "AppData", "Roaming");
    default:
      return process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  }
}

/** The user's own names for these folders, as the desktop keeps them. */
function userFolder(variable: string, fallback: string): string {
  try {
    const text = readFileSync(join(appData(), "user-dirs.dirs"), "utf8");
    const match = new RegExp(`^${variable}="(.*)"`, "m").exec(text);
    if (match?.[1] !== undefined) {
      return match[1].replace("$HOME", homedir());
    }
  } catch {
    // No desktop has been set up: the usual names.
  }
  return join(homedir(), fallback);
}

/** `app.getPath` and `app.setPath`. */
export class AppPaths {
  readonly #overrides = new Map<string, string>();
  readonly #appName: () => string;

  constructor(appName: () => string) {
    this.#appName = appName;
  }

  get(name: string): string {
    const override = this.#overrides.get(name);
    if (override !== undefined) {
      return override;
    }
    const folder = XDG_FOLDERS[name];
    if (folder !== undefined) {
      return userFolder(...folder);
    }
    switch (name) {
      case "home":
        return homedir();
      case "appData":
        return appData();
      case "userData":
        return join(this.get("appData"), this.#appName());
      case "sessionData":
        return this.get("userData");
      case "temp":
        return tmpdir();
      case "exe":
      case "module":
        return process.execPath;
      case "logs":
        return join(this.get("userData"), "logs");
      case "crashDumps":
        return join(this.get("userData"), "Crashpad");
      default:
        throw new Error(`Failed to get '${name}' path`);
    }
  }

  set(name: string, path: string): void {
    if (!isAbsolute(path)) {
      throw new Error("Path must be absolute");
    }
    this.#overrides.set(name, path);
  }
}
