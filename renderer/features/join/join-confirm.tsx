import { Info, TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { formatAddress, formatPerson } from "../../../shared/format/person.ts";
import type { AppEvents, RequestFailure } from "../../../shared/ipc/contract.ts";
import type { JoinView } from "../../../shared/model/sharing.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useApp, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import dialogStyles from "../../ui/dialog.module.css";
import { Form } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { shortFingerprint } from "./fingerprint.ts";
import styles from "./join.module.css";
import { joinFailure } from "./join-failure.ts";

interface JoinConfirmProps {
  readonly asked: AppEvents["join.asked"];
  readonly onJoined: () => void;
  /** Beside the button that joins. */
  readonly otherActions: ReactNode;
}

/** What a link says, before anything is done with it; then it joins. */
export function JoinConfirm({ asked, onJoined, otherActions }: JoinConfirmProps): ReactNode {
  const t = useTranslations("join");
  const { client } = useStores();
  const announce = useAnnounce();
  const { link, join } = asked;
  const [names, setNames] = useNames(join);
  const [failure, setFailure] = useState<RequestFailure>();
  const [isBusy, setBusy] = useState(false);
  const accept = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    setFailure(undefined);
    const answer = await client.request("join.accept", {
      link,
      displayName: names.name.trim(),
      deviceName: names.device.trim(),
    });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error);
      return;
    }
    const network = join.networkName ?? join.server;
    announce({ text: t("joined", { network }), politeness: "polite" });
    onJoined();
  };
  return (
    <Form
      className={styles["form"]}
      onSubmit={() => {
        void accept();
      }}
    >
      <p className={styles["text"]}>{t("confirmText")}</p>
      <JoinFacts join={join} />
      <div className={styles["halves"]}>
        <TextField
          label={t("name")}
          hint={t("nameHint")}
          value={names.name}
          maxLength={200}
          onChange={(name) => {
            setNames({ ...names, name });
          }}
        />
        <TextField
          label={t("device")}
          value={names.device}
          maxLength={200}
          onChange={(device) => {
            setNames({ ...names, device });
          }}
        />
      </div>
      <Leaving />
      {failure === undefined ? null : <JoinFailure failure={failure} server={join.server} />}
      <div className={dialogStyles["actions"]}>
        {otherActions}
        <Button variant="primary" type="submit" isPending={isBusy}>
          {isBusy ? t("joining") : t("join")}
        </Button>
      </div>
    </Form>
  );
}

interface Names {
  readonly name: string;
  readonly device: string;
}

/** Who the link is for, and the name that this device has already. */
function useNames({ aor }: JoinView): readonly [Names, (names: Names) => void] {
  const t = useTranslations("join");
  const device = useApp((app) => app.account?.deviceName);
  const name = formatPerson(aor);
  return useState<Names>({ name, device: device ?? t("deviceOf", { name }) });
}

interface JoinFactsProps {
  readonly join: JoinView;
}

function JoinFacts({ join }: JoinFactsProps): ReactNode {
  const t = useTranslations("join");
  const { networkName, aor, server, fingerprint } = join;
  return (
    <dl className={styles["facts"]}>
      <div className={styles["fact"]}>
        <dt>{t("network")}</dt>
        <dd>{networkName === undefined ? t("unnamed") : <bdi>{networkName}</bdi>}</dd>
      </div>
      <div className={styles["fact"]}>
        <dt>{t("as")}</dt>
        <dd>{formatAddress(aor)}</dd>
      </div>
      <div className={styles["fact"]}>
        <dt>{t("server")}</dt>
        <dd>{server}</dd>
      </div>
      <div className={styles["fact"]}>
        <dt>{t("fingerprint")}</dt>
        <dd title={fingerprint}>
          <span className={styles["print"]}>{shortFingerprint(fingerprint)}</span>
          <span className={styles["hint"]}>{t("fingerprintHint")}</span>
        </dd>
      </div>
    </dl>
  );
}

/** What joining costs who is signed in somewhere else. */
function Leaving(): ReactNode {
  const t = useTranslations("join");
  const account = useApp((app) => app.account);
  if (account === undefined) return null;
  return (
    <Notice tone="warn" icon={Info}>
      {account.isHost === true
        ? t("stopsSharing")
        : t("leaves", { address: formatAddress(account.aor) })}
    </Notice>
  );
}

interface JoinFailureProps {
  readonly failure: RequestFailure;
  readonly server: string;
}

function JoinFailure({ failure, server }: JoinFailureProps): ReactNode {
  const t = useTranslations("join");
  const { code, message, action = "" } = failure;
  const why = joinFailure(code);
  return (
    <Notice tone="danger" icon={TriangleAlert} role="alert" title={t("failedTitle")}>
      {why === undefined ? `${message} ${action}` : t(`failures.${why}`, { server })}
    </Notice>
  );
}
