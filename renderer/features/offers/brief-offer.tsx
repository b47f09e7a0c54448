import { BellRing } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Card, offeredFiles, offeredOctets } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button } from "../../ui/button.tsx";
import styles from "./brief-offer.module.css";
import { Expiry } from "./offer-head.tsx";
import { useGuard } from "./use-guard.ts";

interface BriefOfferProps {
  readonly card: Card;
  readonly titleId: string;
  readonly place: string;
  readonly onOpen: () => void;
}

/** An offer below the one that is open. */
export function BriefOffer({ card, titleId, place, onOpen }: BriefOfferProps): ReactNode {
  const t = useTranslations("offers");
  const { size } = useFormats();
  const guard = useGuard(place);
  const count = offeredFiles(card);
  return (
    <div className={styles["brief"]}>
      <BellRing aria-hidden size={18} className={styles["bell"]} />
      <div className={styles["words"]}>
        <h2 className={styles["title"]} id={titleId}>
          {t("title", { name: card.peerName, count })}
        </h2>
        <p className={styles["facts"]}>
          {t("summary", { count, size: size(offeredOctets(card)) })}
          {card.expiresMs === undefined ? null : (
            <>
              <span aria-hidden> · </span>
              <Expiry atMs={card.expiresMs} />
            </>
          )}
        </p>
      </div>
      <Button
        size="s"
        onPress={() => {
          guard(onOpen);
        }}
      >
        {t("review")}
      </Button>
    </div>
  );
}
