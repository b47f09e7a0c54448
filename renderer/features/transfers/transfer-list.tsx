import { type KeyboardEvent, type ReactNode, useMemo, useRef } from "react";
import {
  GridList,
  GridListHeader,
  GridListItem,
  GridListSection,
  type Selection,
} from "react-aria-components";
import { useTranslations } from "use-intl";
import { useShallow } from "zustand/react/shallow";
import { useCommandMatch } from "../../app/command-runner.tsx";
import { navigate } from "../../app/navigation.ts";
import { useIsNarrow } from "../../app/use-is-narrow.ts";
import { useApp, useCard, useCards, useStores, useWindow } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { CompactTransfer } from "./compact-transfer.tsx";
import { GroupCard } from "./group-card.tsx";
import { cardIdsOf, type ListRow, listRows } from "./list-rows.ts";
import { TransferCard } from "./transfer-card.tsx";
import styles from "./transfer-list.module.css";
import { useSelectionActions } from "./use-selection-actions.ts";
import { useCardTitle } from "./use-words.ts";

/** Cards as rows that can be selected, several with Shift and Control. */
export function TransferList(): ReactNode {
  const t = useTranslations("transfers");
  const stacked = useWindow((state) => state.stacked);
  const shown = useIsNarrow() ? stacked : NOTHING;
  const active = useCards(useShallow((cards) => listRows(cards, shown).active));
  const today = useCards(useShallow((cards) => listRows(cards, shown).today));
  const more = useCards((cards) => listRows(cards, shown).more);
  const density = useApp((app) => app.settings.density);
  const { cards, window: windowStore } = useStores();
  const selected = useWindow((state) => state.selected);
  const rows = useMemo(() => [...active, ...today], [active, today]);
  const selectedRows = rows.filter((row) =>
    cardIdsOf(row, cards.getState().byId).some((id) => selected.includes(id)),
  );
  const press = useListKeys();
  const isPointed = useRef(false);

  const select = (keys: Selection): void => {
    const chosen = keys === "all" ? rows : [...keys].map(String);
    const { byId } = cards.getState();
    const ids = chosen.flatMap((row) => cardIdsOf(row, byId));
    // Keys select row by row on their way; the details would cover the list under them.
    if (isPointed.current) windowStore.getState().choose(ids);
    else windowStore.getState().select(ids);
  };

  return (
    // The list's own keys come first; these are what it leaves.
    <div
      className={styles["wrap"]}
      onKeyDownCapture={(event) => {
        isPointed.current = false;
        press(event);
      }}
      onPointerDownCapture={() => {
        isPointed.current = true;
      }}
    >
      <GridList
        aria-label={t("list")}
        className={cx(styles["list"], density === "compact" && styles["compact"])}
        selectionMode="multiple"
        selectionBehavior="replace"
        keyboardNavigationBehavior="tab"
        disallowTypeAhead
        selectedKeys={selectedRows}
        onSelectionChange={select}
        escapeKeyBehavior="clearSelection"
      >
        <Section title={t("active")} rows={active} density={density} />
        <Section title={t("today")} rows={today} density={density} />
      </GridList>
      {more === 0 ? null : (
        <Button
          variant="quiet"
          onPress={() => {
            navigate("history");
          }}
        >
          {t("olderInHistory", { count: more })}
        </Button>
      )}
    </div>
  );
}

const NOTHING: readonly string[] = [];

interface SectionProps {
  readonly title: string;
  readonly rows: readonly ListRow[];
  readonly density: "comfortable" | "compact";
}

function Section({ title, rows, density }: SectionProps): ReactNode {
  const { cards } = useStores();
  const titleOf = useCardTitle();
  if (rows.length === 0) return null;
  return (
    <GridListSection className={cx(styles["section"])}>
      <GridListHeader className={cx(styles["heading"])}>{title}</GridListHeader>
      {rows.map((row) => {
        const [id] = cardIdsOf(row, cards.getState().byId);
        const card = id === undefined ? undefined : cards.getState().byId[id];
        return (
          <GridListItem
            key={row}
            id={row}
            textValue={card === undefined ? row : `${titleOf(card)}, ${card.peerName}`}
            className={cx(styles["row"])}
          >
            <Row row={row} density={density} />
          </GridListItem>
        );
      })}
    </GridListSection>
  );
}

interface RowProps {
  readonly row: ListRow;
  readonly density: "comfortable" | "compact";
}

function Row({ row, density }: RowProps): ReactNode {
  const name = row.slice(row.indexOf(":") + 1);
  return row.startsWith("group:") ? (
    <GroupCard group={name} />
  ) : (
    <CardRow id={name} density={density} />
  );
}

interface CardRowProps {
  readonly id: string;
  readonly density: "comfortable" | "compact";
}

/** Looks its card up itself, so that a card that changes draws no other row. */
function CardRow({ id, density }: CardRowProps): ReactNode {
  const card = useCard(id);
  if (card === undefined) return null;
  return density === "compact" ? <CompactTransfer card={card} /> : <TransferCard card={card} />;
}

const KEYS = ["cardPause", "cardRemove", "cardRetry", "cardOpen", "cardReveal"] as const;

function useListKeys(): (event: KeyboardEvent) => void {
  const matches = useCommandMatch();
  const act = useSelectionActions();
  return (event) => {
    const row = event.target instanceof Element ? event.target.closest("[role='row']") : null;
    if (row === null || row !== event.target) return;
    // Where it means nothing the key is the list's own.
    for (const id of KEYS)
      if (matches(event.nativeEvent, id) && act(id, row.getAttribute("data-key") ?? undefined)) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
  };
}
