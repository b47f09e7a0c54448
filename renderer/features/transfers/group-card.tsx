import { ArrowUp, Users, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useShallow } from "zustand/react/shallow";
import { type Card, isEnded } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useCards, useProgress } from "../../ipc/stores.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { CardMenu } from "./card-menu.tsx";
import { summaryOf } from "./card-summary.ts";
import styles from "./group-card.module.css";
import { groupCards } from "./list-rows.ts";
import { PauseButton } from "./pause-button.tsx";
import { StateChip } from "./state-chip.tsx";
import { TransferBar } from "./transfer-bar.tsx";
import { useCardActions } from "./use-card-actions.ts";
import { useHeldBar } from "./use-held-bar.ts";
import { useCardTitle } from "./use-words.ts";

interface GroupCardProps {
  readonly group: string;
}

const NOT_ACCEPTED: ReadonlySet<Card["state"]> = new Set([
  ...(["preparing", "reaching", "waiting", "declined", "noanswer", "cancelled", "failed"] as const),
]);

/** Offers that one action made, one per person. */
export function GroupCard({ group }: GroupCardProps): ReactNode {
  const t = useTranslations("transfers");
  const { list, count } = useFormats();
  const titleOf = useCardTitle();
  const cards = useCards(useShallow(({ byId }) => groupCards(byId, group)));
  const [first] = cards;
  if (first === undefined) return null;
  const accepted = cards.filter(({ state }) => !NOT_ACCEPTED.has(state)).length;
  return (
    <div className={styles["group"]}>
      <div className={styles["head"]}>
        <span className={styles["direction"]} role="img" aria-label={t("sending")}>
          <ArrowUp aria-hidden size={18} />
        </span>
        <div className={styles["title"]}>
          <h2 className={styles["what"]}>{titleOf(first)}</h2>
          <span className={styles["who"]}>
            {t("groupTitle", { names: list(cards.map(({ peerName }) => peerName)) })}
          </span>
        </div>
        <Chip tone={accepted === cards.length ? "success" : "accent"} icon={Users}>
          {t("groupAccepted", { done: count(accepted), total: cards.length })}
        </Chip>
      </div>
      <ul className={styles["people"]}>
        {cards.map((card) => (
          <PersonLine key={card.id} card={card} />
        ))}
      </ul>
    </div>
  );
}

interface PersonLineProps {
  readonly card: Card;
}

function PersonLine({ card }: PersonLineProps): ReactNode {
  const t = useTranslations("transfers");
  const { percent } = useFormats();
  const progress = useProgress(card.id);
  const actions = useCardActions(card);
  const isBarShown = useHeldBar(card);
  const { fraction } = summaryOf(card, progress);
  return (
    <li className={styles["person"]}>
      <Avatar name={card.peerName} address={card.peer} size="s" />
      <span className={styles["name"]}>{card.peerName}</span>
      {isBarShown ? (
        <>
          <span className={styles["bar"]}>
            <TransferBar card={card} progress={progress} isThin />
          </span>
          <span className={styles["percent"]}>{percent(fraction)}</span>
        </>
      ) : null}
      <span className={styles["chip"]}>
        <StateChip card={card} />
      </span>
      <PauseButton card={card} what={t("to", { name: card.peerName })} actions={actions} isAlone />
      {isEnded(card.state) ? (
        <span className={styles["noButton"]} />
      ) : (
        <IconButton
          label={t("cancelTransfer", { what: t("to", { name: card.peerName }) })}
          onPress={actions.cancel}
        >
          <X aria-hidden size={16} />
        </IconButton>
      )}
      <CardMenu card={card} actions={actions} />
    </li>
  );
}
