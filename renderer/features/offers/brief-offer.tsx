import { BellRing } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
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
  const octets =
    card.series?.octets ?? card.files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  return (
    <div className={styles["brief"]}>
      <BellRing aria-hidden size={18} className={styles["bell"]} />
      <div className={styles["words"]}>
        <h2 className={styles["title"]} id={titleId}>
          {t("title", { name: card.peerName, count: card.series?.files ?? card.files.length })}
        </h2>
        <p className={styles["facts"]}>
          {t("summary", { count: card.series?.files ?? card.files.length, size: size(octets) })}
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
