import { ArrowDown, ArrowUp, ChevronDown, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { isEnded } from "../../../shared/model/card.ts";
import { isActive } from "../../ipc/card-kinds.ts";
import { useProgress } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import type { CardActions } from "./card-actions.ts";
import { CardMenu } from "./card-menu.tsx";
import { CardProblemLine } from "./card-problem.tsx";
import { FileRows } from "./file-rows.tsx";
import { PauseButton } from "./pause-button.tsx";
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
  const [isOpen, setOpen] = useState(
    () => !isInStack && card.files.length <= OPEN_FILES && isActive(card),
  );
  return (
    <div className={cx(styles["card"], isInStack && styles["inStack"])}>
      <div className={styles["head"]}>
        <Direction card={card} />
        <div className={styles["title"]}>
          <h2 className={styles["what"]} id={titleId} title={what}>
            {what}
          </h2>
          <span className={styles["who"]} title={card.peerName}>
            {card.direction === "incoming"
              ? t("from", { name: card.peerName })
              : t("to", { name: card.peerName })}
          </span>
        </div>
        <div className={styles["chip"]}>
          <StateChip card={card} />
        </div>
        <div className={styles["buttons"]}>
          <PauseButton card={card} what={what} actions={actions} />
          <CancelButton card={card} actions={actions} />
          <CardMenu card={card} actions={actions} />
          {isInStack && isEnded(card.state) ? <LeaveButton onLeave={onLeave} /> : null}
        </div>
      </div>
      {isBarShown ? <TransferBar card={card} progress={progress} /> : null}
      <div className={styles["numbers"]}>
        <TransferFacts card={card} progress={progress} />
        {hasFiles(card) ? <FilesToggle card={card} isOpen={isOpen} onChange={setOpen} /> : null}
      </div>
      <CardProblemLine card={card} actions={actions} />
      {isOpen && hasFiles(card) ? <FileRows card={card} actions={actions} /> : null}
    </div>
  );
}

interface CancelButtonProps {
  readonly card: Card;
  readonly actions: CardActions;
}

function CancelButton({ card, actions }: CancelButtonProps): ReactNode {
  const t = useTranslations("transfers");
  const what = useCardTitle()(card);
  if (isEnded(card.state) || card.state === "ringing") return null;
  return (
    <IconButton label={t("cancelTransfer", { what })} onPress={actions.cancel}>
      <X aria-hidden size={16} />
    </IconButton>
  );
}

interface LeaveButtonProps {
  readonly onLeave: (() => void) | undefined;
}

function LeaveButton({ onLeave }: LeaveButtonProps): ReactNode {
  const t = useTranslations("transfers");
  return (
    <IconButton label={t("hide")} {...(onLeave === undefined ? {} : { onPress: onLeave })}>
      <X aria-hidden size={16} />
    </IconButton>
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

const WITHOUT_FILES: ReadonlySet<Card["state"]> = new Set([
  ...(["elsewhere", "declinedElsewhere", "noLongerRinging", "missed"] as const),
]);

/** One file is told by the card itself. */
function hasFiles({ state, files }: Card): boolean {
  return files.length > 1 && !WITHOUT_FILES.has(state);
}

interface FilesToggleProps {
  readonly card: Card;
  readonly isOpen: boolean;
  readonly onChange: (isOpen: boolean) => void;
}

function FilesToggle({ card, isOpen, onChange }: FilesToggleProps): ReactNode {
  const t = useTranslations("transfers");
  return (
    <Button
      variant="quiet"
      size="s"
      aria-expanded={isOpen}
      className={styles["toggle"]}
      onPress={() => {
        onChange(!isOpen);
      }}
    >
      <ChevronDown
        aria-hidden
        size={16}
        className={cx(styles["chevron"], isOpen && styles["open"])}
      />
      {isOpen ? t("filesHide") : t("filesShow", { count: card.files.length })}
    </Button>
  );
}
