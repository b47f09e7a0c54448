import { Pause, Play } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Card, canPause, canResume, isEnded } from "../../../shared/model/card.ts";
import { IconButton } from "../../ui/button.tsx";
import type { CardActions } from "./card-actions.ts";

interface PauseButtonProps {
  readonly card: Card;
  /** What is paused, as the button's name says it. */
  readonly what: string;
  readonly actions: CardActions;
  /** Also what was interrupted goes on with it: nothing else on the line says so. */
  readonly isAlone?: boolean;
}

/** Pauses what moves, lets go on what was paused; nothing where neither can be done. */
export function PauseButton({ card, what, actions, isAlone = false }: PauseButtonProps): ReactNode {
  const t = useTranslations("transfers");
  if (isEnded(card.state) && !isAlone) return null;
  if (canResume(card))
    return (
      <IconButton label={t("resumeTransfer", { what })} onPress={actions.resume}>
        <Play aria-hidden size={16} />
      </IconButton>
    );
  return canPause(card) ? (
    <IconButton label={t("pauseTransfer", { what })} onPress={actions.pause}>
      <Pause aria-hidden size={16} />
    </IconButton>
  ) : null;
}
