import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { GridList, GridListItem, ListLayout, Virtualizer } from "react-aria-components";
import { useTranslations } from "use-intl";
import { useStore } from "zustand";
import { midnight } from "../../../shared/i18n/format.ts";
import type { Card } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { useListKeys } from "../../ui/use-list-keys.ts";
import { KeepDialog } from "../transfers/keep-dialog.tsx";
import { useCardTitle } from "../transfers/use-words.ts";
import { HistoryEntry } from "./history-entry.tsx";
import styles from "./history-page.module.css";
import { type HistoryRow, historyRows } from "./history-query.ts";
import type { HistoryStore } from "./history-store.ts";
import { OpenDangerousDialog } from "./open-dangerous-dialog.tsx";
import { type EntryActions, useEntryActions } from "./use-entry-actions.ts";

const LAYOUT = { estimatedRowSize: 60 };
/** The next page is asked for before the last row is in sight. */
const AHEAD_PX = 600;

interface HistoryListProps {
  readonly store: HistoryStore;
}

/** Days and their entries in one virtual list; older pages come as the user goes down. */
export function HistoryList({ store }: HistoryListProps): ReactNode {
  const t = useTranslations("history");
  const cards = useStore(store, (state) => state.pages.cards);
  const hasMore = useStore(store, (state) => state.pages.hasMore);
  const isLoading = useStore(store, (state) => state.pages.isLoading);
  const [asked, setAsked] = useState<AskedFile>();
  const [kept, setKept] = useState<AskedFile>();
  const { open, toggle } = useOpenEntries();
  const rows = useMemo(() => historyRows(cards), [cards]);
  const actions = useEntryActions({
    forget: store.getState().forget,
    onDangerous: (card, index) => {
      setAsked({ card, index });
    },
    onKeep: (card, index) => {
      setKept({ card, index });
    },
    onChanged: (card) => {
      store.getState().dispatch({ do: "change", cards: [card] });
    },
  });
  const list = useListKeys((event, id) => {
    const card = cards.find((one) => one.id === id);
    if (card === undefined) return;
    if (event.key === "Delete") void actions.forget(card);
    else if (event.key === "Enter" && event.shiftKey) void actions.reveal(card);
    else if (event.key === "Enter") void actions.open(card);
    else return;
    event.preventDefault();
  });
  useLoadAhead(list, () => {
    void store.getState().loadMore();
  });
  return (
    <>
      <div className={styles["frame"]}>
        <Virtualizer layout={ListLayout} layoutOptions={LAYOUT} shouldObserveItemSize>
          <GridList
            ref={list}
            aria-label={t("list")}
            aria-busy={isLoading}
            items={rows}
            dependencies={[actions, open]}
            className={cx(styles["list"])}
            keyboardNavigationBehavior="tab"
          >
            {(row) => (
              <Row row={row} actions={actions} isOpen={open.has(row.id)} onToggle={toggle} />
            )}
          </GridList>
        </Virtualizer>
      </div>
      {hasMore ? (
        <Button
          variant="quiet"
          size="s"
          className={styles["older"]}
          isPending={isLoading}
          onPress={() => {
            void store.getState().loadMore();
          }}
        >
          {isLoading ? t("loading") : t("loadMore")}
        </Button>
      ) : null}
      <OpenDangerousDialog
        asked={asked}
        onClose={() => {
          setAsked(undefined);
        }}
      />
      <KeepQuestion
        asked={kept}
        actions={actions}
        onClose={() => {
          setKept(undefined);
        }}
      />
    </>
  );
}

interface AskedFile {
  readonly card: Card;
  readonly index: number;
}

interface KeepQuestionProps {
  readonly asked: AskedFile | undefined;
  readonly actions: EntryActions;
  readonly onClose: () => void;
}

function KeepQuestion({ asked, actions, onClose }: KeepQuestionProps): ReactNode {
  const file = asked?.card.files.find(({ index }) => index === asked.index);
  if (asked === undefined || file === undefined) return null;
  return (
    <KeepDialog
      card={asked.card}
      file={file}
      onClose={onClose}
      onKeep={() => void actions.settle(asked.card, asked.index, "keep")}
    />
  );
}

interface RowProps {
  readonly row: HistoryRow;
  readonly actions: EntryActions;
  readonly isOpen: boolean;
  readonly onToggle: (id: string) => void;
}

function Row({ row, ...entry }: RowProps): ReactNode {
  const dayName = useDayName();
  const t = useTranslations("history");
  const titleOf = useCardTitle();
  if (row.kind === "day") {
    const name = dayName(row.dayMs);
    return (
      <GridListItem id={row.id} textValue={name} className={cx(styles["day"])}>
        <h2 className={styles["dayName"]}>{name}</h2>
        <span className={styles["dayCount"]}>{t("dayCount", { count: row.count })}</span>
      </GridListItem>
    );
  }
  return (
    <GridListItem
      id={row.id}
      textValue={`${titleOf(row.card)}, ${row.card.peerName}`}
      className={cx(styles["row"])}
    >
      <HistoryEntry card={row.card} {...entry} />
    </GridListItem>
  );
}

/** Open ones stay open when they leave the sight of a virtual list and come back. */
function useOpenEntries(): {
  readonly open: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
} {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => {
    setOpen((before) => {
      const rest = [...before].filter((one) => one !== id);
      return new Set(before.has(id) ? rest : [...rest, id]);
    });
  }, []);
  return { open, toggle };
}

function useDayName(): (dayMs: number) => string {
  const t = useTranslations("history");
  const formats = useFormats();
  return (dayMs) => {
    const now = Date.now();
    if (dayMs === midnight(now, 0)) return t("today");
    return dayMs === midnight(now, 1) ? t("yesterday") : formats.day(dayMs);
  };
}

function useLoadAhead(list: React.RefObject<HTMLDivElement | null>, loadMore: () => void): void {
  const latest = useRef(loadMore);
  useEffect(() => {
    latest.current = loadMore;
  });
  useEffect(() => {
    const element = list.current;
    const look = (): void => {
      if (element === null) return;
      const below = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (below < AHEAD_PX) latest.current();
    };
    element?.addEventListener("scroll", look, { passive: true });
    return () => {
      element?.removeEventListener("scroll", look);
    };
  }, [list]);
}
