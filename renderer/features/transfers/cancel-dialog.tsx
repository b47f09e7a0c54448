import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Card, canPause } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useProgress } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { octetsOf, summaryOf } from "./card-summary.ts";

interface CancelDialogProps {
  readonly card: Card;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly onPause: () => void;
}

export function CancelDialog({ card, onClose, onConfirm, onPause }: CancelDialogProps): ReactNode {
  const t = useTranslations("transfers");
  return (
    <Dialog
      role="alertdialog"
      title={t("cancelTitle")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t("cancelKeep")}
          </Button>
          {canPause(card) ? (
            <Button
              onPress={() => {
                onClose();
                onPause();
              }}
            >
              {t("cancelPause")}
            </Button>
          ) : null}
          <Button
            variant="danger"
            onPress={() => {
              onClose();
              onConfirm();
            }}
          >
            {t("cancelConfirm")}
          </Button>
        </>
      }
    >
      <WhatIsLost card={card} />
    </Dialog>
  );
}

interface WhatIsLostProps {
  readonly card: Card;
}

function WhatIsLost({ card }: WhatIsLostProps): ReactNode {
  const t = useTranslations("transfers");
  const { percent } = useFormats();
  const progress = useProgress(card.id);
  const { taken, completeFiles } = summaryOf(card, progress);
  const started = taken.filter(
    (file) =>
      file.state !== "verified" && file.state !== "complete" && octetsOf(file, progress) > 0,
  );
  const [first] = started;
  const lost =
    card.direction === "outgoing"
      ? t("cancelLostSending", { name: card.peerName })
      : first !== undefined && started.length === 1
        ? t("cancelLost", {
            file: first.name,
            percent: percent(octetsOf(first, progress) / Math.max(1, first.sizeOctets)),
          })
        : t("cancelLostMore", { count: started.length });
  return (
    <p>
      {completeFiles > 0 ? `${t("cancelComplete", { count: completeFiles })} ` : ""}
      {lost}
      {canPause(card) && started.length > 0 ? ` ${t("cancelPauseKeeps")}` : ""}
    </p>
  );
}
