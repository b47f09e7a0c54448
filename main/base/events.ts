/** Undoes a subscription; calling it twice is harmless. */
export type Undo = () => void;

/**
 * Typed events: `Events` maps an event's name to its payload. Listeners are called in the order in which they
 * subscribed; one that unsubscribes during a call does not disturb the others. Events announce, they never steer.
 */
export class EventSource<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Undo {
    let set = this.#listeners.get(name);
    if (set === undefined) {
      set = new Set();
      this.#listeners.set(name, set);
    }
    // A fresh function, so that one listener subscribed twice is called twice and undone once.
    const entry = (payload: Events[Name]): void => {
      listener(payload);
    };
    set.add(entry);
    return () => {
      set.delete(entry);
    };
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    const set = this.#listeners.get(name) as Set<(payload: Events[Name]) => void> | undefined;
    if (set === undefined) return;
    for (const listener of [...set]) if (set.has(listener)) listener(payload);
  }
}
