export type Politeness = "polite" | "assertive";

export interface Announcement {
  readonly text: string;
  readonly politeness: Politeness;
  /** At most one of these in ten seconds, over all transfers; a later one that has to wait is dropped. */
  readonly isProgress?: boolean;
  /** A later one with the same key that comes within half a second replaces this one; an empty one takes it back. */
  readonly settleKey?: string;
}

export interface AnnouncerPorts {
  readonly nowMs: () => number;
  /** @returns undoes it */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Puts the text into its live region; empty clears it. */
  readonly show: (politeness: Politeness, text: string) => void;
}

export interface Announcer {
  readonly announce: (announcement: Announcement) => void;
  readonly stop: () => void;
}

/** Time that a text stays in its region: shorter, and a screen reader may not have seen it. */
const HOLD_MS = 350;
const PROGRESS_GAP_MS = 10_000;
const SETTLE_MS = 500;
const SAME_GAP_MS = 2000;

/** One queue per region. The same text is not said twice in a row within two seconds. */
export function createAnnouncer(ports: AnnouncerPorts): Announcer {
  const queues: Record<Politeness, string[]> = { polite: [], assertive: [] };
  const busy: Record<Politeness, (() => void) | undefined> = {
    polite: undefined,
    assertive: undefined,
  };
  const settling = new Map<string, () => void>();
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  let last: { readonly text: string; readonly atMs: number } | undefined;

  const pump = (politeness: Politeness): void => {
    if (busy[politeness] !== undefined) return;
    const text = queues[politeness].shift();
    if (text === undefined) return;
    ports.show(politeness, text);
    busy[politeness] = ports.after(HOLD_MS, () => {
      busy[politeness] = undefined;
      ports.show(politeness, "");
      pump(politeness);
    });
  };

  const enqueue = ({ text, politeness }: Announcement): void => {
    const atMs = ports.nowMs();
    const isRepeated = last?.text === text && atMs - last.atMs < SAME_GAP_MS;
    if (isRepeated || queues[politeness].includes(text)) return;
    last = { text, atMs };
    queues[politeness].push(text);
    pump(politeness);
  };

  return {
    announce: (announcement) => {
      const { text, isProgress, settleKey } = announcement;
      if (text === "") {
        settling.get(settleKey ?? "")?.();
        return;
      }
      if (isProgress === true) {
        if (ports.nowMs() - lastProgressMs < PROGRESS_GAP_MS) return;
        lastProgressMs = ports.nowMs();
      }
      if (settleKey === undefined) {
        enqueue(announcement);
        return;
      }
      settling.get(settleKey)?.();
      settling.set(
        settleKey,
        ports.after(SETTLE_MS, () => {
          settling.delete(settleKey);
          enqueue(announcement);
        }),
      );
    },
    stop: () => {
      for (const cancel of settling.values()) cancel();
      settling.clear();
      busy.polite?.();
      busy.assertive?.();
      queues.polite.length = 0;
      queues.assertive.length = 0;
    },
  };
}
