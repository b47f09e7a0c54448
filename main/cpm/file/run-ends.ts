import type { FileOutcome } from "./outcome.ts";

/** What becomes of files that were to go on and do not. */
export const STOPPED = { kind: "interrupted", code: "declined" } as const;

export const LOST = {
  kind: "interrupted",
  code: "connection",
  reason: "The sender's device could not be reached any more.",
} as const;

export const CHANGED: FileOutcome = {
  kind: "failed",
  code: "source",
  reason: "The sender has changed the file since it was offered. Ask for the new one.",
};

export const GONE: FileOutcome = {
  kind: "failed",
  code: "storage",
  reason: "What had arrived of the file is gone.",
};
