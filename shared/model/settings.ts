import type { ConflictPolicy } from "./card.ts";

export type Theme = "system" | "light" | "dark";

/** Every value of the settings page. */
export interface Settings {
  readonly theme: Theme;
  readonly density: "comfortable" | "compact";
  /** BCP 47, or `system`. */
  readonly language: string;
  /** One of INSTANCE_COLOURS. */
  readonly colour: string;
  readonly receiveFolder: string;
  /** `ask` shows the choice on each offer, set to keep both. */
  readonly conflict: ConflictPolicy | "ask";
  /** What becomes of offers of people whom the user's list does not have. */
  readonly strangers: "ask" | "decline";
  /** Received files get the system's mark "from another computer", but for people marked as me. */
  readonly isForeignMarked: boolean;
  /** Send small pictures with offers, and show those of others. */
  readonly arePreviewsOn: boolean;
  /** How long an offer rings here, and how long we wait for an answer. */
  readonly ringTimeS: number;
  readonly hasSound: boolean;
  /** Offers are answered with "busy". */
  readonly isDoNotDisturb: boolean;
  /** null: not asked yet. */
  readonly areNotificationsOn: boolean | null;
  readonly isKeptInTray: boolean;
  readonly startsWithSystem: boolean;
  readonly hasSingleKeys: boolean;
  readonly announcements: "off" | "milestones" | "verbose";
  readonly isMotionReduced: boolean;
  readonly historyDays: number;
}

/** Two-letter codes and colours that tell instances on one machine apart (light theme's fill). */
export const INSTANCE_COLOURS = [
  ...["blue", "teal", "violet", "magenta", "green", "ochre", "orange", "grey"],
] as const;

/** @param receiveFolder where received files go until the user chooses another folder */
export function defaultSettings(receiveFolder: string): Settings {
  return {
    theme: "system",
    density: "comfortable",
    language: "system",
    colour: "blue",
    receiveFolder,
    conflict: "ask",
    strangers: "ask",
    isForeignMarked: true,
    arePreviewsOn: true,
    ringTimeS: 180,
    hasSound: true,
    isDoNotDisturb: false,
    areNotificationsOn: null,
    isKeptInTray: true,
    startsWithSystem: false,
    hasSingleKeys: true,
    announcements: "milestones",
    isMotionReduced: false,
    historyDays: 90,
  };
}
