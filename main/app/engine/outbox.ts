import type { Undo } from "../../base/events.ts";
import type { EngineEvent } from "../ports.ts";

/** What the windows are told. Changes of one tick are told together, a request's own changes before its answer. */
export class Outbox {
  readonly #schedule: (task: () => void) => void;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #sources: (() => readonly EngineEvent[])[] = [];
  #isScheduled = false;

  /** @param schedule runs a task soon, after what is under way now */
  constructor(schedule: (task: () => void) => void) {
    this.#schedule = schedule;
  }

  onEvent(listener: (event: EngineEvent) => void): Undo {
    const entry = (event: EngineEvent): void => {
      listener(event);
    };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** @param take gives what has changed since the last call */
  addSource(take: () => readonly EngineEvent[]): void {
    this.#sources.push(take);
  }

  /** Something has changed in one of the sources. */
  touch(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => {
      this.flush();
    });
  }

  flush(): void {
    this.#isScheduled = false;
    for (const take of this.#sources) for (const event of take()) this.emit(event);
  }

  emit(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
