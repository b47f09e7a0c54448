import { createStore, type StoreApi } from "zustand";
import type { AppEvents, RequestFailure } from "../../shared/ipc/contract.ts";

/** What belongs to this window alone and ends with it. */
export interface WindowState {
  /** Cards selected in a list; the details pane shows the last one. */
  readonly selected: readonly string[];
  /** The user chose them in the list: in a small window the details may then cover it. */
  readonly isChosen: boolean;
  /** Silenced offers that the user wants to see after all, the latest first. */
  readonly reviewed: readonly string[];
  /** Cards that stand over the page. */
  readonly stacked: readonly string[];
  readonly question: CardQuestion | undefined;
  /** Questions that come after it, the oldest first. */
  readonly questions: readonly CardQuestion[];
  /** A network that the user may join. */
  readonly join: JoinQuestion | undefined;
  readonly layer: "palette" | "shortcuts" | undefined;
  readonly failures: readonly ShownFailure[];
  /** Transfers run and the user wants to quit. */
  readonly quit: AppEvents["quit.asked"] | undefined;
  /** Files or an address were handed over; the page Send takes it and clears it. */
  readonly composeFill: AppEvents["compose.fill"] | undefined;
  /** What menus, the tray and notifications want shown, the oldest first; the window takes it when it is drawn. */
  readonly wanted: readonly AppEvents["window.show"][];
  readonly want: (what: AppEvents["window.show"]) => void;
  readonly takeWanted: () => WindowState["wanted"];
  readonly select: (ids: readonly string[]) => void;
  /** Selects by the user's own hand. */
  readonly choose: (ids: readonly string[]) => void;
  /** Cards that are there no more. */
  readonly forget: (ids: readonly string[]) => void;
  readonly stack: (ids: readonly string[]) => void;
  readonly review: (id: string) => void;
  /** A question that is asked already is answered first: nothing changes under the user's hand. */
  readonly askJoin: (join: WindowState["join"]) => void;
  readonly show: (layer: WindowState["layer"]) => void;
  /** Undefined: the one that is asked has its answer. */
  readonly ask: (question: CardQuestion | undefined) => void;
  readonly fail: (error: RequestFailure) => void;
  readonly dismissFailure: (key: number) => void;
  readonly askQuit: (quit: WindowState["quit"]) => void;
  readonly fillCompose: (fill: WindowState["composeFill"]) => void;
}

/** What the user is asked before it is done with a card. */
export type CardQuestion =
  | { readonly kind: "cancel"; readonly id: string }
  /** Cards that are put away with what has arrived of them. */
  | { readonly kind: "forget"; readonly id: string; readonly ids: readonly string[] }
  | { readonly kind: "dangerous" | "keep"; readonly id: string; readonly index: number };

export interface JoinQuestion {
  /** A link that the system handed over; without one the user pastes it. */
  readonly asked?: AppEvents["join.asked"];
}

export interface ShownFailure extends RequestFailure {
  readonly key: number;
}

export type WindowStore = StoreApi<WindowState>;

const MAX_FAILURES = 3;

export function createWindowStore(): WindowStore {
  let nextKey = 1;
  return createStore<WindowState>((set, get) => ({
    selected: [],
    isChosen: false,
    reviewed: [],
    stacked: [],
    question: undefined,
    questions: [],
    join: undefined,
    layer: undefined,
    failures: [],
    quit: undefined,
    composeFill: undefined,
    wanted: [],
    want: (what) => {
      set((state) => ({ wanted: [...state.wanted, what] }));
    },
    takeWanted: () => {
      const { wanted } = get();
      set({ wanted: [] });
      return wanted;
    },
    select: (selected) => {
      set({ selected, isChosen: false });
    },
    choose: (selected) => {
      set({ selected, isChosen: true });
    },
    forget: (ids) => {
      set(({ selected }) =>
        selected.some((id) => ids.includes(id))
          ? { selected: selected.filter((id) => !ids.includes(id)) }
          : {},
      );
    },
    stack: (stacked) => {
      set({ stacked });
    },
    review: (id) => {
      set((state) => ({ reviewed: [id, ...state.reviewed.filter((known) => known !== id)] }));
    },
    askJoin: (join) => {
      if (join === undefined || get().join === undefined) set({ join });
    },
    show: (layer) => {
      set({ layer });
    },
    ask: (question) => {
      set((state) => {
        if (question === undefined) {
          const [next, ...questions] = state.questions;
          return { question: next, questions };
        }
        return state.question === undefined
          ? { question }
          : { questions: [...state.questions, question] };
      });
    },
    fail: (error) => {
      const key = nextKey++;
      set((state) => ({
        failures: [
          ...state.failures.filter((shown) => shown.message !== error.message),
          { ...error, key },
        ].slice(-MAX_FAILURES),
      }));
    },
    dismissFailure: (key) => {
      set((state) => ({ failures: state.failures.filter((shown) => shown.key !== key) }));
    },
    askQuit: (quit) => {
      set({ quit });
    },
    fillCompose: (composeFill) => {
      set({ composeFill });
    },
  }));
}
