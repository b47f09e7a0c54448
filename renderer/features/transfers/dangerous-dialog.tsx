import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card, CardFile } from "../../../shared/model/card.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface DangerousDialogProps {
  readonly card: Card;
  readonly file: CardFile;
  readonly onClose: () => void;
  readonly onReveal: () => void;
  readonly onOpen: () => void;
}

export function DangerousDialog(props: DangerousDialogProps): ReactNode {
  const { card, file, onClose, onReveal, onOpen } = props;
  const t = useTranslations("transfers");
  const closing = (action: () => void) => (): void => {
    onClose();
    action();
  };
  return (
    <Dialog
      role="alertdialog"
      title={t("dangerousTitle", { file: file.name })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button variant="danger" onPress={closing(onOpen)}>
            {t("openAnyway")}
          </Button>
          <Button variant="primary" autoFocus onPress={closing(onReveal)}>
            {t("reveal")}
          </Button>
        </>
      }
    >
      <p>{t("dangerousText", { name: card.peerName })}</p>
    </Dialog>
  );
}
