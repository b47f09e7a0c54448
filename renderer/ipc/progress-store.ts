import { createStore, type StoreApi } from "zustand";
import type { CardProgress } from "../../shared/model/card.ts";

/** Speeds kept for the sparkline: one a second for a minute. */
const SPARK_POINTS = 60;
const SPARK_STEP_MS = 1000;

export interface Progress {
  readonly octets: number;
  readonly octetsPerS?: number;
  readonly leftS?: number;
  /** Octets by file index, of those that were told. */
  readonly files: ReadonlyMap<number, number>;
  /** Oldest first. */
  readonly speeds: readonly number[];
  readonly sampledMs: number;
}

export interface ProgressState {
  readonly byId: Readonly<Record<string, Progress>>;
  readonly apply: (progress: CardProgress, nowMs: number) => void;
  /** Nothing of these moves: how fast it went says nothing of what comes. */
  readonly halt: (ids: readonly string[]) => void;
  readonly forget: (ids: readonly string[]) => void;
}

export type ProgressStore = StoreApi<ProgressState>;

/** Apart from the cards, so that octets that arrive draw one row anew and not the list. */
export function createProgressStore(): ProgressStore {
  return createStore<ProgressState>((set) => ({
    byId: {},
    apply: (progress, nowMs) => {
      set((state) => ({
        byId: { ...state.byId, [progress.id]: next(state.byId[progress.id], progress, nowMs) },
      }));
    },
    halt: (ids) => {
      set((state) => {
        const known = ids.flatMap((id) => {
          const progress = state.byId[id];
          return progress === undefined ? [] : [[id, withoutSpeed(progress)] as const];
        });
        return known.length === 0
          ? state
          : { byId: { ...state.byId, ...Object.fromEntries(known) } };
      });
    },
    forget: (ids) => {
      set((state) => {
        if (!ids.some((id) => id in state.byId)) return state;
        const gone = new Set(ids);
        return {
          byId: Object.fromEntries(Object.entries(state.byId).filter(([id]) => !gone.has(id))),
        };
      });
    },
  }));
}

function next(before: Progress | undefined, now: CardProgress, nowMs: number): Progress {
  const files = new Map(before?.files);
  for (const file of now.files) files.set(file.index, file.octets);
  return {
    octets: now.octets,
    ...(now.octetsPerS === undefined ? {} : { octetsPerS: now.octetsPerS }),
    ...(now.leftS === undefined ? {} : { leftS: now.leftS }),
    files,
    ...sampled(before, now.octetsPerS, nowMs),
  };
}

function sampled(
  before: Progress | undefined,
  octetsPerS: number | undefined,
  nowMs: number,
): Pick<Progress, "speeds" | "sampledMs"> {
  const { speeds = [], sampledMs = Number.NEGATIVE_INFINITY } = before ?? {};
  if (octetsPerS === undefined || nowMs - sampledMs < SPARK_STEP_MS) return { speeds, sampledMs };
  return { speeds: [...speeds, octetsPerS].slice(-SPARK_POINTS), sampledMs: nowMs };
}

function withoutSpeed({ octets, files, speeds, sampledMs }: Progress): Progress {
  return { octets, files, speeds, sampledMs };
}
