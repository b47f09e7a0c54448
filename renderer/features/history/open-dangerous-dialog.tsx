import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface OpenDangerousDialogProps {
  readonly asked: { readonly card: Card; readonly index: number } | undefined;
  readonly onClose: () => void;
}

/** A file that can run programs is opened only after a second, plain yes. */
export function OpenDangerousDialog({ asked, onClose }: OpenDangerousDialogProps): ReactNode {
  const t = useTranslations("history.dangerous");
  const ask = useAsk();
  const file = asked?.card.files.find(({ index }) => index === asked.index);
  const answer = (name: "file.open" | "file.reveal" | undefined): void => {
    onClose();
    if (asked === undefined || name === undefined) return;
    const which = { id: asked.card.id, index: asked.index };
    if (name === "file.open") void ask(name, { ...which, isConfirmed: true });
    else void ask(name, which);
  };
  return (
    <Dialog
      title={t("title", { name: file?.name ?? "" })}
      isOpen={asked !== undefined}
      role="alertdialog"
      onClose={onClose}
      actions={
        <>
          <Button
            autoFocus
            onPress={() => {
              answer(undefined);
            }}
          >
            {t("cancel")}
          </Button>
          <Button
            onPress={() => {
              answer("file.reveal");
            }}
          >
            {t("reveal")}
          </Button>
          <Button
            variant="danger"
            onPress={() => {
              answer("file.open");
            }}
          >
            {t("open")}
          </Button>
        </>
      }
    >
      <p>{t("text")}</p>
    </Dialog>
  );
}
