import {
  Copy,
  Ellipsis,
  ExternalLink,
  FolderOpen,
  Forward,
  History,
  Info,
  MailQuestion,
  Pause,
  Play,
  RotateCw,
  Trash2,
} from "lucide-react";
import { type ReactNode, use } from "react";
import { useTranslations } from "use-intl";
import { type Card, canPause, canResume, isEnded } from "../../../shared/model/card.ts";
import { useCommandKeys } from "../../app/command-runner.tsx";
import { navigate } from "../../app/navigation.ts";
import { ViewContext } from "../../app/view.ts";
import { IconButton } from "../../ui/button.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import type { CardActions } from "./card-actions.ts";
import { detailsText } from "./details-text.ts";
import { useAgainWords, useCardTitle } from "./use-words.ts";

interface CardMenuProps {
  readonly card: Card;
  readonly actions: CardActions;
}

export function CardMenu({ card, actions }: CardMenuProps): ReactNode {
  const t = useTranslations("transfers");
  const what = useCardTitle()(card);
  const entries = useEntries(card, actions);
  return (
    <Menu label={t("actions", { what })} entries={entries}>
      <IconButton label={t("actions", { what })}>
        <Ellipsis aria-hidden size={16} />
      </IconButton>
    </Menu>
  );
}

function useEntries(card: Card, actions: CardActions): readonly MenuEntry[] {
  const t = useTranslations("transfers");
  const keys = {
    open: useCommandKeys("cardOpen"),
    reveal: useCommandKeys("cardReveal"),
    retry: useCommandKeys("cardRetry"),
    remove: useCommandKeys("cardRemove"),
  };
  const isPrompt = use(ViewContext) === "prompt";
  const againWords = useAgainWords();
  const here = card.files.find(
    ({ path, isGone, state }) => path !== undefined && isGone !== true && state !== "damaged",
  );
  const ended = isEnded(card.state);
  const isOut = card.direction === "outgoing";
  const ofFile: readonly MenuEntry[] =
    here === undefined
      ? []
      : [
          {
            id: "open",
            label: t("open"),
            icon: ExternalLink,
            keys: keys.open,
            run: () => {
              actions.open(here);
            },
          },
          {
            id: "reveal",
            label: t("reveal"),
            icon: FolderOpen,
            keys: keys.reveal,
            run: () => {
              actions.reveal(here);
            },
          },
          {
            id: "path",
            label: t("copyPath"),
            icon: Copy,
            run: () => {
              actions.copyPath(here);
            },
          },
          // Composing needs the main window and what is composed there already.
          ...(isPrompt
            ? []
            : [{ id: "forward", label: t("forward"), icon: Forward, run: actions.forward }]),
        ];
  const going = usePausing(card, actions, ofFile.length > 0);
  const again: readonly MenuEntry[] = ended
    ? [
        {
          id: "retry",
          label: againWords(card),
          icon: isOut ? RotateCw : MailQuestion,
          keys: keys.retry,
          startsGroup: ofFile.length + going.length > 0,
          run: actions.retry,
        },
      ]
    : [];
  return [
    ...ofFile,
    ...going,
    ...again,
    {
      id: "history",
      label: t("showHistory"),
      icon: History,
      startsGroup: ofFile.length + going.length + again.length > 0,
      run: () => {
        navigate("history", { card: card.id });
      },
    },
    { id: "facts", label: t("detailsTitle"), icon: Info, run: actions.showDetails },
    {
      id: "details",
      label: t("copyDetails"),
      icon: Copy,
      run: () => {
        actions.copyDetails(detailsText(card));
      },
    },
    {
      id: "remove",
      label: ended ? t("remove") : t("cancel"),
      icon: Trash2,
      keys: keys.remove,
      isDanger: !ended,
      startsGroup: true,
      run: actions.remove,
    },
  ];
}

function usePausing(card: Card, actions: CardActions, startsGroup: boolean): readonly MenuEntry[] {
  const t = useTranslations("transfers");
  const common = { id: "pause", keys: useCommandKeys("cardPause"), startsGroup };
  if (canResume(card)) return [{ ...common, label: t("resume"), icon: Play, run: actions.resume }];
  if (!canPause(card)) return [];
  return [{ ...common, label: t("pause"), icon: Pause, run: actions.pause }];
}
