import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import styles from "./history-page.module.css";

interface ForgetAllDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onForgotten: () => void;
}

/** Says exactly what goes and what stays; it cannot be undone. */
export function ForgetAllDialog({ isOpen, onClose, onForgotten }: ForgetAllDialogProps): ReactNode {
  const t = useTranslations("history");
  const ask = useAsk();
  const announce = useAnnounce();
  const forget = async (): Promise<void> => {
    onClose();
    if ((await ask("history.forgetAll", {})) === undefined) return;
    announce({ text: t("allForgotten"), politeness: "polite" });
    onForgotten();
  };
  return (
    <Dialog
      title={t("forgetTitle")}
      isOpen={isOpen}
      onClose={onClose}
      role="alertdialog"
      actions={
        <>
          <Button onPress={onClose} autoFocus>
            {t("forgetCancel")}
          </Button>
          <Button variant="danger" onPress={() => void forget()}>
            {t("forgetConfirm")}
          </Button>
        </>
      }
    >
      <dl className={styles["what"]}>
        <dt>{t("forgetGoes")}</dt>
        <dd>{t("forgetGoesText")}</dd>
        <dt>{t("forgetStays")}</dt>
        <dd>{t("forgetStaysText")}</dd>
      </dl>
    </Dialog>
  );
}
