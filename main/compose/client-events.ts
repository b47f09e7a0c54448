import type { ClientEvents } from "../../shared/model/client-events.ts";
import type { EventSource } from "../base/events.ts";

/** Any event of a client, with its name. */
export type NamedEvent = {
  [Name in keyof ClientEvents]: { readonly event: Name } & ClientEvents[Name];
}[keyof ClientEvents];

/** Every event of a client; the compiler refuses a list that misses one. */
const NAMES: Readonly<Record<keyof ClientEvents, true>> = {
  registered: true,
  registrationFailed: true,
  offer: true,
  more: true,
  ringing: true,
  moreWaiting: true,
  answered: true,
  elsewhere: true,
  cancelled: true,
  missed: true,
  declined: true,
  progress: true,
  file: true,
  reconnecting: true,
  paused: true,
  resumed: true,
  transfer: true,
  notified: true,
  error: true,
  message: true,
};

/** Calls `listener` with every event of a client, named. */
export function onEveryEvent(
  events: EventSource<ClientEvents>,
  listener: (event: NamedEvent) => void,
): void {
  // Checked border: the keys of NAMES are exactly those of ClientEvents.
  for (const name of Object.keys(NAMES) as (keyof ClientEvents)[]) {
    events.on(name, (payload) => {
      listener({ event: name, ...payload } as NamedEvent);
    });
  }
}

/** An object that came from a child, if it is one of these events. */
export function asClientEvent(message: Readonly<Record<string, unknown>>): NamedEvent | undefined {
  const { event } = message;
  // Checked border: a child of the same build writes its events with their payloads.
  return typeof event === "string" && event in NAMES
    ? (message as unknown as NamedEvent)
    : undefined;
}
