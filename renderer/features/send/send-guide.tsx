import { Sparkles, X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppState } from "../../../shared/model/app-state.ts";
import { useApp, useAsk, useCards, useStores } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ownDomain } from "./recipients.ts";
import styles from "./send-guide.module.css";
import { useComposeStore } from "./use-compose.ts";

/** What to do first, on the built-in network, as long as nothing was sent or received. */
export function SendGuide(): ReactNode {
  const t = useTranslations("send.guide");
  const ask = useAsk();
  const compose = useComposeStore();
  const partner = useApp(partnerOf);
  const isOneOfSet = useApp((app) => app.instance.isOneOfSet === true);
  const isNew = useIsNew();
  const [isHidden, setHidden] = useState(false);
  const [isOpening, setOpening] = useState(false);
  if (!isNew || isOneOfSet || isHidden || partner === undefined) return null;

  const device = t("device", { name: partner.name });
  const addSample = async (): Promise<void> => {
    const { dispatch, addSample: add } = compose.getState();
    if (compose.getState().compose.recipients.length === 0) {
      dispatch({ do: "addRecipient", recipient: partner });
    }
    await add();
    setHidden(true);
  };
  const open = async (): Promise<void> => {
    setOpening(true);
    const opened = await ask("device.open", { aor: partner.aor, deviceName: device });
    setOpening(false);
    if (opened !== undefined) await addSample();
  };
  return (
    <Card className={styles["guide"] ?? ""}>
      <Sparkles aria-hidden size={20} className={styles["sign"]} />
      <div className={styles["words"]}>
        <h2 className={styles["title"]}>{t("title")}</h2>
        <p className={styles["text"]}>{t("text", { device })}</p>
        <div className={styles["actions"]}>
          <Button
            variant="primary"
            isPending={isOpening}
            onPress={() => {
              void open();
            }}
          >
            {isOpening ? t("opening") : t("open", { device })}
          </Button>
          <Button
            variant="quiet"
            onPress={() => {
              void addSample();
            }}
          >
            {t("sample")}
          </Button>
        </div>
      </div>
      <IconButton
        label={t("dismiss")}
        onPress={() => {
          setHidden(true);
        }}
      >
        <X aria-hidden size={16} />
      </IconButton>
    </Card>
  );
}

/** Somebody in another network than one's own, where there is one: that shows more. */
function partnerOf({
  account,
  suggestions,
}: AppState): AppState["suggestions"][number] | undefined {
  const own = ownDomain(account);
  return suggestions.find(({ aor }) => !aor.endsWith(`@${own ?? ""}`)) ?? suggestions.at(0);
}

/** Nothing on this device yet, neither now nor in the history. */
function useIsNew(): boolean {
  const { client } = useStores();
  const isBuiltIn = useApp((app) => app.account?.isBuiltIn === true);
  const hasCards = useCards((cards) => cards.order.length > 0);
  const [hasHistory, setHasHistory] = useState<boolean>();
  useEffect(() => {
    let isGone = false;
    void client.request("history.list", { limit: 1 }).then((answer) => {
      if (!isGone) setHasHistory(!answer.ok || answer.value.cards.length > 0);
    });
    return () => {
      isGone = true;
    };
  }, [client]);
  return isBuiltIn && !hasCards && hasHistory === false;
}
