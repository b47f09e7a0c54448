import { Copy, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Invitation } from "../../../shared/model/sharing.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { QrPicture } from "../../ui/qr-picture.tsx";
import styles from "./sharing.module.css";

interface InvitationDialogProps {
  readonly invitation: Invitation | undefined;
  readonly onClose: () => void;
}

/** The link and its picture, once. */
export function InvitationDialog({ invitation, onClose }: InvitationDialogProps): ReactNode {
  return invitation === undefined ? null : <Shown invitation={invitation} onClose={onClose} />;
}

interface ShownProps {
  readonly invitation: Invitation;
  readonly onClose: () => void;
}

function Shown({ invitation, onClose }: ShownProps): ReactNode {
  const t = useTranslations("sharing");
  const ask = useAsk();
  const announce = useAnnounce();
  const { name, link, qr } = invitation;
  const copy = async (): Promise<void> => {
    if ((await ask("text.copy", { text: link })) === undefined) return;
    announce({ text: t("copied"), politeness: "polite" });
  };
  return (
    <Dialog
      title={t("invitation", { name })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={() => void copy()}>
            <Copy aria-hidden size={16} />
            {t("copyLink")}
          </Button>
          <Button variant="primary" onPress={onClose}>
            {t("done")}
          </Button>
        </>
      }
    >
      <p>{t("invitationText", { name })}</p>
      <div className={styles["code"]}>
        <QrPicture label={t("qr", { name })} code={qr} />
      </div>
      <p className={styles["link"]} dir="ltr">
        {link}
      </p>
      <Notice tone="warn" icon={KeyRound}>
        {t("invitationWarning", { name })}
      </Notice>
    </Dialog>
  );
}
