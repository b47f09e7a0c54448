import {
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { useTranslations } from "use-intl";
import { useCommand, useCommandMatch } from "../../app/command-runner.tsx";
import { usePlace } from "../../app/navigation.ts";
import { isAsking } from "../../ipc/card-kinds.ts";
import { useApp, useCards, useStores, useWindow } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { playChime } from "./chime.ts";
import { FoldedStack } from "./folded-stack.tsx";
import { OfferCard } from "./offer-card.tsx";
import styles from "./offer-stack.module.css";
import { EMPTY_STACK, leaveAfterMs, leaveStack, nextStack, openOf } from "./stack.ts";
import { useFolding } from "./use-folding.ts";

interface OfferStackProps {
  /** In the prompt window, where nothing else is. */
  readonly isAlone?: boolean;
}

const SHOWN = 3;

/** Incoming offers over every page: never modal, never taking the focus. */
export function OfferStack({ isAlone = false }: OfferStackProps): ReactNode {
  const t = useTranslations("offers");
  const cards = useCards(({ byId }) => byId);
  const reviewed = useWindow((state) => state.reviewed);
  const { page } = usePlace();
  const [known, setStack] = useState(EMPTY_STACK);
  const [opened, setOpened] = useState<string>();
  const [areAllShown, setAllShown] = useState(false);
  const stack = nextStack(known, cards, reviewed);
  if (stack !== known) setStack(stack);
  const region = useRef<HTMLElement>(null);
  useChime();
  const leaveRegion = useReturningFocus(region);

  const shown = areAllShown ? stack.ids : stack.ids.slice(0, SHOWN);
  const hidden = stack.ids.length - shown.length;
  const open = openOf(stack, cards, [opened, ...reviewed]);
  const { isFolded, unfold } = useFolding(region, !isAlone && stack.ids.length > 0);
  const place = [isFolded, ...shown.map((id) => [id, cards[id]?.state, id === open])].join();
  const isListShown = !isAlone && page === "transfers";

  const focusOpen = (): void => {
    // What is hidden cannot have the focus.
    flushSync(unfold);
    (cardIn(region.current, open) ?? region.current)?.focus();
  };
  useCommand("focusOffer", focusOpen);
  useEscape(region, leaveRegion);
  useFocusAfterLeaving(region, stack.ids);
  useStacked(shown);

  if (stack.ids.length === 0) return null;
  return (
    <section
      aria-label={t("region")}
      className={cx(
        styles["stack"],
        areAllShown && styles["all"],
        isAlone && styles["alone"],
        isFolded && styles["folded"],
      )}
      data-region="offers"
      data-folded={isFolded || undefined}
      tabIndex={-1}
      ref={region}
    >
      {shown.map((id) => {
        const card = cards[id];
        return card === undefined ? null : (
          <OfferCard
            key={id}
            card={card}
            place={place}
            isOpen={id === open}
            onOpen={() => {
              setOpened(id);
            }}
            onLeave={() => {
              setStack((before) => leaveStack(before, id));
            }}
            leaveAfterMs={leaveAfterMs(card.state, isListShown)}
          />
        );
      })}
      {isFolded ? (
        <FoldedStack open={open} ids={stack.ids} place={place} onUnfold={focusOpen} />
      ) : (
        <MoreButton hidden={hidden} areAllShown={areAllShown} onChange={setAllShown} />
      )}
    </section>
  );
}

/** In a small window the list below leaves out what stands here. */
function useStacked(shown: readonly string[]): void {
  const { window: windowStore } = useStores();
  const key = shown.join();
  useLayoutEffect(() => {
    windowStore.getState().stack(key === "" ? [] : key.split(","));
  }, [windowStore, key]);
}

function cardIn(region: HTMLElement | null, id: string | undefined): HTMLElement | null {
  return region?.querySelector<HTMLElement>(`[data-offer="${id ?? ""}"]`) ?? null;
}

interface MoreButtonProps {
  readonly hidden: number;
  readonly areAllShown: boolean;
  readonly onChange: (areAllShown: boolean) => void;
}

function MoreButton({ hidden, areAllShown, onChange }: MoreButtonProps): ReactNode {
  const t = useTranslations("offers");
  if (hidden === 0 && !areAllShown) return null;
  return (
    <Button
      size="s"
      className={styles["more"]}
      onPress={() => {
        onChange(!areAllShown);
      }}
    >
      {areAllShown ? t("less") : t("more", { count: String(hidden) })}
    </Button>
  );
}

/** One sound for each offer that comes, in the window that shows it. */
function useChime(): void {
  const cards = useCards(({ byId }) => byId);
  const isOn = useApp(({ settings }) => settings.hasSound && !settings.isDoNotDisturb);
  const heard = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const asking = Object.values(cards).filter(isAsking);
    const hasNew = asking.some(({ id }) => !heard.current.has(id));
    heard.current = new Set(asking.map(({ id }) => id));
    if (hasNew && isOn && document.visibilityState === "visible") playChime();
  }, [cards, isOn]);
}

/** Remembers where the focus came from. @returns gives it back */
function useReturningFocus(region: RefObject<HTMLElement | null>): () => void {
  const from = useRef<HTMLElement>(null);
  useEffect(() => {
    const enter = (event: FocusEvent): void => {
      const { target, relatedTarget } = event;
      const isInside = target instanceof Node && region.current?.contains(target) === true;
      const isFromOutside =
        relatedTarget instanceof HTMLElement && region.current?.contains(relatedTarget) !== true;
      if (isInside && isFromOutside) from.current = relatedTarget;
    };
    document.addEventListener("focusin", enter);
    return () => {
      document.removeEventListener("focusin", enter);
    };
  }, [region]);
  return () => {
    const target = from.current?.isConnected === true ? from.current : listHeading();
    target?.focus();
  };
}

function listHeading(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-page-title]");
}

/** Escape leaves the offer; it never declines it. */
function useEscape(region: RefObject<HTMLElement | null>, leave: () => void): void {
  const matches = useCommandMatch();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const isInside =
        event.target instanceof Node && region.current?.contains(event.target) === true;
      if (event.defaultPrevented || !isInside || !matches(event, "offerLeave")) return;
      event.preventDefault();
      leave();
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
    };
  });
}

/** Where a card with the focus vanishes, the next one gets it, else the heading of the page. */
function useFocusAfterLeaving(region: RefObject<HTMLElement | null>, ids: readonly string[]): void {
  const focused = useRef<string>(undefined);
  const before = useRef(ids);
  useEffect(() => {
    const remember = (event: FocusEvent): void => {
      const card =
        event.target instanceof Element ? event.target.closest<HTMLElement>("[data-offer]") : null;
      focused.current = card?.dataset["offer"];
    };
    document.addEventListener("focusin", remember);
    return () => {
      document.removeEventListener("focusin", remember);
    };
  }, []);
  useEffect(() => {
    const old = before.current;
    before.current = ids;
    const gone = focused.current;
    if (gone === undefined || ids.includes(gone) || !old.includes(gone)) return;
    focused.current = undefined;
    if (document.activeElement !== document.body && document.activeElement !== null) return;
    const next = ids[Math.min(old.indexOf(gone), ids.length - 1)];
    (cardIn(region.current, next) ?? listHeading())?.focus();
  }, [ids, region]);
}
