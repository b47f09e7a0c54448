import { type ReactNode, type SubmitEvent, useId, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import { useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/select.tsx";
import { TextField } from "../../ui/text-field.tsx";
import {
  type AccountField,
  type AccountForm,
  connectArguments,
  fieldOfFailure,
  usualServer,
  wrongFields,
} from "./account-form.ts";
import styles from "./first-run.module.css";
import { SignInFailure } from "./sign-in-failure.tsx";

interface ConnectFormProps {
  readonly initial: Omit<AccountForm, "fingerprint"> & { readonly fingerprint?: string };
  readonly onConnected: () => void;
  /** Beside the button that connects. */
  readonly otherActions: ReactNode;
}

/** Server, address, password and transport of a SIP core, and what is wrong with them. */
export function ConnectForm({ initial, onConnected, otherActions }: ConnectFormProps): ReactNode {
  const t = useTranslations("firstRun");
  const { client } = useStores();
  const [form, setForm] = useState<AccountForm>({ fingerprint: "", ...initial });
  const [wrong, setWrong] = useState<readonly AccountField[]>([]);
  const [failure, setFailure] = useState<RequestFailure>();
  const [isBusy, setBusy] = useState(false);
  const formRef = useRef<HTMLFormElement>(null);
  const id = useId();

  const look = (field: AccountField | undefined): void => {
    formRef.current?.querySelector<HTMLInputElement>(`input[name="${field ?? ""}"]`)?.focus();
  };
  const connect = async (): Promise<void> => {
    const found = wrongFields(form);
    setWrong(found);
    setFailure(undefined);
    if (found.length > 0) {
      look(found[0]);
      return;
    }
    setBusy(true);
    const answer = await client.request("account.connect", connectArguments(form));
    if (answer.ok) {
      onConnected();
      return;
    }
    setBusy(false);
    setFailure(answer.error);
    const blamed = fieldOfFailure(answer.error.code);
    setWrong(blamed === undefined ? [] : [blamed]);
    look(blamed);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isBusy) void connect();
  };
  const field = (name: AccountField): FieldProps => ({
    name,
    value: form[name],
    isInvalid: wrong.includes(name),
    onChange: (value) => {
      setForm((last) => ({ ...last, [name]: value }));
      setWrong((last) => last.filter((other) => other !== name));
    },
  });

  return (
    <form className={styles["form"]} onSubmit={submit} noValidate ref={formRef} id={id}>
      <TextField
        {...field("address")}
        label={t("address")}
        hint={t("addressHint")}
        error={failure === undefined ? t("missing.address") : undefined}
        autoComplete="username"
        spellCheck="false"
      />
      <TextField
        {...field("password")}
        label={t("password")}
        type="password"
        autoComplete="current-password"
      />
      <div className={styles["pair"]}>
        <TextField
          {...field("server")}
          label={t("server")}
          hint={t("serverHint")}
          error={failure === undefined ? t("missing.server") : undefined}
          placeholder={usualServer(form.address)}
          spellCheck="false"
        />
        <Select
          label={t("transport")}
          options={(["tls", "tcp", "udp"] as const).map((value) => ({
            value,
            label: t(`transports.${value}`),
          }))}
          value={form.transport}
          onChange={(transport) => {
            setForm((last) => ({ ...last, transport }));
          }}
        />
      </div>
      {form.transport === "tls" ? (
        <TextField
          {...field("fingerprint")}
          label={t("fingerprint")}
          hint={t("fingerprintHint")}
          error={failure === undefined ? t("missing.fingerprint") : undefined}
          spellCheck="false"
        />
      ) : null}
      <div className={styles["halves"]}>
        <TextField {...field("name")} label={t("name")} error={t("missing.name")} />
        <TextField {...field("device")} label={t("device")} error={t("missing.device")} />
      </div>
      {failure === undefined ? null : <SignInFailure failure={failure} />}
      <div className={styles["actions"]}>
        {otherActions}
        <Button type="submit" variant="primary" isPending={isBusy}>
          {isBusy ? t("connecting") : t("connectNow")}
        </Button>
      </div>
    </form>
  );
}

interface FieldProps {
  readonly name: AccountField;
  readonly value: string;
  readonly isInvalid: boolean;
  readonly onChange: (value: string) => void;
}
