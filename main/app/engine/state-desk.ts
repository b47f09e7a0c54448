import type { AppState } from "../../../shared/model/app-state.ts";
import type { Outbox } from "./outbox.ts";

/** Everything windows show but the cards. */
export class StateDesk {
  readonly #outbox: Outbox;
  readonly #changed = new Set<keyof AppState>();
  #state: AppState;

  constructor(state: AppState, outbox: Outbox) {
    this.#state = state;
    this.#outbox = outbox;
    outbox.addSource(() => {
      if (this.#changed.size === 0) return [];
      const payload = Object.fromEntries(
        [...this.#changed].map((name) => [name, this.#state[name] ?? null]),
      );
      this.#changed.clear();
      return [{ name: "app.changed", payload }];
    });
  }

  get current(): AppState {
    return this.#state;
  }

  /** Members that are `undefined` are taken out of the state. */
  change(change: { readonly [Member in keyof AppState]?: AppState[Member] | undefined }): void {
    const next = Object.entries({ ...this.#state, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    const before = this.#state;
    // Checked border: members of the state, those without a value left out.
    this.#state = Object.fromEntries(next) as unknown as AppState;
    // Checked border: `change` has no other members.
    for (const name of Object.keys(change) as (keyof AppState)[])
      if (before[name] !== this.#state[name]) this.#changed.add(name);
    if (this.#changed.size > 0) this.#outbox.touch();
  }
}
