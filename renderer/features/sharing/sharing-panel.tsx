import { TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { SharingState } from "../../../shared/model/sharing.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { shortFingerprint } from "../join/fingerprint.ts";
import { ShareForm } from "./share-form.tsx";
import { SharedPeople } from "./shared-people.tsx";
import styles from "./sharing.module.css";
import { SureDialog } from "./sure-dialog.tsx";

/** The heading's id: what opens the page at it looks for that. */
export const SHARING_TITLE = "sharing-title";

/** "Share with people nearby": off, starting, on, or not what it should be. */
export function SharingPanel(): ReactNode {
  const t = useTranslations("sharing");
  const sharing = useApp((app) => app.sharing);
  return (
    <section className={styles["panel"]} aria-labelledby={SHARING_TITLE}>
      <h3 className={styles["title"]} id={SHARING_TITLE} tabIndex={-1}>
        {t("title")}
      </h3>
      {sharing === undefined ? <ShareForm /> : <Shared sharing={sharing} />}
    </section>
  );
}

interface SharedProps {
  readonly sharing: SharingState;
}

function Shared({ sharing }: SharedProps): ReactNode {
  const t = useTranslations("sharing");
  switch (sharing.state) {
    case "starting":
      return (
        <p className={styles["text"]} role="status">
          {t("startingAt", { address: sharing.address })}
        </p>
      );
    case "failed":
      return <Failed sharing={sharing} />;
    case "on":
      return (
        <>
          <SharedFacts sharing={sharing} />
          <SharedPeople people={sharing.people} />
          <StopButton />
        </>
      );
  }
}

function SharedFacts({ sharing }: SharedProps): ReactNode {
  const t = useTranslations("sharing");
  const { name, address, interfaceName, fingerprint } = sharing;
  return (
    <dl className={styles["facts"]}>
      <div>
        <dt>{t("network")}</dt>
        <dd>
          <bdi>{name}</bdi>
        </dd>
      </div>
      <div>
        <dt>{t("place")}</dt>
        <dd>{t("addressNetwork", { address, interfaceName })}</dd>
      </div>
      {fingerprint === undefined ? null : (
        <div>
          <dt>{t("fingerprint")}</dt>
          <dd title={fingerprint}>
            <span className={styles["print"]}>{shortFingerprint(fingerprint)}</span>
            <span className={styles["hint"]}>{t("fingerprintHint")}</span>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** It can be tried again, also at another address, or left off. */
function Failed({ sharing }: SharedProps): ReactNode {
  const t = useTranslations("sharing");
  const ask = useAsk();
  const { failure } = sharing;
  return (
    <>
      <Notice
        tone="warn"
        icon={TriangleAlert}
        actions={
          <Button size="s" onPress={() => void ask("sharing.stop", {})}>
            {t("dismiss")}
          </Button>
        }
      >
        {`${failure?.message ?? ""} ${failure?.action ?? ""}`.trim()}
      </Notice>
      <ShareForm before={sharing} />
    </>
  );
}

function StopButton(): ReactNode {
  const t = useTranslations("sharing");
  const ask = useAsk();
  const announce = useAnnounce();
  const [isOpen, setOpen] = useState(false);
  const stop = async (): Promise<void> => {
    setOpen(false);
    if ((await ask("sharing.stop", {})) === undefined) return;
    announce({ text: t("stopped"), politeness: "polite" });
  };
  return (
    <>
      <Button
        size="s"
        onPress={() => {
          setOpen(true);
        }}
      >
        {t("stop")}
      </Button>
      <SureDialog
        isOpen={isOpen}
        title={t("stopTitle")}
        text={t("stopText")}
        no={t("goOn")}
        yes={t("stopConfirm")}
        onNo={() => {
          setOpen(false);
        }}
        onYes={() => void stop()}
      />
    </>
  );
}
