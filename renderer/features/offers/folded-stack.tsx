import { BellRing } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Card, offeredFiles } from "../../../shared/model/card.ts";
import { useCard } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { StateChip } from "../transfers/state-chip.tsx";
import { useCardTitle } from "../transfers/use-words.ts";
import styles from "./folded-stack.module.css";
import { Expiry } from "./offer-head.tsx";
import { useGuard } from "./use-guard.ts";

interface FoldedStackProps {
  /** The one that stands open, where one does. */
  readonly open: string | undefined;
  /** All that stand there, oldest first. */
  readonly ids: readonly string[];
  readonly place: string;
  readonly onUnfold: () => void;
}

/** All that stands over the page in one line, beside the page and not over it. */
export function FoldedStack({ open, ids, place, onUnfold }: FoldedStackProps): ReactNode {
  const card = useCard(open ?? ids[0] ?? "");
  return card === undefined ? null : (
    <Line card={card} more={ids.length - 1} place={place} onUnfold={onUnfold} />
  );
}

interface LineProps extends Pick<FoldedStackProps, "place" | "onUnfold"> {
  readonly card: Card;
  readonly more: number;
}

function Line({ card, more, place, onUnfold }: LineProps): ReactNode {
  const t = useTranslations("offers");
  const what = useCardTitle()(card);
  const guard = useGuard(place);
  const isRinging = card.state === "ringing";
  const count = offeredFiles(card);
  const title = isRinging ? t("title", { name: card.peerName, count }) : what;
  return (
    <div className={styles["folded"]}>
      {isRinging ? <BellRing aria-hidden size={18} className={styles["bell"]} /> : null}
      <p className={styles["words"]}>
        <span className={styles["title"]} title={title}>
          {title}
        </span>
        {more === 0 ? null : (
          <span className={styles["fact"]}>{t("more", { count: String(more) })}</span>
        )}
        {isRinging && card.expiresMs !== undefined ? (
          <span className={styles["fact"]}>
            <Expiry atMs={card.expiresMs} />
          </span>
        ) : null}
      </p>
      {isRinging ? null : <StateChip card={card} />}
      <Button
        size="s"
        onPress={() => {
          guard(onUnfold);
        }}
      >
        {isRinging ? t("review") : t("unfold")}
      </Button>
    </div>
  );
}
