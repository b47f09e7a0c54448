import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from "electron";
import { EVENT_CHANNEL, EVENT_NAMES, REQUEST_CHANNEL } from "../../shared/ipc/channels.ts";
import type { AppEventName, AppEvents, Bridge } from "../../shared/ipc/contract.ts";

type AnyListener = (payload: AppEvents[AppEventName]) => void;

const listeners = new Map<AppEventName, Set<AnyListener>>(
  EVENT_NAMES.map((name) => [name, new Set()]),
);

/** One handler for all events: a page never gets Electron's event object, nor a channel of its own. */
ipcRenderer.on(
  EVENT_CHANNEL,
  (_event: IpcRendererEvent, name: AppEventName, payload: AppEvents[AppEventName]) => {
    for (const listener of listeners.get(name) ?? []) listener(payload);
  },
);

const bridge: Bridge = {
  request: (name, args) => ipcRenderer.invoke(REQUEST_CHANNEL, name, args),
  on: (name, listener) => {
    const known = listeners.get(name);
    // Checked border: main sends each name with its own payload.
    const any = listener as AnyListener;
    known?.add(any);
    return () => {
      known?.delete(any);
    };
  },
  pathsOf: (files) =>
    files.map((file) => (file instanceof File ? webUtils.getPathForFile(file) : "")),
};

contextBridge.exposeInMainWorld("cpm", bridge);
