import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useApp, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import dialogStyles from "../../ui/dialog.module.css";
import { Dialog } from "../../ui/dialog.tsx";
import { FailureNotice } from "../../ui/failure-notice.tsx";
import { Form } from "../../ui/form.tsx";
import { Select } from "../../ui/select.tsx";
import { TextField } from "../../ui/text-field.tsx";
import styles from "./devices-page.module.css";

interface NewDeviceDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Another device of this user, or of another one on the built-in network, in a window of its own. */
export function NewDeviceDialog({ isOpen, onClose }: NewDeviceDialogProps): ReactNode {
  const t = useTranslations("devices.dialog");
  return (
    <Dialog title={t("title")} isOpen={isOpen} onClose={onClose}>
      <DeviceForm onClose={onClose} />
    </Dialog>
  );
}

interface DeviceFormProps {
  readonly onClose: () => void;
}

function DeviceForm({ onClose }: DeviceFormProps): ReactNode {
  const t = useTranslations("devices.dialog");
  const words = useTranslations("devices");
  const { client } = useStores();
  const announce = useAnnounce();
  const users = useUsers();
  const [aor, setAor] = useState(users[0]?.aor ?? "");
  // Follows the person until the user types a name.
  const [typed, setTyped] = useState<string>();
  const [isMissing, setMissing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<RequestFailure>();
  const owner = users.find((user) => user.aor === aor);
  const deviceName = typed ?? t("defaultName", { name: owner?.name ?? "" });
  const open = async (): Promise<void> => {
    if (isBusy) return;
    const name = deviceName.trim();
    setMissing(name === "");
    if (name === "") return;
    setBusy(true);
    setFailure(undefined);
    const answer = await client.request("device.open", { aor, deviceName: name });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error);
      return;
    }
    announce({ text: words("opened", { name }), politeness: "polite" });
    onClose();
  };
  return (
    <Form
      className={styles["form"]}
      onSubmit={() => {
        void open();
      }}
    >
      <p>{t("text")}</p>
      <Select
        label={t("who")}
        options={users.map((user, at) => ({
          value: user.aor,
          label: at === 0 ? t("myself", { name: user.name }) : user.name,
        }))}
        value={aor}
        onChange={setAor}
      />
      <TextField
        label={t("name")}
        value={deviceName}
        maxLength={200}
        isInvalid={isMissing}
        error={t("nameMissing")}
        onChange={(text) => {
          setMissing(false);
          setTyped(text);
        }}
      />
      <FailureNotice failure={failure} />
      <div className={dialogStyles["actions"]}>
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button variant="primary" type="submit" isPending={isBusy}>
          {isBusy ? t("opening") : t("open")}
        </Button>
      </div>
    </Form>
  );
}

function useUsers(): readonly { readonly aor: string; readonly name: string }[] {
  const account = useApp((app) => app.account);
  const suggestions = useApp((app) => app.suggestions);
  const others = suggestions.filter(({ aor }) => aor !== account?.aor);
  return account === undefined
    ? others
    : [{ aor: account.aor, name: account.displayName }, ...others];
}
