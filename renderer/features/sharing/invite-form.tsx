import { UserPlus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { Invitation } from "../../../shared/model/sharing.ts";
import { useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/failure-notice.tsx";
import { Form } from "../../ui/form.tsx";
import { TextField } from "../../ui/text-field.tsx";
import styles from "./sharing.module.css";

interface InviteFormProps {
  readonly onInvited: (invitation: Invitation) => void;
}

/** A name is all that an account here takes. */
export function InviteForm({ onInvited }: InviteFormProps): ReactNode {
  const t = useTranslations("sharing");
  const { client } = useStores();
  const [name, setName] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<RequestFailure>();
  const invite = async (): Promise<void> => {
    const given = name.trim();
    setMissing(given === "");
    setFailure(undefined);
    if (given === "" || isBusy) return;
    setBusy(true);
    const answer = await client.request("sharing.invite", { name: given });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error);
      return;
    }
    setName("");
    onInvited(answer.value);
  };
  return (
    <Form
      className={styles["form"]}
      label={t("invite")}
      onSubmit={() => {
        void invite();
      }}
    >
      <div className={styles["line"]}>
        <TextField
          label={t("invite")}
          placeholder={t("inviteName")}
          value={name}
          maxLength={60}
          isInvalid={isMissing}
          error={t("inviteMissing")}
          className={styles["grow"]}
          onChange={(text) => {
            setMissing(false);
            setName(text);
          }}
        />
        <Button type="submit" variant="primary" isPending={isBusy}>
          <UserPlus aria-hidden size={16} />
          {isBusy ? t("inviting") : t("inviteNow")}
        </Button>
      </div>
      <FailureNotice failure={failure} />
    </Form>
  );
}
