import type { FileOutcome } from "./outcome.ts";

/** What becomes of files that were to be sent on and are not, or not yet. */
export const LOST = {
  kind: "interrupted",
  code: "connection",
  reason: "The receiver's device could not be reached any more.",
} as const;

export const EARLIER = {
  kind: "interrupted",
  code: "connection",
  reason: "The transfer was interrupted.",
} as const;

export const CHANGED: FileOutcome = {
  kind: "failed",
  code: "source-changed",
  reason: "The file was changed after it was offered. The rest of it was not sent.",
};

export const CANCELLED_THERE: FileOutcome = {
  kind: "interrupted",
  code: "declined",
  reason: "The receiver cancelled the transfer.",
};
