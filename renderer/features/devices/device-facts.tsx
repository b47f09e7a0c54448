import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Disclosure, DisclosurePanel } from "react-aria-components";
import { useTranslations } from "use-intl";
import type { AppDevice } from "../../../shared/model/app-state.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { Button as PushButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import styles from "./devices-page.module.css";

interface DeviceFactsProps {
  readonly device: AppDevice;
  readonly name: string;
}

/** What somebody who looks for a fault wants to know of a device; closed by default. */
export function DeviceFacts({ device, name }: DeviceFactsProps): ReactNode {
  const t = useTranslations("devices");
  const ask = useAsk();
  const announce = useAnnounce();
  const facts = useFacts(device);
  if (facts.length === 0) return null;
  const copy = async (): Promise<void> => {
    const text = facts.map(([label, value]) => `${label}: ${value}`).join("\n");
    if ((await ask("text.copy", { text })) === undefined) return;
    announce({ text: t("copied"), politeness: "polite" });
  };
  return (
    <Disclosure className={cx(styles["facts"])}>
      <Button
        slot="trigger"
        className={cx(styles["trigger"])}
        aria-label={t("showFacts", { name })}
      >
        <ChevronRight aria-hidden size={14} className={styles["pointer"]} />
        {t("facts")}
      </Button>
      <DisclosurePanel>
        <dl className={styles["table"]}>
          {facts.map(([label, value]) => (
            <div key={label} className={styles["fact"]}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <PushButton size="s" variant="quiet" onPress={() => void copy()}>
          {t("copyFacts")}
        </PushButton>
      </DisclosurePanel>
    </Disclosure>
  );
}

function useFacts(device: AppDevice): readonly (readonly [string, string])[] {
  const t = useTranslations("devices");
  const formats = useFormats();
  const account = useApp((app) => app.account);
  const registration = useApp((app) => app.registration);
  const profile = useApp((app) => app.instance.profile);
  const facts: (readonly [string, string | undefined])[] = [
    [t("factNames.contact"), device.contact],
    [t("factNames.instance"), device.instanceId],
  ];
  if (device.isThisDevice && account !== undefined) {
    const network = account.isBuiltIn ? t("builtIn", { core: account.core }) : account.core;
    facts.push([t("factNames.network"), network], [t("factNames.profile"), profile]);
    if (registration.name === "online") {
      facts.push(
        [t("factNames.transport"), t(`transports.${registration.transport}`)],
        [t("factNames.renewed"), formats.time(registration.expiresMs)],
      );
    }
  }
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as const]));
}
