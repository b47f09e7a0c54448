import { useTranslations } from "use-intl";
import { timeWord } from "../../../shared/i18n/format.ts";
import { type Card, offeredFiles } from "../../../shared/model/card.ts";
import { summaryOf } from "./card-summary.ts";

/** `plan.pdf and 2 more`. */
export function useCardTitle(): (card: Card) => string {
  const t = useTranslations("transfers");
  return (card) => {
    const file = card.files[0]?.name ?? "";
    const count = offeredFiles(card) - 1;
    return count < 1 ? t("titleOne", { file }) : t("titleMore", { file, count });
  };
}

/** `about 4 min left`. */
export function useLeftWords(): (leftS: number) => string {
  const t = useTranslations("transfers");
  return (leftS) => {
    const word = timeWord(leftS);
    if (word.key === "minutes") return t("leftMinutes", { minutes: String(word.minutes) });
    if (word.key !== "hours") return t("leftLess");
    const hours = String(word.hours);
    return word.minutes === 0
      ? t("leftHours", { hours })
      : t("leftHoursMinutes", { hours, minutes: String(word.minutes) });
  };
}

/** `took 22 s`; empty where it is not known. */
export function useTookWords(): (card: Card) => string {
  const t = useTranslations("transfers");
  return ({ startedMs, endedMs }) => {
    if (endedMs === undefined) return "";
    const seconds = Math.max(1, Math.round((endedMs - startedMs) / 1000));
    return seconds < 120
      ? t("tookSeconds", { seconds: String(seconds) })
      : t("tookMinutes", { minutes: String(Math.round(seconds / 60)) });
  };
}

/** What offers anew those files of an ended card that were not transferred, or asks for them. */
export function useAgainWords(): (card: Card) => string {
  const t = useTranslations("transfers");
  return (card) => {
    if (card.direction === "incoming") return t("askAgain", { name: card.peerName });
    const { failedFiles } = summaryOf(card);
    if (failedFiles === 0 || failedFiles === card.files.length) return t("sendAgain");
    // What the user stopped has not failed.
    return card.problem?.code === "cancelled-by-us"
      ? t("sendRest")
      : t("retryFailed", { count: String(failedFiles) });
  };
}
