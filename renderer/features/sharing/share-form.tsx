import { TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { SharingChoice, SharingState } from "../../../shared/model/sharing.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useApp, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { FailureNotice } from "../../ui/failure-notice.tsx";
import { Form } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Select } from "../../ui/select.tsx";
import { TextField } from "../../ui/text-field.tsx";
import styles from "./sharing.module.css";

interface ShareFormProps {
  /** What was shared, and is not any more. */
  readonly before?: Pick<SharingState, "address" | "name"> | undefined;
}

/** Where and under which name to share. */
export function ShareForm({ before }: ShareFormProps): ReactNode {
  const t = useTranslations("sharing");
  const account = useApp((app) => app.account);
  const { choices, lookAgain } = useChoices();
  return (
    <>
      {before === undefined ? (
        <p className={styles["text"]}>
          {t("text")}{" "}
          {account === undefined ? "" : t("leaves", { address: formatAddress(account.aor) })}
        </p>
      ) : null}
      {choices === undefined ? null : choices.length === 0 ? (
        <Notice
          tone="neutral"
          icon={TriangleAlert}
          actions={
            <Button size="s" onPress={lookAgain}>
              {t("lookAgain")}
            </Button>
          }
        >
          {t("noAddress")}
        </Notice>
      ) : (
        <StartForm choices={choices} before={before} />
      )}
    </>
  );
}

interface Choices {
  /** Undefined until they are known. */
  readonly choices: readonly SharingChoice[] | undefined;
  readonly lookAgain: () => void;
}

function useChoices(): Choices {
  const { client } = useStores();
  const [looks, setLooks] = useState(0);
  const [choices, setChoices] = useState<readonly SharingChoice[]>();
  useEffect(() => {
    let isOld = looks < 0;
    void client.request("sharing.choices", {}).then((answer) => {
      if (!isOld) setChoices(answer.ok ? answer.value : []);
    });
    return () => {
      isOld = true;
    };
  }, [client, looks]);
  return {
    choices,
    lookAgain: () => {
      setLooks((count) => count + 1);
    },
  };
}

interface StartFormProps extends ShareFormProps {
  readonly choices: readonly SharingChoice[];
}

function StartForm({ choices, before }: StartFormProps): ReactNode {
  const t = useTranslations("sharing");
  const { client } = useStores();
  const announce = useAnnounce();
  const own = useApp((app) => app.account?.displayName ?? "");
  const known = choices.find((choice) => choice.address === before?.address) ?? choices[0];
  const [address, setAddress] = useState(known?.address ?? "");
  const [typed, setTyped] = useState(before?.name);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<RequestFailure>();
  const label = useChoiceLabel();
  const name = typed ?? t("nameOf", { name: own });
  const start = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    setFailure(undefined);
    const answer = await client.request("sharing.start", { address, name: name.trim() });
    setBusy(false);
    if (answer.ok) announce({ text: t("started", { name: name.trim() }), politeness: "polite" });
    else setFailure(answer.error);
  };
  return (
    <Form
      className={styles["form"]}
      onSubmit={() => {
        void start();
      }}
    >
      <div className={styles["halves"]}>
        <Select
          label={t("address")}
          options={choices.map((choice) => ({ value: choice.address, label: label(choice) }))}
          value={address}
          onChange={setAddress}
        />
        <TextField
          label={t("name")}
          hint={t("nameHint")}
          value={name}
          maxLength={60}
          onChange={setTyped}
        />
      </div>
      <FailureNotice failure={failure} />
      <div>
        <Button type="submit" size="s" isPending={isBusy}>
          {isBusy ? t("starting") : t("start")}
        </Button>
      </div>
    </Form>
  );
}

function useChoiceLabel(): (choice: SharingChoice) => string {
  const t = useTranslations("sharing");
  return ({ address, interfaceName, reach }) => {
    switch (reach) {
      case "network":
        return t("addressNetwork", { address, interfaceName });
      case "linkLocal":
        return t("addressLinkLocal", { address, interfaceName });
      case "loopback":
        return t("addressLoopback", { address });
    }
  };
}
