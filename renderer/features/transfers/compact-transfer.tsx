import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Card, isEnded } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useProgress } from "../../ipc/stores.tsx";
import { IconButton } from "../../ui/button.tsx";
import { CardMenu } from "./card-menu.tsx";
import { summaryOf } from "./card-summary.ts";
import styles from "./compact-transfer.module.css";
import { PauseButton } from "./pause-button.tsx";
import { StateChip } from "./state-chip.tsx";
import { TransferBar } from "./transfer-bar.tsx";
import { Direction } from "./transfer-card.tsx";
import { useCardActions } from "./use-card-actions.ts";
import { useHeldBar } from "./use-held-bar.ts";
import { useCardTitle } from "./use-words.ts";

interface CompactTransferProps {
  readonly card: Card;
}

/** A transfer in one line. */
export function CompactTransfer({ card }: CompactTransferProps): ReactNode {
  const t = useTranslations("transfers");
  const { percent, size } = useFormats();
  const what = useCardTitle()(card);
  const progress = useProgress(card.id);
  const actions = useCardActions(card);
  const { fraction, totalOctets } = summaryOf(card, progress);
  const isBarShown = useHeldBar(card);
  return (
    <div className={styles["line"]}>
      <span className={styles["direction"]}>
        <Direction card={card} />
      </span>
      <span className={styles["what"]} title={what}>
        {what}
      </span>
      <span className={styles["who"]} title={card.peerName}>
        {card.direction === "incoming"
          ? t("from", { name: card.peerName })
          : t("to", { name: card.peerName })}
      </span>
      <span className={styles["bar"]}>
        {isBarShown ? <TransferBar card={card} progress={progress} isThin /> : null}
      </span>
      <span className={styles["number"]}>{isBarShown ? percent(fraction) : size(totalOctets)}</span>
      <span className={styles["chip"]}>
        <StateChip card={card} />
      </span>
      <span className={styles["cancel"]}>
        <PauseButton card={card} what={what} actions={actions} isAlone />
        {isEnded(card.state) || card.state === "ringing" ? null : (
          <IconButton label={t("cancelTransfer", { what })} onPress={actions.cancel}>
            <X aria-hidden size={16} />
          </IconButton>
        )}
      </span>
      <CardMenu card={card} actions={actions} />
    </div>
  );
}
