import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useShallow } from "zustand/react/shallow";
import { useCards } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface ForgetDialogProps {
  readonly ids: readonly string[];
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** What has arrived of interrupted transfers goes with their cards. */
export function ForgetDialog({ ids, onClose, onConfirm }: ForgetDialogProps): ReactNode {
  const t = useTranslations("transfers");
  const names = useCards(
    useShallow(({ byId }) =>
      ids.flatMap((id) =>
        (byId[id]?.files ?? []).flatMap(({ name, canResume }) => (canResume === true ? name : [])),
      ),
    ),
  );
  const [first = ""] = names;
  return (
    <Dialog
      role="alertdialog"
      title={t("forgetTitle", { count: ids.length })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t("forgetKeep")}
          </Button>
          <Button
            variant="danger"
            onPress={() => {
              onClose();
              onConfirm();
            }}
          >
            {t("forgetConfirm")}
          </Button>
        </>
      }
    >
      <p>
        {names.length === 1
          ? t("forgetOne", { file: first })
          : t("forgetMore", { count: names.length })}
      </p>
    </Dialog>
  );
}
