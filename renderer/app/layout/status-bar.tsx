import { ArrowDown, ArrowUp, HardDrive, Network } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { Card } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useCards, useStores } from "../../ipc/stores.tsx";
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
  const up = useRate("outgoing");
  const down = useRate("incoming");
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

/** Of all transfers in this direction that move now; what stands still keeps the speed that it had. */
function useRate(direction: Card["direction"]): number {
  const { progress } = useStores();
  const moving = useCards(
    useShallow(({ byId }) =>
      Object.values(byId)
        .filter((card) => card.direction === direction && card.state === "transferring")
        .map(({ id }) => id),
    ),
  );
  return useStore(progress, ({ byId }) =>
    moving.reduce((sum, id) => sum + (byId[id]?.octetsPerS ?? 0), 0),
  );
}
