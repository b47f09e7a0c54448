import { X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { type Card, offeredFiles } from "../../../shared/model/card.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { navigate } from "../../app/navigation.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useAsk } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { StateChip } from "../transfers/state-chip.tsx";
import styles from "./answered-offer.module.css";

interface AnsweredOfferProps {
  readonly card: Card;
  readonly titleId: string;
  readonly onLeave: () => void;
}

/** How an offer ended without a file: one sentence, and what can still be done. */
export function AnsweredOffer({ card, titleId, onLeave }: AnsweredOfferProps): ReactNode {
  const t = useTranslations("offers");
  const { time } = useFormats();
  const ask = useAsk();
  const sentence = useSentence(card);
  const dismiss = (): void => {
    onLeave();
    void ask("card.dismiss", { ids: [card.id] });
  };
  const canAsk = card.state === "cancelled" || card.state === "missed";
  return (
    <div className={styles["answered"]}>
      <div className={styles["head"]}>
        <StateChip card={card} isPlain />
        <span className={styles["end"]}>
          <span className={styles["time"]}>{time(card.endedMs ?? card.startedMs)}</span>
          <IconButton label={t("dismiss")} onPress={dismiss} className={styles["close"]}>
            <X aria-hidden size={16} />
          </IconButton>
        </span>
      </div>
      <p className={styles["sentence"]} id={titleId}>
        {sentence}
      </p>
      <div className={styles["actions"]}>
        {canAsk ? <AskAgain card={card} onDone={dismiss} /> : null}
        {canAsk ? null : (
          <Button
            size="s"
            variant="quiet"
            onPress={() => {
              navigate("history", { card: card.id });
            }}
          >
            {t("seeHistory")}
          </Button>
        )}
      </div>
    </div>
  );
}

interface AskAgainProps {
  readonly card: Card;
  readonly onDone: () => void;
}

function AskAgain({ card, onDone }: AskAgainProps): ReactNode {
  const t = useTranslations("offers");
  const ask = useAsk();
  const announce = useAnnounce();
  const [isBusy, setBusy] = useState(false);
  const press = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask("offer.askAgain", { id: card.id });
    setBusy(false);
    if (answer === undefined) return;
    announce({ politeness: "polite", text: t("askedAgain", { name: card.peerName }) });
    onDone();
  };
  return (
    <Button size="s" isDisabled={isBusy} onPress={() => void press()}>
      {t("askAgain", { name: card.peerName })}
    </Button>
  );
}

/** The sentence of an offer that ended without a file. */
function useSentence(card: Card): string {
  const t = useTranslations("offers");
  const elsewhere = useElsewhereSentence(card);
  const { peerName: name } = card;
  const count = offeredFiles(card);
  switch (card.state) {
    case "elsewhere":
      return elsewhere;
    case "declinedElsewhere":
      return t("declinedElsewhereText", { name });
    case "noLongerRinging":
      return t("noLongerRingingText", { name });
    case "cancelled":
      return t("cancelledText", { name });
    case "missed":
    case "noanswer":
      return t("missedText", { name, count });
    case "declined":
      return t("declinedText", { name });
    default:
      return card.problem?.message ?? t("failedText", { name });
  }
}

/** The device has a name only where the network told it. */
function useElsewhereSentence(card: Card): string {
  const t = useTranslations("offers");
  const { peerName: name, device, isLostRace } = card;
  const count = offeredFiles(card);
  if (isLostRace === true)
    return device === undefined ? t("lostRaceUnknown") : t("lostRace", { device });
  return device === undefined
    ? t("elsewhereUnknown", { name, count })
    : t("elsewhereText", { device, name, count });
}
