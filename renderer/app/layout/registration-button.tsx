import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { RegistrationState } from "../../../shared/model/app-state.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Tooltip } from "../../ui/tooltip.tsx";
import { navigate } from "../navigation.ts";
import styles from "./registration-button.module.css";

/** The dot has a word beside it; the details are in the tooltip and on the page it leads to. */
export function RegistrationButton(): ReactNode {
  const t = useTranslations("app");
  const registration = useApp((app) => app.registration);
  const details = useDetails(registration);
  return (
    <Tooltip text={details}>
      <Button
        variant="quiet"
        size="s"
        className={styles["button"]}
        onPress={() => {
          navigate("devices");
        }}
      >
        <span aria-hidden className={cx(styles["dot"], styles[registration.name])} />
        {t(registration.name)}
      </Button>
    </Tooltip>
  );
}

function useDetails(registration: RegistrationState): string {
  const t = useTranslations("app");
  const { time } = useFormats();
  const core = useApp((app) => app.account?.core ?? "");
  switch (registration.name) {
    case "online":
      return t("onlineSince", {
        contact: registration.contact,
        transport: registration.transport.toUpperCase(),
        time: time(registration.sinceMs),
      });
    case "offline":
      return registration.reason;
    case "connecting":
      return t("connectionOpening", { core });
    case "signedOut":
      return t("signedOut");
  }
}
