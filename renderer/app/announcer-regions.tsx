import { createContext, type ReactNode, use, useEffect, useState } from "react";
import { VisuallyHidden } from "../ui/visually-hidden.tsx";
import {
  type Announcement,
  type Announcer,
  createAnnouncer,
  type Politeness,
} from "./announcer.ts";

const AnnouncerContext = createContext<Announcer["announce"]>(() => undefined);

/** Says something to screen readers. */
export function useAnnounce(): (announcement: Announcement) => void {
  return use(AnnouncerContext);
}

interface AnnouncerProviderProps {
  readonly children: ReactNode;
}

/** Both live regions, there from the start: one that comes with its text is often not heard. */
export function AnnouncerProvider({ children }: AnnouncerProviderProps): ReactNode {
  const [{ announcer, mountPolite, mountAssertive }] = useState(wire);
  useEffect(
    () => () => {
      announcer.stop();
    },
    [announcer],
  );
  return (
    <AnnouncerContext value={announcer.announce}>
      {children}
      <VisuallyHidden
        aria-live="polite"
        data-announcer="polite"
        data-live-announcer
        ref={mountPolite}
      />
      <VisuallyHidden
        aria-live="assertive"
        data-announcer="assertive"
        data-live-announcer
        ref={mountAssertive}
      />
    </AnnouncerContext>
  );
}

type Region = HTMLSpanElement | null;

interface Wired {
  readonly announcer: Announcer;
  readonly mountPolite: (node: Region) => void;
  readonly mountAssertive: (node: Region) => void;
}

/** The regions are written past React: their text is an event, not a state. */
function wire(): Wired {
  const regions: Record<Politeness, Region> = { polite: null, assertive: null };
  return {
    announcer: createAnnouncer({
      nowMs: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => {
          clearTimeout(timer);
        };
      },
      show: (politeness, text) => {
        const region = regions[politeness];
        if (region !== null) region.textContent = text;
      },
    }),
    mountPolite: (node) => {
      regions.polite = node;
    },
    mountAssertive: (node) => {
      regions.assertive = node;
    },
  };
}
