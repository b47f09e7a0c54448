import type { AppEventName } from "./contract.ts";

/** What both ends of the table need without its schemas: the preload script and the windows do not carry zod. */

/** The names of the events, for the preload script: it lets nothing else through. */
export const EVENT_NAMES: readonly AppEventName[] = [
  "cards.changed",
  "cards.removed",
  "card.progress",
  "app.changed",
  "compose.fill",
  "join.asked",
  "window.show",
  "quit.asked",
];

/** Channels of Electron's IPC; nothing else is sent over it. */
export const REQUEST_CHANNEL = "cpm:request";
export const EVENT_CHANNEL = "cpm:event";

/** Scheme and host of the windows' pages. */
export const PAGE_SCHEME = "cpm-app";
export const PAGE_HOST = "bundle";
