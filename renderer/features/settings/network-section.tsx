import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import type { Account } from "../../../shared/model/app-state.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useAsk, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ConnectForm } from "../first-run/connect-form.tsx";
import { shortFingerprint } from "../join/fingerprint.ts";
import { FactList } from "./fact-list.tsx";
import styles from "./settings-page.module.css";

/** Who is signed in, where, and the ways to somewhere else. */
export function NetworkSection(): ReactNode {
  const t = useTranslations("settings.network");
  const ask = useAsk();
  const account = useApp((app) => app.account);
  const state = useRegistrationText();
  const needsPassword = useApp(
    ({ registration }) => registration.name === "offline" && registration.code === "wrongPassword",
  );
  const isOnline = useApp((app) => app.registration.name === "online");
  // Its password is in a link, and nobody types it.
  const isByLink = account?.networkName !== undefined;
  const { window: windowStore } = useStores();
  const [dialog, setDialog] = useState<"connect" | "signOut">();
  const close = (): void => {
    setDialog(undefined);
  };
  if (account === undefined) return null;
  return (
    <div className={styles["panel"]}>
      <FactList
        facts={[
          [
            t("account"),
            t("signedInAs", { name: account.displayName, address: formatAddress(account.aor) }),
          ],
          [t("core"), coreText(t, account)],
          [t("state"), state],
          ...(account.fingerprint === undefined
            ? []
            : [[t("fingerprint"), shortFingerprint(account.fingerprint)] as const]),
        ]}
      />
      <div className={styles["buttons"]}>
        {isOnline ? null : (
          <Button size="s" variant="primary" onPress={() => void ask("account.refresh", {})}>
            {t("reconnect")}
          </Button>
        )}
        {isByLink && needsPassword ? null : (
          <Button
            size="s"
            onPress={() => {
              setDialog("connect");
            }}
          >
            {needsPassword ? t("password") : t("elsewhere")}
          </Button>
        )}
        <Button
          size="s"
          onPress={() => {
            windowStore.getState().askJoin({});
          }}
        >
          {isByLink && needsPassword ? t("joinAgain") : t("join")}
        </Button>
        {account.isBuiltIn ? null : (
          <Button
            size="s"
            onPress={() => {
              const { displayName, deviceName } = account;
              void ask("account.tryHere", { displayName, deviceName });
            }}
          >
            {t("useBuiltIn")}
          </Button>
        )}
        <Button
          size="s"
          variant="quiet"
          onPress={() => {
            setDialog("signOut");
          }}
        >
          {t("signOut")}
        </Button>
      </div>
      <Dialog title={t("connectTitle")} isOpen={dialog === "connect"} onClose={close} size="l">
        <ConnectForm
          initial={initialForm(account, needsPassword)}
          onConnected={close}
          otherActions={<Button onPress={close}>{t("cancel")}</Button>}
        />
      </Dialog>
      <SignOutDialog isOpen={dialog === "signOut"} account={account} onClose={close} />
    </div>
  );
}

type NetworkTexts = ReturnType<typeof useTranslations<"settings.network">>;

function coreText(t: NetworkTexts, account: Account): string {
  const { core, isBuiltIn, networkName } = account;
  if (isBuiltIn) return t("coreBuiltIn", { core });
  const over = t("coreOver", { core, transport: account.transport.toUpperCase() });
  return networkName === undefined ? over : t("coreJoined", { name: networkName, core: over });
}

function initialForm(
  account: Account,
  isSame: boolean,
): Parameters<typeof ConnectForm>[0]["initial"] {
  const { displayName: name, deviceName: device, transport, fingerprint = "" } = account;
  return isSame
    ? {
        address: formatAddress(account.aor),
        password: "",
        server: account.core,
        transport,
        fingerprint,
        name,
        device,
      }
    : { address: "", password: "", server: "", transport: "tcp", name, device };
}

function useRegistrationText(): string {
  const t = useTranslations("settings.network");
  const formats = useFormats();
  const registration = useApp((app) => app.registration);
  switch (registration.name) {
    case "online":
      return t("online", { time: formats.time(registration.sinceMs) });
    case "offline":
      return t("offline", { reason: registration.reason });
    default:
      return t(registration.name);
  }
}

interface SignOutDialogProps {
  readonly isOpen: boolean;
  readonly account: Account;
  readonly onClose: () => void;
}

function SignOutDialog({ isOpen, account, onClose }: SignOutDialogProps): ReactNode {
  const t = useTranslations("settings.network");
  const ask = useAsk();
  return (
    <Dialog
      title={t("signOutTitle", { name: account.displayName })}
      isOpen={isOpen}
      role="alertdialog"
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t("stay")}
          </Button>
          <Button
            variant="danger"
            onPress={() => {
              onClose();
              void ask("account.signOut", {});
            }}
          >
            {t("signOutConfirm")}
          </Button>
        </>
      }
    >
      <p>{t("signOutText")}</p>
    </Dialog>
  );
}
