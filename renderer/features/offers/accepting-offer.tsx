import { LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { FileIcon } from "../../ui/file-icon.tsx";
import { FileName } from "../../ui/file-name.tsx";
import styles from "./answered-offer.module.css";

interface AcceptingOfferProps {
  readonly card: Card;
  readonly titleId: string;
}

/** How many of a long list stand here. */
const SHOWN = 4;

/** Accepted here; the network has not settled yet whether another device was faster. */
export function AcceptingOffer({ card, titleId }: AcceptingOfferProps): ReactNode {
  const t = useTranslations("offers");
  const { size } = useFormats();
  const ask = useAsk();
  const taken = card.files.filter(({ state }) => state !== "declined");
  const octets = taken.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  return (
    <div className={styles["answered"]}>
      <div className={styles["head"]}>
        <h2 className={styles["title"]} id={titleId}>
          {t("acceptingText", { count: taken.length, name: card.peerName, size: size(octets) })}
        </h2>
        <Chip tone="accent" icon={LoaderCircle} isSpinning>
          {t("accepting")}
        </Chip>
      </div>
      <ul className={styles["files"]}>
        {taken.slice(0, SHOWN).map((file) => (
          <li key={file.index} className={styles["file"]}>
            <FileIcon type={file.type} size="s" />
            <FileName name={file.name} />
          </li>
        ))}
      </ul>
      <div className={styles["actions"]}>
        <Button onPress={() => void ask("card.cancel", { id: card.id })}>{t("cancel")}</Button>
      </div>
    </div>
  );
}
