import { ArrowDown, ArrowUp, ChevronDown, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { isEnded } from "../../../shared/model/card.ts";
import { useProgress } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import type { CardActions } from "./card-actions.ts";
import { CardMenu } from "./card-menu.tsx";
import { CardProblemLine } from "./card-problem.tsx";
import { summaryOf } from "./card-summary.ts";
import { FileRows } from "./file-rows.tsx";
import { StateChip } from "./state-chip.tsx";
import { TransferBar } from "./transfer-bar.tsx";
import styles from "./transfer-card.module.css";
import { TransferFacts } from "./transfer-facts.tsx";
import { useCardActions } from "./use-card-actions.ts";
import { useHeldBar } from "./use-held-bar.ts";
import { useCardTitle } from "./use-words.ts";

interface TransferCardProps {
  readonly card: Card;
  readonly titleId?: string;
  /** Over the page, where it can be put away without leaving the list. */
  readonly isInStack?: boolean;
  readonly onLeave?: () => void;
}

/** Up to this many files stand open by themselves. */
const OPEN_FILES = 4;

/** State first, then numbers, then buttons. */
export function TransferCard({
  card,
  titleId,
  isInStack = false,
  onLeave,
}: TransferCardProps): ReactNode {
  const t = useTranslations("transfers");
  const what = useCardTitle()(card);
  const progress = useProgress(card.id);
  const isBarShown = useHeldBar(card);
  const actions = useCardActions(card);
  const canCancel = !isEnded(card.state) && card.state !== "ringing";
  return (
    <div className={cx(styles["card"], isInStack && styles["inStack"])}>
      <div className={styles["head"]}>
        <Direction card={card} />
        <div className={styles["title"]}>
          <h3 className={styles["what"]} id={titleId} title={what}>
            {what}
          </h3>
          <span className={styles["who"]}>
            {card.direction === "incoming"
              ? t("from", { name: card.peerName })
              : t("to", { name: card.peerName })}
          </span>
        </div>
        <div className={styles["chip"]}>
          <StateChip card={card} />
        </div>
        <div className={styles["buttons"]}>
          {canCancel ? (
            <IconButton label={t("cancelTransfer", { what })} onPress={actions.cancel}>
              <X aria-hidden size={16} />
            </IconButton>
          ) : null}
          <CardMenu card={card} actions={actions} />
          {isInStack && isEnded(card.state) ? (
            <IconButton
              label={t("remove")}
              {...(onLeave === undefined ? {} : { onPress: onLeave })}
            >
              <X aria-hidden size={16} />
            </IconButton>
          ) : null}
        </div>
      </div>
      {isBarShown ? <TransferBar card={card} progress={progress} /> : null}
      <TransferFacts card={card} progress={progress} />
      <CardProblemLine card={card} actions={actions} />
      <CardFiles card={card} actions={actions} isClosed={isInStack} />
    </div>
  );
}

interface DirectionProps {
  readonly card: Card;
}

export function Direction({ card }: DirectionProps): ReactNode {
  const t = useTranslations("transfers");
  const isIncoming = card.direction === "incoming";
  const Icon = isIncoming ? ArrowDown : ArrowUp;
  return (
    <span
      className={styles["direction"]}
      role="img"
      aria-label={isIncoming ? t("receiving") : t("sending")}
    >
      <Icon aria-hidden size={18} />
    </span>
  );
}

interface CardFilesProps {
  readonly card: Card;
  readonly actions: CardActions;
  readonly isClosed: boolean;
}

const WITHOUT_FILES: ReadonlySet<Card["state"]> = new Set([
  "ringing",
  "elsewhere",
  "declinedElsewhere",
  "noLongerRinging",
  "missed",
]);

function CardFiles({ card, actions, isClosed }: CardFilesProps): ReactNode {
  const t = useTranslations("transfers");
  const { files } = card;
  const { taken } = summaryOf(card);
  const isWorthOpening = !isEnded(card.state) || taken.length !== files.length || files.length > 1;
  const [isOpen, setOpen] = useState(
    !isClosed && files.length > 1 && files.length <= OPEN_FILES && !isEnded(card.state),
  );
  if (WITHOUT_FILES.has(card.state) || !isWorthOpening || files.length < 2) return null;
  return (
    <div className={styles["files"]}>
      <Button
        variant="quiet"
        size="s"
        aria-expanded={isOpen}
        className={styles["toggle"]}
        onPress={() => {
          setOpen(!isOpen);
        }}
      >
        <ChevronDown
          aria-hidden
          size={16}
          className={cx(styles["chevron"], isOpen && styles["open"])}
        />
        {isOpen ? t("filesHide") : t("filesShow", { count: files.length })}
      </Button>
      {isOpen ? <FileRows card={card} actions={actions} /> : null}
    </div>
  );
}
