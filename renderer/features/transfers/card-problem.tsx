import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Card, canResume, isEnded } from "../../../shared/model/card.ts";
import { navigate } from "../../app/navigation.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import type { CardActions } from "./card-actions.ts";
import styles from "./card-problem.module.css";
import { summaryOf } from "./card-summary.ts";
import { useAgainWords } from "./use-words.ts";

interface CardProblemLineProps {
  readonly card: Card;
  readonly actions: CardActions;
}

/** What happened, what it means for the files, and the one thing to do next. */
export function CardProblemLine({ card, actions }: CardProblemLineProps): ReactNode {
  const t = useTranslations("transfers");
  const buttons = buttonsOf(card, actions);
  const isPeerPaused = card.state === "paused" && card.pausedBy === "peer";
  const message =
    card.problem?.message ?? (isPeerPaused ? t("pausedThere", { name: card.peerName }) : undefined);
  if (message === undefined && buttons === null) return null;
  return (
    <div className={styles["problem"]}>
      {message === undefined ? null : <p className={styles["text"]}>{message}</p>}
      {buttons === null ? null : <div className={styles["actions"]}>{buttons}</div>}
    </div>
  );
}

const REPEATABLE: ReadonlySet<Card["state"]> = new Set([
  ...(["noanswer", "failed", "interrupted", "partly", "damaged"] as const),
]);

/** Null where there is nothing to do. */
function buttonsOf(card: Card, actions: CardActions): ReactNode {
  if (card.state === "reconnecting") return <TryNow card={card} actions={actions} />;
  // The button in the card's head says it all.
  if (card.state === "paused") return null;
  if (canResume(card)) return <Resume card={card} actions={actions} />;
  return card.direction === "incoming"
    ? incomingButtons(card, actions)
    : outgoingButtons(card, actions);
}

function incomingButtons(card: Card, actions: CardActions): ReactNode {
  if (card.isSilenced === true && card.state === "ringing") return <Review card={card} />;
  if (card.state === "damaged") return <Damaged card={card} actions={actions} />;
  const isWithdrawn = card.state === "cancelled" && card.problem?.code === "cancelled-by-peer";
  return card.state === "missed" || isWithdrawn || isRepeatable(card) ? (
    <Again card={card} actions={actions} />
  ) : null;
}

function outgoingButtons(card: Card, actions: CardActions): ReactNode {
  if (card.problem?.code === "unknown-user") return <ShowPeople />;
  return isRepeatable(card) ? <Again card={card} actions={actions} /> : null;
}

function isRepeatable(card: Card): boolean {
  const hasWhat = card.state !== "partly" || summaryOf(card).failedFiles > 0;
  return REPEATABLE.has(card.state) && hasWhat;
}

/** Sooner than by itself. */
function TryNow({ actions }: CardProblemLineProps): ReactNode {
  const t = useTranslations("transfers");
  return (
    <Button size="s" onPress={actions.resume}>
      {t("tryNow")}
    </Button>
  );
}

function Resume({ card, actions }: CardProblemLineProps): ReactNode {
  const t = useTranslations("transfers");
  const { percent } = useFormats();
  if (!isEnded(card.state))
    return (
      <>
        <Button size="s" onPress={actions.resumeElsewhere}>
          {t("chooseFolder")}
        </Button>
        <Button size="s" variant="quiet" onPress={actions.resume}>
          {t("resume")}
        </Button>
      </>
    );
  return (
    <>
      <Button size="s" variant="primary" onPress={actions.resume}>
        {t("resumeFrom", { percent: percent(summaryOf(card).fraction) })}
      </Button>
      <Button size="s" variant="quiet" onPress={actions.remove}>
        {t("dismiss")}
      </Button>
    </>
  );
}

interface ReviewProps {
  readonly card: Card;
}

/** An offer that was silenced still waits for its answer. */
function Review({ card }: ReviewProps): ReactNode {
  const t = useTranslations("transfers");
  const { window: windowStore } = useStores();
  return (
    <Button
      size="s"
      variant="primary"
      onPress={() => {
        windowStore.getState().review(card.id);
      }}
    >
      {t("review")}
    </Button>
  );
}

function Damaged({ card, actions }: CardProblemLineProps): ReactNode {
  const t = useTranslations("transfers");
  const damaged = card.files.find(({ state }) => state === "damaged");
  return (
    <>
      <Button size="s" onPress={actions.retry}>
        {t("getAgain")}
      </Button>
      {damaged === undefined ? null : (
        <>
          <Button
            size="s"
            variant="quiet"
            onPress={() => {
              actions.keep(damaged);
            }}
          >
            {t("keepAnyway")}
          </Button>
          <Button
            size="s"
            variant="quiet"
            onPress={() => {
              actions.discard(damaged);
            }}
          >
            {t("delete")}
          </Button>
        </>
      )}
    </>
  );
}

function Again({ card, actions }: CardProblemLineProps): ReactNode {
  return (
    <Button size="s" onPress={actions.retry}>
      {useAgainWords()(card)}
    </Button>
  );
}

function ShowPeople(): ReactNode {
  const t = useTranslations("transfers");
  return (
    <Button
      size="s"
      onPress={() => {
        navigate("people");
      }}
    >
      {t("showPeople")}
    </Button>
  );
}
