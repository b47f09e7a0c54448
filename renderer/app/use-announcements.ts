import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../shared/model/card.ts";
import { summaryOf } from "../features/transfers/card-summary.ts";
import { useLeftWords } from "../features/transfers/use-words.ts";
import { useFormats } from "../i18n/use-formats.ts";
import type { Progress } from "../ipc/progress-store.ts";
import { useApp, useStores } from "../ipc/stores.tsx";
import type { Announcement } from "./announcer.ts";
import { useAnnounce } from "./announcer-regions.tsx";
import { type CardEvent, cardEvents, milestonesPassed } from "./card-events.ts";
import { useCommandKeys } from "./command-runner.tsx";

/** Tells screen readers what happens to offers and transfers, and what went wrong. */
export function useAnnouncements(): void {
  useCardAnnouncements();
  useMilestones();
  useExpiryAnnouncements();
  useFailureAnnouncements();
}

function useCardAnnouncements(): void {
  const announce = useAnnounce();
  const say = useSentences();
  const { cards } = useStores();
  useEffect(
    () =>
      cards.subscribe((now, before) => {
        for (const event of cardEvents(before.byId, now.byId)) {
          const announcement = say(event);
          if (announcement !== undefined) announce(announcement);
        }
      }),
    [cards, announce, say],
  );
}

/** What is said of an event of a card; undefined where nothing is. */
function useSentences(): (event: CardEvent) => Announcement | undefined {
  const t = useTranslations("offers");
  const tt = useTranslations("transfers");
  const { sizeAloud } = useFormats();
  const keys = useCommandKeys("focusOffer") ?? "";
  const doneOf = useDoneSentence();
  const words: Readonly<Record<CardEvent["kind"], (card: Card) => string | undefined>> = {
    arrived: (card) => {
      const { taken, totalOctets } = summaryOf(card);
      const size = sizeAloud(totalOctets);
      return t("announceArrived", { name: card.peerName, count: taken.length, size, keys });
    },
    accepted: (card) =>
      t("announceAccepted", { name: card.peerName, count: summaryOf(card).taken.length }),
    elsewhere: ({ device }) =>
      device === undefined ? t("announceElsewhereUnknown") : t("announceElsewhere", { device }),
    cancelled: ({ problem, peerName }) =>
      problem?.message ?? t("cancelledText", { name: peerName }),
    missed: ({ peerName, files }) => t("missedText", { name: peerName, count: files.length }),
    stalled: ({ peerName }) => tt("announceStalled", { name: peerName }),
    paused: ({ peerName }) => tt("announcePaused", { name: peerName }),
    reconnecting: ({ peerName }) => tt("announceReconnecting", { name: peerName }),
    resumed: ({ peerName }) => tt("announceResumed", { name: peerName }),
    done: doneOf,
    result: ({ problem }) => problem?.message,
    failed: ({ problem }) => problem?.message,
  };
  return ({ kind, card }) => {
    const text = words[kind](card);
    if (text === undefined) return undefined;
    const isUrgent = kind === "arrived" || kind === "failed";
    return { politeness: isUrgent ? "assertive" : "polite", text };
  };
}

function useDoneSentence(): (card: Card) => string {
  const t = useTranslations("transfers");
  return (card) => {
    const words = { name: card.peerName, count: summaryOf(card).taken.length };
    if (card.direction === "incoming")
      return isProven(card) ? t("announceReceived", words) : t("announceReceivedUnchecked", words);
    return card.state === "verified" ? t("announceSent", words) : t("announceConfirmed", words);
  };
}

/** Every file that was taken has the hash it was offered with. */
function isProven(card: Card): boolean {
  const { taken, verifiedFiles } = summaryOf(card);
  return card.state === "verified" || (card.state === "partly" && verifiedFiles === taken.length);
}

/** Shorter transfers are over before the next milestone would be heard. */
const LONG_S = 20;

function useMilestones(): void {
  const announce = useAnnounce();
  const say = useMilestoneSentence();
  const wanted = useApp((app) => app.settings.announcements);
  const { cards, progress } = useStores();
  useEffect(() => {
    if (wanted === "off") return;
    const steps = wanted === "verbose" ? 10 : 4;
    return progress.subscribe((now, before) => {
      for (const [id, told] of Object.entries(now.byId)) {
        const card = cards.getState().byId[id];
        if (card === undefined || !isMilestone(card, told, { before: before.byId[id], steps }))
          continue;
        announce({ politeness: "polite", isProgress: true, text: say(card, told) });
      }
    });
  }, [wanted, cards, progress, announce, say]);
}

function isMilestone(
  card: Card,
  told: Progress,
  { before, steps }: { readonly before: Progress | undefined; readonly steps: number },
): boolean {
  if (before === told || told.leftS === undefined) return false;
  const { totalOctets, fraction } = summaryOf(card, told);
  if (!milestonesPassed(before?.octets ?? 0, told.octets, totalOctets / steps)) return false;
  const wholeS = told.leftS / Math.max(0.01, 1 - fraction);
  return fraction < 1 && wholeS >= LONG_S;
}

function useMilestoneSentence(): (card: Card, told: Progress) => string {
  const t = useTranslations("transfers");
  const leftWords = useLeftWords();
  const { percent } = useFormats();
  return (card, told) => {
    const words = {
      name: card.peerName,
      percent: percent(summaryOf(card, told).fraction),
      left: leftWords(told.leftS ?? 0),
    };
    return card.direction === "incoming"
      ? t("announceMilestoneReceiving", words)
      : t("announceMilestoneSending", words);
  };
}

const WARN_MS = 30_000;

function useExpiryAnnouncements(): void {
  const t = useTranslations("offers");
  const announce = useAnnounce();
  const { cards } = useStores();
  useEffect(() => {
    const timers = new Map<string, number>();
    const follow = (): void => {
      for (const card of Object.values(cards.getState().byId)) {
        const { id, expiresMs, state, isSilenced } = card;
        const isAsked = state === "ringing" && isSilenced !== true && expiresMs !== undefined;
        if (!isAsked || timers.has(id)) continue;
        const waitMs = expiresMs - WARN_MS - Date.now();
        if (waitMs <= 0) continue;
        timers.set(
          id,
          window.setTimeout(() => {
            const now = cards.getState().byId[id];
            if (now?.state === "ringing" && now.direction === "incoming")
              announce({
                politeness: "polite",
                text: t("announceExpires", { name: now.peerName }),
              });
          }, waitMs),
        );
      }
    };
    follow();
    const undo = cards.subscribe(follow);
    return () => {
      undo();
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [cards, announce, t]);
}

function useFailureAnnouncements(): void {
  const announce = useAnnounce();
  const { window: windowStore } = useStores();
  useEffect(
    () =>
      windowStore.subscribe(({ failures }, before) => {
        const last = failures.at(-1);
        if (last !== undefined && last !== before.failures.at(-1))
          announce({ politeness: "assertive", text: last.message });
      }),
    [windowStore, announce],
  );
}
