import {
  Laptop,
  type LucideIcon,
  Monitor,
  MonitorSmartphone,
  Plus,
  RefreshCw,
  Smartphone,
  Tablet,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppDevice } from "../../../shared/model/app-state.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useNow } from "../../app/use-now.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Page } from "../../ui/page.tsx";
import { PageHeading } from "../../ui/page-heading.tsx";
import { DeviceFacts } from "./device-facts.tsx";
import styles from "./devices-page.module.css";
import { NewDeviceDialog } from "./new-device-dialog.tsx";

/** The user's own devices, as the network knows them; this window first. */
export function DevicesPage(): ReactNode {
  const t = useTranslations("devices");
  const account = useApp((app) => app.account);
  const devices = useApp((app) => app.devices);
  const [isAdding, setAdding] = useState(false);
  const canOpen = account?.isBuiltIn === true;
  const name = account?.displayName ?? "";
  const sorted = devices.toSorted(
    (a, b) =>
      Number(b.isThisDevice) - Number(a.isThisDevice) || Number(b.isOnline) - Number(a.isOnline),
  );
  const open = (): void => {
    setAdding(true);
  };
  return (
    <Page>
      <PageHeading
        title={t("title")}
        actions={
          <>
            <RefreshButton />
            {canOpen ? (
              <Button variant="primary" onPress={open}>
                <Plus aria-hidden size={16} />
                {t("newDevice")}
              </Button>
            ) : null}
          </>
        }
      />
      <p className={styles["lead"]}>{t("lead", { name })}</p>
      <Card className={styles["card"] ?? ""}>
        <h2 className={styles["heading"]}>
          {name}
          <span className={styles["count"]}>
            {t("count", { count: devices.length })} ·{" "}
            {t("onlineCount", { count: String(devices.filter(({ isOnline }) => isOnline).length) })}
          </span>
        </h2>
        <ul aria-label={t("list", { name })}>
          {sorted.map((device, at) => (
            <DeviceRow key={device.instanceId ?? `${device.name} ${at}`} device={device} />
          ))}
        </ul>
      </Card>
      {devices.length < 2 ? (
        <EmptyState
          icon={MonitorSmartphone}
          text={t("alone")}
          action={canOpen ? <Button onPress={open}>{t("openSecond")}</Button> : undefined}
        />
      ) : null}
      <NewDeviceDialog
        isOpen={isAdding}
        onClose={() => {
          setAdding(false);
        }}
      />
    </Page>
  );
}

function RefreshButton(): ReactNode {
  const t = useTranslations("devices");
  const ask = useAsk();
  const announce = useAnnounce();
  const [isBusy, setBusy] = useState(false);
  const refresh = async (): Promise<void> => {
    setBusy(true);
    const done = await ask("account.refresh", {});
    setBusy(false);
    if (done !== undefined) announce({ text: t("refreshed"), politeness: "polite" });
  };
  return (
    <IconButton label={t("refresh")} isPending={isBusy} onPress={() => void refresh()}>
      <RefreshCw aria-hidden size={16} />
    </IconButton>
  );
}

/** All that is known of a device's kind is what its owner calls it. */
const BY_NAME: readonly (readonly [RegExp, LucideIcon])[] = [
  [/tablet|pad\b/i, Tablet],
  [/phone|mobile|handy/i, Smartphone],
  [/desktop|\bpc\b|tower|workstation/i, Monitor],
];

interface DeviceRowProps {
  readonly device: AppDevice;
}

function DeviceRow({ device }: DeviceRowProps): ReactNode {
  const t = useTranslations("devices");
  const name = device.name === "" ? t("unnamed") : device.name;
  const Icon = BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? Laptop;
  return (
    <li className={styles["row"]}>
      <span className={styles["sign"]}>
        <Icon aria-hidden size={20} strokeWidth={1.75} />
        <span className={cx(styles["dot"], device.isOnline && styles["isOn"])} aria-hidden />
      </span>
      <div className={styles["words"]}>
        <p className={styles["name"]}>
          {name}
          {device.isThisDevice ? <span className={styles["this"]}>{t("thisWindow")}</span> : null}
        </p>
        <p className={styles["state"]}>
          <DeviceState device={device} />
        </p>
        <DeviceFacts device={device} name={name} />
      </div>
    </li>
  );
}

function DeviceState({ device }: DeviceRowProps): ReactNode {
  const t = useTranslations("devices");
  const formats = useFormats();
  const nowMs = useNow(60_000);
  const registration = useApp((app) => app.registration);
  if (device.isThisDevice && registration.name === "online") {
    return t("onlineSince", { time: formats.time(registration.sinceMs) });
  }
  if (device.isOnline) return t("online");
  const { lastSeenMs } = device;
  if (lastSeenMs === undefined) return t("neverSeen");
  return (
    <span title={formats.dateTime(lastSeenMs)}>
      {t("lastSeen", { when: formats.shortDate(lastSeenMs, nowMs) })}
    </span>
  );
}
