import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { Chip } from "../../ui/chip.tsx";
import { summaryOf } from "./card-summary.ts";
import { lookOf } from "./state-words.ts";

interface StateChipProps {
  readonly card: Card;
  readonly isPlain?: boolean;
}

export function StateChip({ card, isPlain = false }: StateChipProps): ReactNode {
  const { tone, icon, isSpinning = false } = lookOf(card);
  return (
    <Chip tone={tone} icon={icon} isSpinning={isSpinning} isPlain={isPlain}>
      {useStateWord(card)}
    </Chip>
  );
}

/** The phrase of a card's state. */
export function useStateWord(card: Card): string {
  const t = useTranslations("states");
  const { count } = useFormats();
  const { completeFiles } = summaryOf(card);
  return t(lookOf(card).word, {
    name: card.peerName,
    done: count(completeFiles),
    total: count(card.files.length),
  });
}
