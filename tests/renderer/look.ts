import type { Settings } from "../../shared/model/settings.ts";
import type { Cut } from "./cuts.ts";
import type { MockBridge } from "./mock-bridge.ts";

/** Settings that a scenario wears in place of its own. */
export type Look = Partial<Pick<Settings, "theme" | "density" | "language" | "isMotionReduced">>;

/** What the page of the gallery offers to whoever drives it. */
export interface Gallery {
  readonly bridge: MockBridge | undefined;
  /** Draws a scenario in place of the one that was there; as the window draws itself, on a bridge in memory. */
  readonly show: (scenario: string, look?: Look) => Promise<void>;
  /** What is not seen whole. */
  readonly cuts: () => readonly Cut[];
  /** English words in the pseudo-locale that are no data. */
  readonly plainWords: () => readonly string[];
}

declare global {
  interface Window {
    readonly gallery: Gallery;
  }
}
