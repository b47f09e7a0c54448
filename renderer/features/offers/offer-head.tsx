import { BellRing } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import { expiryWord } from "../../../shared/i18n/format.ts";
import { type Card, offeredFiles } from "../../../shared/model/card.ts";
import { useNow } from "../../app/use-now.ts";
import { Avatar } from "../../ui/avatar.tsx";
import styles from "./offer-head.module.css";

interface OfferHeadProps {
  readonly card: Card;
  readonly titleId: string;
}

/** Who wants what, and how long the question stands. */
export function OfferHead({ card, titleId }: OfferHeadProps): ReactNode {
  const t = useTranslations("offers");
  return (
    <header className={styles["head"]}>
      <div className={styles["line"]}>
        <BellRing aria-hidden size={18} className={styles["bell"]} />
        <h2 className={styles["title"]} id={titleId}>
          {t("title", { name: card.peerName, count: offeredFiles(card) })}
        </h2>
        {card.expiresMs === undefined ? null : (
          <span className={styles["until"]}>
            <Expiry atMs={card.expiresMs} />
          </span>
        )}
      </div>
      {card.expiresMs === undefined ? null : (
        <TimeBar fromMs={card.startedMs} toMs={card.expiresMs} />
      )}
    </header>
  );
}

interface ExpiryProps {
  readonly atMs: number;
}

export function Expiry({ atMs }: ExpiryProps): ReactNode {
  const t = useTranslations("offers");
  const word = expiryWord(atMs - useNow(1000));
  return (
    <span>
      {word.key === "seconds"
        ? t("expiresSeconds", { seconds: word.seconds })
        : word.key === "minutes"
          ? t("expiresMinutes", { minutes: String(word.minutes) })
          : t("expiresSoon")}
    </span>
  );
}

interface TimeBarProps {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Drains until the offer expires; the words beside it say the same. */
export function TimeBar({ fromMs, toMs }: TimeBarProps): ReactNode {
  const left = Math.min(1, Math.max(0, (toMs - useNow(1000)) / Math.max(1, toMs - fromMs)));
  return (
    <div className={styles["track"]} aria-hidden>
      <div className={styles["left"]} style={{ inlineSize: `${left * 100}%` }} />
    </div>
  );
}

interface SenderProps {
  readonly card: Card;
}

export function Sender({ card }: SenderProps): ReactNode {
  return (
    <div className={styles["sender"]}>
      <Avatar name={card.peerName} address={card.peer} />
      <div className={styles["who"]}>
        <span className={styles["name"]} title={card.peerName}>
          <bdi>{card.peerName}</bdi>
        </span>
        <span className={styles["address"]} title={formatAddress(card.peer)}>
          {formatAddress(card.peer)}
        </span>
      </div>
    </div>
  );
}
