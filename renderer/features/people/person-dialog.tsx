import { TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { Person } from "../../../shared/model/app-state.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import dialogStyles from "../../ui/dialog.module.css";
import { Dialog } from "../../ui/dialog.tsx";
import { FailureNotice } from "../../ui/failure-notice.tsx";
import { Form } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Select } from "../../ui/select.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { ownDomain } from "../send/recipients.ts";
import styles from "./people-page.module.css";
import {
  type AddressProblem,
  AUTO_LIMITS,
  addressProblem,
  EMPTY_PERSON,
  formOf,
  savePersonArguments,
} from "./person-form.ts";

export type PersonDialogState =
  | { readonly name: "closed" }
  | { readonly name: "add" }
  | { readonly name: "edit"; readonly person: Person };

interface PersonDialogProps {
  readonly state: PersonDialogState;
  readonly onClose: () => void;
}

export function PersonDialog({ state, onClose }: PersonDialogProps): ReactNode {
  const t = useTranslations("people.form");
  const isEdit = state.name === "edit";
  return (
    <Dialog
      title={isEdit ? t("editTitle", { name: state.person.name }) : t("addTitle")}
      isOpen={state.name !== "closed"}
      onClose={onClose}
    >
      <PersonForm person={isEdit ? state.person : undefined} onClose={onClose} />
    </Dialog>
  );
}

interface PersonFormProps {
  readonly person: Person | undefined;
  readonly onClose: () => void;
}

function PersonForm({ person, onClose }: PersonFormProps): ReactNode {
  const t = useTranslations("people.form");
  const words = useTranslations("people");
  const { client } = useStores();
  const announce = useAnnounce();
  const people = useApp((app) => app.people);
  const domain = useApp((app) => ownDomain(app.account));
  const [form, setForm] = useState(person === undefined ? EMPTY_PERSON : formOf(person));
  const [problem, setProblem] = useState<AddressProblem>();
  const [failure, setFailure] = useState<RequestFailure>();
  const was = person?.aor;
  const change = (part: Partial<typeof form>): void => {
    setForm((last) => ({ ...last, ...part }));
  };
  const save = async (): Promise<void> => {
    const found = addressProblem(form, { people, domain, was });
    setProblem(found);
    if (found !== undefined) return;
    const args = savePersonArguments(form, { domain, was });
    const answer = await client.request("people.save", args);
    if (!answer.ok) {
      setFailure(answer.error);
      return;
    }
    announce({ text: words("saved", { name: args.person.name }), politeness: "polite" });
    onClose();
  };
  return (
    <Form
      className={styles["form"]}
      onSubmit={() => {
        void save();
      }}
    >
      <TextField
        label={t("name")}
        hint={t("nameHint")}
        value={form.name}
        maxLength={200}
        autoFocus
        onChange={(name) => {
          change({ name });
        }}
      />
      <TextField
        label={t("address")}
        hint={t("addressHint")}
        value={form.address}
        isInvalid={problem !== undefined}
        error={
          problem?.name === "taken" ? t("addressTaken", { name: problem.by }) : t("addressWrong")
        }
        spellCheck="false"
        onChange={(address) => {
          setProblem(undefined);
          change({ address });
        }}
      />
      <Choice
        label={t("isMe")}
        hint={t("isMeHint")}
        isSelected={form.isMe}
        onChange={(isMe) => {
          change({ isMe });
        }}
      />
      <Choice
        label={t("isBlocked")}
        hint={t("isBlockedHint")}
        isSelected={form.isBlocked}
        onChange={(isBlocked) => {
          change({ isBlocked });
        }}
      />
      <Choice
        label={t("auto")}
        hint={t("autoHint")}
        isSelected={form.takesWithoutAsking && !form.isBlocked}
        isDisabled={form.isBlocked}
        onChange={(takesWithoutAsking) => {
          change({ takesWithoutAsking });
        }}
      />
      {form.takesWithoutAsking && !form.isBlocked ? (
        <AutoLimit
          limit={form.limit}
          onChange={(limit) => {
            change({ limit });
          }}
        />
      ) : null}
      <FailureNotice failure={failure} />
      <div className={dialogStyles["actions"]}>
        <Button onPress={onClose}>{t("cancel")}</Button>
        <Button variant="primary" type="submit">
          {person === undefined ? t("add") : t("save")}
        </Button>
      </div>
    </Form>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly hint: string;
  readonly isSelected: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isSelected: boolean) => void;
}

function Choice({ label, hint, ...rest }: ChoiceProps): ReactNode {
  return (
    <Checkbox {...rest} className={styles["choice"]}>
      <span className={styles["choiceWords"]}>
        <span className={styles["choiceLabel"]}>{label}</span>
        <span className={styles["choiceHint"]}>{hint}</span>
      </span>
    </Checkbox>
  );
}

interface AutoLimitProps {
  readonly limit: number;
  readonly onChange: (limit: number) => void;
}

function AutoLimit({ limit, onChange }: AutoLimitProps): ReactNode {
  const t = useTranslations("people.form");
  const formats = useFormats();
  // A rule may hold a limit that was set elsewhere.
  const limits = [...new Set([...AUTO_LIMITS, limit])].toSorted((a, b) => a - b);
  return (
    <div className={styles["auto"]}>
      <Select
        label={t("limit")}
        options={limits.map((octets) => ({ value: String(octets), label: formats.size(octets) }))}
        value={String(limit)}
        onChange={(value) => {
          onChange(Number(value));
        }}
      />
      <Notice tone="warn" icon={TriangleAlert}>
        {t("autoWarning")}
      </Notice>
    </div>
  );
}
