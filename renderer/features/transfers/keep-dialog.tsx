import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card, CardFile } from "../../../shared/model/card.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import styles from "./keep-dialog.module.css";

interface KeepDialogProps {
  readonly card: Card;
  readonly file: CardFile;
  readonly onClose: () => void;
  readonly onKeep: () => void;
}

export function KeepDialog({ card, file, onClose, onKeep }: KeepDialogProps): ReactNode {
  const t = useTranslations("transfers");
  return (
    <Dialog
      role="alertdialog"
      title={t("keepTitle")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t("cancel")}
          </Button>
          <Button
            variant="danger"
            onPress={() => {
              onClose();
              onKeep();
            }}
          >
            {t("keepConfirm", { file: file.name })}
          </Button>
        </>
      }
    >
      <p>{t("keepText", { file: file.name, name: card.peerName })}</p>
      <dl className={styles["prints"]}>
        <dt>{t("keepOffered")}</dt>
        <dd>{file.offeredHash ?? t("keepUnknown")}</dd>
        <dt>{t("keepArrived")}</dt>
        <dd>{file.hash ?? t("keepUnknown")}</dd>
      </dl>
    </Dialog>
  );
}
