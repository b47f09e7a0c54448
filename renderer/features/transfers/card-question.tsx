import { type ReactNode, useEffect } from "react";
import { type Card, isEnded } from "../../../shared/model/card.ts";
import { useAsk, useCard, useWindow } from "../../ipc/stores.tsx";
import type { CardQuestion as Question } from "../../ipc/window-store.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { DangerousDialog } from "./dangerous-dialog.tsx";
import { ForgetDialog } from "./forget-dialog.tsx";
import { KeepDialog } from "./keep-dialog.tsx";
import { useCardActions } from "./use-card-actions.ts";

/** The question that some action on a card asks first; one place for all of them. */
export function CardQuestion(): ReactNode {
  const question = useWindow((state) => state.question);
  const put = useWindow((state) => state.ask);
  const card = useCard(question?.id ?? "");
  const answered = question === undefined || isOpen(question, card) ? undefined : question;
  useEffect(() => {
    if (answered !== undefined) put(undefined);
  }, [answered, put]);
  if (question === undefined || card === undefined || answered !== undefined) return null;
  return <Asked question={question} card={card} />;
}

/** The card may have ended, or gone, before the user has answered. */
function isOpen(question: Question, card: Card | undefined): boolean {
  if (card === undefined) return false;
  return question.kind !== "cancel" || !isEnded(card.state);
}

interface AskedProps {
  readonly question: Question;
  readonly card: Card;
}

function Asked({ question, card }: AskedProps): ReactNode {
  const put = useWindow((state) => state.ask);
  const ask = useAsk();
  const actions = useCardActions(card);
  const close = (): void => {
    put(undefined);
  };
  const { id } = card;
  // It ended while the question stood there: nothing is left to cancel, and the answer would be refused.
  const isIdle = question.kind === "cancel" && isEnded(card.state);
  useEffect(() => {
    if (isIdle) put(undefined);
  }, [isIdle, put]);
  if (isIdle) return null;
  if (question.kind === "cancel")
    return (
      <CancelDialog
        card={card}
        onClose={close}
        onConfirm={() => void ask("card.cancel", { id })}
        onPause={actions.pause}
      />
    );
  if (question.kind === "forget")
    return (
      <ForgetDialog
        ids={question.ids}
        onClose={close}
        onConfirm={() => void ask("card.dismiss", { ids: [...question.ids] })}
      />
    );
  const { index } = question;
  const file = card.files.find((one) => one.index === index);
  if (file === undefined) return null;
  return question.kind === "keep" ? (
    <KeepDialog
      card={card}
      file={file}
      onClose={close}
      onKeep={() => void ask("file.settle", { id, index, what: "keep" })}
    />
  ) : (
    <DangerousDialog
      card={card}
      file={file}
      onClose={close}
      onReveal={() => {
        actions.reveal(file);
      }}
      onOpen={() => {
        actions.open(file, true);
      }}
    />
  );
}
