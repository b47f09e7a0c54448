import { app, type Session, session, shell, type WebContents } from "electron";
import type { Log } from "../../base/ports.ts";
import { externalLink } from "./external-link.ts";
import { PAGE_ORIGIN } from "./page-scheme.ts";

/** What every window may not do, whatever its page tries. Before the first window. */
export function lockDown(log: Log): void {
  lockSession(session.defaultSession, log);
  app.on("web-contents-created", (_event, contents) => {
    lockContents(contents, log);
  });
}

/** The pages need no permission of the web's at all: files, clipboard and notifications go through main. */
function lockSession(target: Session, log: Log): void {
  target.setPermissionRequestHandler((_contents, permission, decide) => {
    log.write("info", "permission refused", { permission });
    decide(false);
  });
  target.setPermissionCheckHandler(() => false);
  target.setDevicePermissionHandler(() => false);
  target.on("will-download", (event) => {
    event.preventDefault();
  });
}

function lockContents(contents: WebContents, log: Log): void {
  contents.on("will-navigate", (details) => {
    refuse(details, "navigation", log);
  });
  contents.on("will-frame-navigate", (details) => {
    refuse(details, "frame-navigation", log);
  });
  contents.on("will-redirect", (details) => {
    refuse(details, "redirection", log);
  });
  contents.on("will-attach-webview", (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url, log);
    return { action: "deny" };
  });
}

/** A page stays where it is; loading it anew is no navigation to another place. */
function refuse(
  details: { readonly url: string; preventDefault(): void; readonly isMainFrame?: boolean },
  what: string,
  log: Log,
): void {
  if (details.isMainFrame !== false && isOwnDocument(details.url)) return;
  details.preventDefault();
  log.write("warn", `${what} refused`, { url: details.url.slice(0, 200) });
}

/** The document of a window, and no other path of its origin. */
export function isOwnDocument(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}` === PAGE_ORIGIN && pathname === "/index.html";
}

function openOutside(url: string, log: Log): void {
  const link = externalLink(url);
  if (link === undefined) {
    log.write("warn", "window refused", { url: url.slice(0, 200) });
    return;
  }
  shell.openExternal(link).catch((error: unknown) => {
    log.write("warn", "link not opened", { why: String(error) });
  });
}
