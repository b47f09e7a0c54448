import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Person } from "../../../shared/model/app-state.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface RemovePersonDialogProps {
  readonly person: Person | undefined;
  readonly onClose: () => void;
}

export function RemovePersonDialog({ person, onClose }: RemovePersonDialogProps): ReactNode {
  const t = useTranslations("people");
  const ask = useAsk();
  const announce = useAnnounce();
  const name = person?.name ?? "";
  const remove = async (): Promise<void> => {
    onClose();
    if (person === undefined) return;
    if ((await ask("people.remove", { aor: person.aor })) === undefined) return;
    announce({ text: t("removed", { name }), politeness: "polite" });
  };
  return (
    <Dialog
      title={t("removeDialog.title", { name })}
      isOpen={person !== undefined}
      role="alertdialog"
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t("removeDialog.cancel")}
          </Button>
          <Button variant="danger" onPress={() => void remove()}>
            {t("removeDialog.confirm")}
          </Button>
        </>
      }
    >
      <p>{t("removeDialog.text", { name })}</p>
    </Dialog>
  );
}
