// The smallest application that leans on every behaviour that the contract spec asserts.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import electron, { app, BrowserWindow, ipcMain, nativeTheme, protocol, session } from "electron";

const SCHEME = "contract-app";
const ORIGIN = `${SCHEME}://bundle`;
const TYPES = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  json: "application/json",
  svg: "image/svg+xml",
};
const CSP = `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' ${SCHEME}:; connect-src 'self'; frame-src 'self'`;

/** What happened, in order; the spec reads it. */
const events = [];
/** What the spec sets: vetoes and answers. */
const settings = { vetoClose: false, vetoQuit: false, denyNavigation: true };
globalThis.contract = { events, settings, requests: [], BrowserWindow, electron };

const role = process.argv.find((argument) => argument.startsWith("--role="));
const profile = process.argv.find((argument) => argument.startsWith("--profile="));

async function answer(request) {
  const url = new URL(request.url);
  globalThis.contract.requests.push({ url: request.url, method: request.method });
  if (url.pathname === "/echo") {
    const body = await request.text();
    return Response.json({ method: request.method, body, query: url.search });
  }
  const path = url.pathname === "/" ? "/index.html" : url.pathname;
  const type = TYPES[path.split(".").at(-1)] ?? "application/octet-stream";
  try {
    const octets = await readFile(join(import.meta.dirname, "page", path));
    return new Response(octets, {
      headers: { "content-type": type, "content-security-policy": CSP },
    });
  } catch {
    return new Response("not here", { status: 404, headers: { "content-type": "text/plain" } });
  }
}

function handleMessages() {
  ipcMain.handle("echo", (_event, value) => value);
  ipcMain.handle("sender", (event) => ({
    url: event.senderFrame?.url,
    origin: event.senderFrame?.origin,
    isTop: event.senderFrame?.parent === null,
    isSame: event.sender === BrowserWindow.fromWebContents(event.sender)?.webContents,
  }));
  ipcMain.handle("fail", () => {
    throw new TypeError("wrong");
  });
  ipcMain.handle("function", () => () => 1);
  ipcMain.handle("burst", (event, count) => {
    for (let i = 0; i < count; i++) {
      event.sender.send("numbered", i);
    }
    return "after";
  });
  ipcMain.on("said", (_event, ...args) => events.push(["said", ...args]));
  ipcMain.on("ask", (event, value) => {
    event.returnValue = { asked: value };
  });
}

function openWindow() {
  const window = new BrowserWindow({
    show: false,
    width: 640,
    height: 480,
    webPreferences: { preload: join(import.meta.dirname, "preload.cjs"), sandbox: true },
  });
  const note = (name) => window.on(name, () => events.push(name));
  for (const name of ["ready-to-show", "show", "hide", "close", "closed", "resize", "focus"]) {
    note(name);
  }
  window.on("close", (event) => {
    if (settings.vetoClose) {
      event.preventDefault();
    }
  });
  window.once("ready-to-show", () => window.show());
  const contents = window.webContents;
  contents.on("dom-ready", () => events.push("dom-ready"));
  contents.on("did-finish-load", () => events.push("did-finish-load"));
  contents.on("did-navigate", (_event, url) => events.push(["did-navigate", url]));
  contents.on("render-process-gone", (_event, { reason }) => {
    events.push(["render-process-gone", reason]);
    contents.reload();
  });
  contents.on("will-navigate", (event) => {
    events.push(["will-navigate", event.url]);
    if (settings.denyNavigation) {
      event.preventDefault();
    }
  });
  contents.setWindowOpenHandler(({ url }) => {
    events.push(["window-open", url]);
    return { action: "deny" };
  });
  window.loadURL(`${ORIGIN}/index.html#start`);
  return window;
}

function start() {
  events.push("ready");
  protocol.handle(SCHEME, answer);
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, callback) => {
    callback(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
  openWindow();
}

function runRole() {
  // A child that never asks for a window is a plain Node program.
  process.stdout.write(
    `${JSON.stringify({ argv: process.argv, execPath: process.execPath, type: process.type, packaged: app.isPackaged })}\n`,
  );
  process.stdin.setEncoding("utf8");
  let input = "";
  process.stdin.on("data", (text) => {
    input += text;
    process.stdout.write(`heard ${text.trim()}\n`);
    if (input.includes("end")) {
      process.exit(7);
    }
  });
}

function startChild() {
  const args = [...(app.isPackaged ? [] : [app.getAppPath()]), "--role=network"];
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
}
globalThis.contract.startChild = startChild;
globalThis.contract.openWindow = openWindow;

/** What may not be used before `ready`. */
function useEarly() {
  const { Notification, screen } = electron;
  const uses = {
    window: () => new BrowserWindow(),
    session: () => session.defaultSession,
    handle: () => protocol.handle(SCHEME, answer),
    screen: () => screen.getPrimaryDisplay(),
    notification: () => new Notification({ title: "early" }),
  };
  const refused = Object.entries(uses).filter(([, use]) => {
    try {
      use();
      return false;
    } catch {
      return true;
    }
  });
  process.stdout.write(`${JSON.stringify(refused.map(([name]) => name))}\n`);
  process.exit(0);
}

if (role === "--role=early") {
  useEarly();
} else if (role === "--role=quit") {
  app.quit();
} else if (role !== undefined) {
  runRole();
} else {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  if (profile !== undefined) {
    app.setPath("userData", profile.slice("--profile=".length));
  }
  if (app.requestSingleInstanceLock({ from: process.argv.at(-1) })) {
    for (const name of ["before-quit", "will-quit", "window-all-closed", "quit"]) {
      app.on(name, (event) => {
        events.push(name);
        if (name === "before-quit" && settings.vetoQuit) {
          event.preventDefault();
        }
        if (name === "will-quit" || name === "quit") {
          process.stdout.write(`${JSON.stringify(events)}\n`);
        }
        if (name === "window-all-closed" && settings.stayOpen !== true) {
          app.quit();
        }
      });
    }
    app.on("second-instance", (_event, argv, directory, data) => {
      events.push(["second-instance", argv.includes("--from-second"), directory, data]);
    });
    app.on("web-contents-created", () => events.push("web-contents-created"));
    app.on("render-process-gone", () => events.push("app:render-process-gone"));
    nativeTheme.on("updated", () => events.push("theme-updated"));
    handleMessages();
    app.whenReady().then(start);
  } else {
    process.stdout.write("second\n");
    app.quit();
  }
}
