import { ArrowDown, ArrowUp, HardDrive, Network } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useStore } from "zustand";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { VisuallyHidden } from "../../ui/visually-hidden.tsx";
import { navigate } from "../navigation.ts";
import styles from "./status-bar.module.css";

/** Every part leads to its page. */
export function StatusBar(): ReactNode {
  const t = useTranslations("app");
  const { size } = useFormats();
  const account = useApp((app) => app.account);
  const freeOctets = useApp((app) => app.freeOctets);
  return (
    <footer className={styles["bar"]} data-region tabIndex={-1}>
      <Rates />
      {account === undefined ? null : (
        <Button
          variant="quiet"
          size="s"
          className={styles["part"]}
          onPress={() => {
            navigate("devices");
          }}
        >
          <Network aria-hidden size={14} />
          {account.isBuiltIn
            ? t("networkBuiltIn")
            : t("network", { core: account.networkName ?? account.core })}
        </Button>
      )}
      {freeOctets === undefined ? null : (
        <Button
          variant="quiet"
          size="s"
          className={styles["part"]}
          onPress={() => {
            navigate("settings");
          }}
        >
          <HardDrive aria-hidden size={14} />
          {t("free", { size: size(freeOctets) })}
        </Button>
      )}
    </footer>
  );
}

function Rates(): ReactNode {
  const t = useTranslations("app");
  const { rate } = useFormats();
  const { cards, progress } = useStores();
  const up = useStore(progress, ({ byId }) =>
    Object.entries(byId).reduce(
      (sum, [id, { octetsPerS = 0 }]) =>
        cards.getState().byId[id]?.direction === "outgoing" ? sum + octetsPerS : sum,
      0,
    ),
  );
  const down = useStore(progress, ({ byId }) =>
    Object.entries(byId).reduce(
      (sum, [id, { octetsPerS = 0 }]) =>
        cards.getState().byId[id]?.direction === "incoming" ? sum + octetsPerS : sum,
      0,
    ),
  );
  return (
    <Button
      variant="quiet"
      size="s"
      className={styles["part"]}
      onPress={() => {
        navigate("transfers");
      }}
    >
      <ArrowUp aria-hidden size={14} />
      <VisuallyHidden>{t("up")}</VisuallyHidden> {rate(up)}
      <ArrowDown aria-hidden size={14} className={styles["second"]} />
      <VisuallyHidden>{t("down")}</VisuallyHidden> {rate(down)}
    </Button>
  );
}
