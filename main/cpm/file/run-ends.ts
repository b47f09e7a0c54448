import type { FileOutcome } from "./outcome.ts";

/** What becomes of files that were to go on and do not. */
export const CANCELLED_HERE = { kind: "interrupted", code: "cancelled" } as const;

export const FILE_CANCELLED_HERE = {
  ...CANCELLED_HERE,
  reason: "You cancelled this file.",
} as const;

const CANCELLED_THERE: FileOutcome = {
  kind: "interrupted",
  code: "declined",
  reason: "The sender cancelled the transfer.",
};

export const LOST = {
  kind: "interrupted",
  code: "connection",
  reason: "The sender's device could not be reached any more.",
} as const;

const CHANGED: FileOutcome = {
  kind: "failed",
  code: "source-changed",
  reason: "The sender has changed the file since it was offered. Ask for the new one.",
};

export const GONE: FileOutcome = {
  kind: "failed",
  code: "storage",
  reason: "What had arrived of the file is gone.",
};

/** Where its sender says why it gives no more of it. */
export const NOT_GIVEN = { stopped: CANCELLED_THERE, changed: CHANGED } as const;
