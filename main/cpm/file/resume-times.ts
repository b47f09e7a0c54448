/** How long an interrupted transfer is tried again by itself, unless configured otherwise. */
const RESUME_FOR_S = 300;
/** The sender gives up later than the receiver, whose last attempt may still be on its way. */
const RESUME_MARGIN_MS = 60_000;

/** Between two looks at a disk that was full. */
export const LOOK_FOR_ROOM_MS = 5000;

/** What was moving until now is tried again almost at once; whoever finds nobody then waits longer. */
const SOON_MS = 250;
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** Before the attempt of that number, from 0 on: 1/4, 1, 2, 4, … 60 s. */
export function resumeDelayMs(attempt: number): number {
  if (attempt === 0) return SOON_MS;
  return Math.min(FIRST_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_MS);
}

/** Of the sender, which leaves the receiver the first word: 5, 10, 20, … 60 s. */
export function pushDelayMs(attempt: number): number {
  return Math.min(5 * FIRST_MS * 2 ** Math.min(attempt, 10), LONGEST_MS);
}

/** How long a receiver tries again by itself. */
export function resumeForMs({
  resumeForS = RESUME_FOR_S,
}: {
  readonly resumeForS?: number;
}): number {
  return resumeForS * 1000;
}

/** How long a sender waits for a receiver that is gone; 0: not at all. */
export function waitForReceiverMs(config: {
  readonly resumeForS?: number;
  readonly waitForReceiverS?: number;
}): number {
  const { resumeForS = RESUME_FOR_S, waitForReceiverS } = config;
  if (waitForReceiverS !== undefined) return waitForReceiverS * 1000;
  return resumeForS === 0 ? 0 : resumeForS * 1000 + RESUME_MARGIN_MS;
}
