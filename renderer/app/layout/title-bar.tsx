import { Search, Settings } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useApp, useStores } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { useCommandKeys } from "../command-runner.tsx";
import { navigate } from "../navigation.ts";
import { RegistrationButton } from "./registration-button.tsx";
import styles from "./title-bar.module.css";

/** Whose window this is, whether offers reach it, and the way to every command. */
export function TitleBar(): ReactNode {
  const t = useTranslations("app");
  const account = useApp((app) => app.account);
  const instance = useApp((app) => app.instance);
  const colour = useApp((app) => app.settings.colour);
  const { window: windowStore } = useStores();
  const paletteKeys = useCommandKeys("palette");
  const settingsKeys = useCommandKeys("settings");
  const showPalette = (): void => {
    windowStore.getState().show("palette");
  };
  return (
    <header className={styles["bar"]} data-region tabIndex={-1}>
      {instance.isOneOfSeveral ? (
        <div
          className={styles["strip"]}
          style={{ background: `var(--instance-${colour})` }}
          aria-hidden
        />
      ) : null}
      <div className={styles["row"]}>
        {instance.isOneOfSeveral ? (
          <span
            className={styles["code"]}
            style={{ background: `var(--instance-${colour})` }}
            title={t("thisDevice", { code: instance.code })}
          >
            {instance.code}
          </span>
        ) : null}
        <span className={styles["who"]}>
          <span className={styles["user"]}>{account?.displayName}</span>
          <span className={cx(styles["device"])}>{account?.deviceName}</span>
        </span>
        <RegistrationButton />
        <span className={styles["space"]} />
        <Button variant="quiet" size="s" className={styles["palette"]} onPress={showPalette}>
          <Search aria-hidden size={14} />
          <span className={styles["paletteWord"]}>{t("commandPalette")}</span>
          {paletteKeys === undefined ? null : <Kbd keys={paletteKeys} />}
        </Button>
        <IconButton
          label={t("pages.settings")}
          keys={settingsKeys}
          className={styles["settings"]}
          onPress={() => {
            navigate("settings");
          }}
        >
          <Settings aria-hidden size={18} />
        </IconButton>
      </div>
    </header>
  );
}
