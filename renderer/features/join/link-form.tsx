import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppEvents, RequestFailure } from "../../../shared/ipc/contract.ts";
import { MAX_LINK } from "../../../shared/link/cpm-link.ts";
import { useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import dialogStyles from "../../ui/dialog.module.css";
import { FailureNotice } from "../../ui/failure-notice.tsx";
import { Form } from "../../ui/form.tsx";
import { TextField } from "../../ui/text-field.tsx";
import styles from "./join.module.css";

interface LinkFormProps {
  readonly onLooked: (asked: AppEvents["join.asked"]) => void;
  /** Beside the button that goes on. */
  readonly otherActions: ReactNode;
}

/** Takes a pasted link and has it read; nothing is done with it yet. */
export function LinkForm({ onLooked, otherActions }: LinkFormProps): ReactNode {
  const t = useTranslations("join");
  const { client } = useStores();
  const [link, setLink] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [failure, setFailure] = useState<RequestFailure>();
  const look = async (): Promise<void> => {
    // Mail programs break long lines.
    const text = link.replace(/\s/g, "");
    setMissing(text === "");
    setFailure(undefined);
    if (text === "") return;
    const answer = await client.request("join.look", { link: text });
    if (answer.ok) onLooked({ link: text, join: answer.value });
    else setFailure(answer.error);
  };
  return (
    <Form
      className={styles["form"]}
      onSubmit={() => {
        void look();
      }}
    >
      <p className={styles["text"]}>{t("text")}</p>
      <TextField
        label={t("link")}
        hint={t("linkHint")}
        value={link}
        maxLength={MAX_LINK}
        isInvalid={isMissing}
        error={t("linkMissing")}
        spellCheck="false"
        autoComplete="off"
        autoFocus
        onChange={(text) => {
          setMissing(false);
          setFailure(undefined);
          setLink(text);
        }}
      />
      <FailureNotice failure={failure} />
      <div className={dialogStyles["actions"]}>
        {otherActions}
        <Button variant="primary" type="submit">
          {t("look")}
        </Button>
      </div>
    </Form>
  );
}
