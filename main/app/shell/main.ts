import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { app, Notification } from "electron";
import { stderrLog } from "../../compose/log.node.ts";
import type { EngineStart } from "../engine/engine-options.ts";
import { said } from "../words/phrase.ts";
import { wordsFor } from "../words/words.ts";
import { type HandOver, parseHandOver } from "./hand-over.ts";
import { lockDown } from "./lockdown.ts";
import { PageFiles } from "./page-files.ts";
import { declarePageScheme } from "./page-scheme.ts";
import { countProfiles } from "./profile-count.ts";
import { instanceCode, type ProfilePlace, profilePlace } from "./profile-place.ts";
import { Shell } from "./shell.ts";
import { linkTarget, parseStartOptions, type StartOptions } from "./start-options.ts";

/** As in the package's configuration: Windows groups a taskbar and toasts by it. */
const APP_ID = "org.cpm-courier.app";
const DEFAULT_ACCOUNT = "sip:alice@a.example";

/**
 * Starts the application in this process.
 * @param args the application's own, without executable and program
 */
export function runApp(args: readonly string[]): void {
  // Whoever read them is gone; the application goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const start = parseStartOptions(args, process.cwd());
  const place = profilePlace(start.profile, app.getPath("appData"), process.cwd());
  if (!prepareProfile(place)) return;
  const given: HandOver = {
    paths: [...start.paths],
    ...(start.to === undefined ? {} : { to: start.to }),
    ...(start.isNewOffer === true ? { isNewOffer: true } : {}),
    ...(start.joinLink === undefined ? {} : { joinLink: start.joinLink }),
    isHidden: start.isHidden,
  };
  // The lock lies in the profile, so each profile is a program of its own.
  if (!app.requestSingleInstanceLock(given)) {
    app.exit(0);
    return;
  }
  if (process.platform === "win32") app.setAppUserModelId(appId(place));
  app.enableSandbox();
  declarePageScheme();
  const shell = app.whenReady().then(() => open(place, start));
  watchSystem(shell);
}

/** @returns false when the folder cannot be used: that has been said, and the program ends */
function prepareProfile({ folder }: ProfilePlace): boolean {
  // Chromium's own files stay apart from the history and the keys.
  const sessionData = join(folder, "window");
  try {
    mkdirSync(sessionData, { recursive: true, mode: 0o700 });
  } catch (error) {
    process.stderr.write(`cpm-courier: the profile ${folder} cannot be used: ${String(error)}\n`);
    app.exit(2);
    return false;
  }
  app.setPath("userData", folder);
  app.setPath("sessionData", sessionData);
  return true;
}

function open(place: ProfilePlace, start: StartOptions): Shell {
  const log = stderrLog("app");
  lockDown(log);
  if (app.isPackaged) app.setAsDefaultProtocolClient("cpm");
  return new Shell({
    place,
    start,
    instance: {
      code: instanceCode(start.code, place.name),
      isOneOfSeveral: start.code !== undefined || countProfiles(place.home) > 1,
      isOneOfSet: start.code !== undefined || start.isTrying,
    },
    engineStart: engineStart(start),
    files: new PageFiles(join(import.meta.dirname, "..", "renderer")),
    log,
  });
}

/** What the system hands over while the program runs, and on macOS also at its start. */
function watchSystem(shell: Promise<Shell>): void {
  const give = (what: HandOver): void => {
    void shell.then((it) => {
      it.handOver(what);
    });
  };
  app.on("second-instance", (_event, _argv, _cwd, data) => {
    give(parseHandOver(data));
  });
  app.on("open-file", (event, path) => {
    event.preventDefault();
    give({ paths: [path], isHidden: false });
  });
  app.on("open-url", (event, url) => {
    event.preventDefault();
    give({ paths: [], isHidden: false, ...linkTarget(url) });
  });
  const activate = (): void => {
    void shell.then((it) => {
      it.activate();
    });
  };
  app.on("activate", activate);
  // A notification that outlived the program that showed it.
  if (process.platform === "win32") Notification.handleActivation(activate);
}

function engineStart({ isTrying, as, device, colour }: StartOptions): EngineStart | undefined {
  if (!isTrying) return undefined;
  const aor = as ?? DEFAULT_ACCOUNT;
  return {
    tryHere: {
      aor,
      deviceName: device ?? wordsFor("system", app.getLocale()).say(said("account.thisComputer")),
      ...(colour === undefined ? {} : { colour }),
    },
  };
}

function appId({ name, folder, home }: ProfilePlace): string {
  const isDefault = folder === join(home, "default");
  return isDefault ? APP_ID : `${APP_ID}.${name.replace(/[^A-Za-z0-9]/g, "-")}`;
}
