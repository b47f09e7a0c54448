import { createStore, type StoreApi } from "zustand";
import type { AppStateChange } from "../../shared/ipc/contract.ts";
import type { AppState } from "../../shared/model/app-state.ts";

export interface AppStoreState {
  /** Undefined until main has answered the first time. */
  readonly app: AppState | undefined;
  readonly replace: (app: AppState) => void;
  readonly change: (change: AppStateChange) => void;
}

export type AppStore = StoreApi<AppStoreState>;

export function createAppStore(): AppStore {
  return createStore<AppStoreState>((set) => ({
    app: undefined,
    replace: (app) => {
      set({ app });
    },
    change: (change) => {
      set((state) => (state.app === undefined ? state : { app: merge(state.app, change) }));
    },
  }));
}

/** null tells that a member is not there any more. */
function merge(app: AppState, change: AppStateChange): AppState {
  const entries = Object.entries({ ...app, ...change }).filter(([, value]) => value !== null);
  // Checked border: main tells each member with its own type, and null only for optional ones.
  return Object.fromEntries(entries) as unknown as AppState;
}
