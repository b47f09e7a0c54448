const { contextBridge, ipcRenderer, webUtils } = require("electron");

globalThis.secret = "of the preload";
const listeners = new Set();
ipcRenderer.on("numbered", (_event, value) => {
  for (const listener of listeners) {
    listener(value);
  }
});

contextBridge.exposeInMainWorld("api", {
  invoke: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
  send: (channel, ...args) => ipcRenderer.send(channel, ...args),
  ask: (value) => ipcRenderer.sendSync("ask", value),
  onNumber: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  pathOf: (file) => webUtils.getPathForFile(file),
  add: (a, b) => a + b,
  later: async (value) => ({ value }),
  fail: () => {
    throw new RangeError("too far");
  },
  reject: async () => {
    throw new Error("never");
  },
  call: (callback, ...args) => callback(...args),
  same: (value) => value,
  kind: (value) => Object.prototype.toString.call(value),
  expose: (name) => contextBridge.exposeInMainWorld(name, {}),
  nested: { list: [1, { deep: true }], date: new Date(0) },
  process: { platform: process.platform, type: process.type, sandboxed: process.sandboxed },
  required: ["events", "timers", "url", "fs"].map((name) => {
    try {
      return typeof require(name);
    } catch {
      return "refused";
    }
  }),
});
