import { Pause, Play, Trash2, X } from "lucide-react";
import type { ReactNode } from "react";
import { Toolbar } from "react-aria-components";
import { useTranslations } from "use-intl";
import { canPause, canResume } from "../../../shared/model/card.ts";
import { useCards, useStores, useWindow } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import styles from "./selection-bar.module.css";
import { useSelectionActions } from "./use-selection-actions.ts";

/** Acts on several selected transfers at once; one has its own buttons. */
export function SelectionBar(): ReactNode {
  const t = useTranslations("transfers");
  const selected = useWindow((state) => state.selected);
  const { window: windowStore } = useStores();
  const act = useSelectionActions();
  if (selected.length < 2) return null;
  return (
    <Toolbar aria-label={t("selectionBar")} className={cx(styles["bar"])}>
      <span className={styles["count"]}>{t("selection", { count: selected.length })}</span>
      <PauseSelected
        onPress={() => {
          act("cardPause");
        }}
      />
      <Button
        size="s"
        onPress={() => {
          act("cardRemove");
        }}
      >
        <Trash2 aria-hidden size={16} />
        {t("remove")}
      </Button>
      <IconButton
        label={t("clearSelection")}
        onPress={() => {
          windowStore.getState().select([]);
        }}
      >
        <X aria-hidden size={16} />
      </IconButton>
    </Toolbar>
  );
}

interface PauseSelectedProps {
  readonly onPress: () => void;
}

/** While one of them moves, those that move are paused; nothing where none can go on either. */
function PauseSelected({ onPress }: PauseSelectedProps): ReactNode {
  const t = useTranslations("transfers");
  const selected = useWindow((state) => state.selected);
  const what = useCards(({ byId }) => {
    const cards = selected.flatMap((id) => byId[id] ?? []);
    if (cards.some(canPause)) return "pause";
    return cards.some(canResume) ? "resume" : undefined;
  });
  if (what === undefined) return null;
  const Icon = what === "pause" ? Pause : Play;
  return (
    <Button size="s" onPress={onPress}>
      <Icon aria-hidden size={16} />
      {t(what)}
    </Button>
  );
}
