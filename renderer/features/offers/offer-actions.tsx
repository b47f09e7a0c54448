import { BellOff, ChevronDown } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { useCommandKeys } from "../../app/command-runner.tsx";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button } from "../../ui/button.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import styles from "./offer-actions.module.css";
import type { Selection } from "./selection.ts";
import type { Answers } from "./use-answers.ts";

interface OfferActionsProps {
  readonly card: Card;
  readonly selection: Selection;
  readonly answers: Answers;
  readonly guard: (action: () => void) => void;
}

export function OfferActions(props: OfferActionsProps): ReactNode {
  const { selection, answers, guard } = props;
  const t = useTranslations("offers");
  const guarded = (action: () => void) => (): void => {
    guard(action);
  };
  return (
    <div className={styles["actions"]}>
      <Button variant="quiet" className={styles["silence"]} onPress={guarded(answers.silence)}>
        <BellOff aria-hidden size={16} />
        {t("silence")}
      </Button>
      <DeclineMenu {...props} />
      {selection.isHopeless || selection.isTooMuch ? (
        <Button
          variant="primary"
          className={styles["accept"]}
          onPress={guarded(answers.chooseFolder)}
        >
          {t("chooseFolder")}
        </Button>
      ) : (
        <AcceptButton {...props} />
      )}
    </div>
  );
}

function AcceptButton({ selection, answers, guard }: OfferActionsProps): ReactNode {
  const t = useTranslations("offers");
  const hintId = useId();
  const words = useAcceptWords(selection);
  return (
    <>
      <Button
        variant="primary"
        className={styles["accept"]}
        isDisabled={!selection.canAccept}
        {...(selection.canAccept ? {} : { "aria-describedby": hintId })}
        onPress={() => {
          guard(answers.accept);
        }}
      >
        {words}
      </Button>
      {selection.canAccept ? null : (
        <p className={styles["hint"]} id={hintId}>
          {t("acceptNoneHint")}
        </p>
      )}
    </>
  );
}

function useAcceptWords({ files, ticked, ...selection }: Selection): string {
  const t = useTranslations("offers");
  const { size, count } = useFormats();
  if (ticked.length === 0) return t("acceptNone");
  const { restFiles, neededOctets, tickedOctets } = selection;
  if (files.length + restFiles === 1) return t("acceptOne", { size: size(tickedOctets) });
  if (ticked.length === files.length)
    return t("acceptAll", {
      count: count(ticked.length + restFiles),
      size: size(neededOctets),
    });
  return t("acceptSome", {
    count: count(ticked.length),
    total: count(files.length),
    size: size(tickedOctets),
  });
}

/** The press declines everywhere; the arrow beside it has the other ways. */
function DeclineMenu({ card, answers, guard }: OfferActionsProps): ReactNode {
  const t = useTranslations("offers");
  const keys = useCommandKeys("offerDecline");
  // Who chose from an open menu meant it, wherever the card has moved to meanwhile.
  const entries: readonly MenuEntry[] = [
    { id: "all", label: t("declineAll"), keys, run: answers.declineAll },
    {
      id: "here",
      label: t("declineHere"),
      hint: t("declineHereHint"),
      run: answers.declineHere,
    },
    {
      id: "block",
      label: t("declineBlock", { name: card.peerName }),
      hint: t("declineBlockHint"),
      isDanger: true,
      startsGroup: true,
      run: answers.declineAndBlock,
    },
  ];
  return (
    <div className={styles["split"]}>
      <Button
        className={styles["decline"]}
        onPress={() => {
          guard(answers.declineAll);
        }}
      >
        {t("decline")}
      </Button>
      <Menu label={t("declineMenu")} entries={entries} placement="top end">
        <Button className={styles["arrow"]} aria-label={t("declineMenu")}>
          <ChevronDown aria-hidden size={16} />
        </Button>
      </Menu>
    </div>
  );
}
