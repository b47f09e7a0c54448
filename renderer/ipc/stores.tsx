import { createContext, type ReactNode, use, useCallback } from "react";
import { useStore } from "zustand";
import type { RequestAnswers, RequestArguments, RequestName } from "../../shared/ipc/contract.ts";
import type { AppState } from "../../shared/model/app-state.ts";
import type { Card } from "../../shared/model/card.ts";
import { type AppStore, createAppStore } from "./app-store.ts";
import { type CardsState, type CardsStore, createCardsStore } from "./cards-store.ts";
import type { Client } from "./client.ts";
import { createProgressStore, type Progress, type ProgressStore } from "./progress-store.ts";
import { createWindowStore, type WindowState, type WindowStore } from "./window-store.ts";

export interface Stores {
  readonly client: Client;
  readonly app: AppStore;
  readonly cards: CardsStore;
  readonly progress: ProgressStore;
  readonly window: WindowStore;
}

export function createStores(client: Client): Stores {
  return {
    client,
    app: createAppStore(),
    cards: createCardsStore(),
    progress: createProgressStore(),
    window: createWindowStore(),
  };
}

const StoresContext = createContext<Stores | undefined>(undefined);

interface StoresProviderProps {
  readonly stores: Stores;
  readonly children: ReactNode;
}

export function StoresProvider({ stores, children }: StoresProviderProps): ReactNode {
  return <StoresContext value={stores}>{children}</StoresContext>;
}

export function useStores(): Stores {
  const stores = use(StoresContext);
  if (stores === undefined) throw new Error("no StoresProvider above");
  return stores;
}

/** Part of the application's state. Only drawn below a root that has waited for the snapshot. */
export function useApp<Part>(select: (app: AppState) => Part): Part {
  return useStore(useStores().app, (state) => {
    if (state.app === undefined) throw new Error("drawn before the snapshot");
    return select(state.app);
  });
}

/** With a selector that makes a new array or object, wrap it in zustand's `useShallow`. */
export function useCards<Part>(select: (cards: CardsState) => Part): Part {
  return useStore(useStores().cards, select);
}

export function useCard(id: string): Card | undefined {
  return useCards((cards) => cards.byId[id]);
}

export function useProgress(id: string): Progress | undefined {
  return useStore(useStores().progress, (state) => state.byId[id]);
}

/** Octets of one file that came after the card was told last. */
export function useFileOctets(id: string, index: number): number | undefined {
  return useStore(useStores().progress, (state) => state.byId[id]?.files.get(index));
}

export function useWindow<Part>(select: (state: WindowState) => Part): Part {
  return useStore(useStores().window, select);
}

export type Ask = <Name extends RequestName>(
  name: Name,
  args: RequestArguments<Name>,
) => Promise<RequestAnswers[Name] | undefined>;

/**
 * Asks main for something. A failure is shown and announced, and gives undefined; a view that has its own place for the
 * failure uses `useStores().client.request` instead.
 */
export function useAsk(): Ask {
  const { client, window } = useStores();
  return useCallback(
    async (name, args) => {
      const result = await client.request(name, args);
      if (result.ok) return result.value;
      window.getState().fail(result.error);
      return undefined;
    },
    [client, window],
  );
}
