import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import { useAsk, useWindow } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

export function QuitDialog(): ReactNode {
  const t = useTranslations("app");
  const ask = useAsk();
  const quit = useWindow((state) => state.quit);
  const askQuit = useWindow((state) => state.askQuit);
  const answer = (how: RequestArguments<"app.quit">["how"]): void => {
    askQuit(undefined);
    void ask("app.quit", { how });
  };
  return (
    <Dialog
      role="alertdialog"
      title={t("quitTitle")}
      isOpen={quit !== undefined}
      onClose={() => {
        answer("stay");
      }}
      actions={
        <>
          <Button
            onPress={() => {
              answer("stay");
            }}
          >
            {t("quitStay")}
          </Button>
          <Button
            variant="danger"
            onPress={() => {
              answer("now");
            }}
          >
            {t("quitNow")}
          </Button>
          <Button
            variant="primary"
            autoFocus
            onPress={() => {
              answer("whenDone");
            }}
          >
            {t("quitWhenDone")}
          </Button>
        </>
      }
    >
      <p>{t("quitText", { count: quit?.running ?? 0 })}</p>
    </Dialog>
  );
}
