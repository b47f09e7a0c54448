import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { navigate } from "../../app/navigation.ts";
import { useStores, useWindow } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import styles from "./shortcut-list.module.css";
import { ShortcutList } from "./shortcut-list.tsx";

/** Shown while the window store's `layer` is `shortcuts`. */
export function ShortcutsSheet(): ReactNode {
  const t = useTranslations("keyboard");
  const { window: windowStore } = useStores();
  const isOpen = useWindow((state) => state.layer === "shortcuts");
  const close = (): void => {
    windowStore.getState().show(undefined);
  };
  return (
    <Dialog
      title={t("title")}
      isOpen={isOpen}
      onClose={close}
      size="l"
      actions={
        <>
          <Button
            variant="quiet"
            onPress={() => {
              close();
              navigate("settings", { section: "keyboard" });
            }}
          >
            {t("change")}
          </Button>
          <Button onPress={close}>{t("close")}</Button>
        </>
      }
    >
      <p className={styles["note"]}>{t("singleKeys")}</p>
      <ShortcutList />
    </Dialog>
  );
}
