import { useStore } from "zustand";
import { type Stores, useStores } from "../../ipc/stores.tsx";
import { type ComposeStore, type ComposeStoreState, createComposeStore } from "./compose-store.ts";
import { makePreview } from "./make-preview.ts";

/** One offer that is put together per window; gone with its stores. */
const stores = new WeakMap<Stores, ComposeStore>();

function composeStoreOf(of: Stores): ComposeStore {
  const known = stores.get(of);
  if (known !== undefined) return known;
  const made = createComposeStore({
    client: of.client,
    app: () => {
      const { app } = of.app.getState();
      if (app === undefined) throw new Error("nothing is sent before the snapshot");
      return app;
    },
    makePreview,
  });
  stores.set(of, made);
  return made;
}

export function useComposeStore(): ComposeStore {
  return composeStoreOf(useStores());
}

export function useCompose<Part>(select: (state: ComposeStoreState) => Part): Part {
  return useStore(useComposeStore(), select);
}
