import { type ReactNode, useState } from "react";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { TextField } from "../../ui/text-field.tsx";
import styles from "./settings-page.module.css";

interface AccountNameFieldProps {
  readonly which: "displayName" | "deviceName";
  readonly label: string;
}

/** Applies when it is left or Enter is pressed: half a name shall not be told to the network. */
export function AccountNameField({ which, label }: AccountNameFieldProps): ReactNode {
  const ask = useAsk();
  const account = useApp((app) => app.account);
  const [typed, setTyped] = useState<string>();
  if (account === undefined) return null;
  const { displayName, deviceName } = account;
  const apply = async (): Promise<void> => {
    const name = typed?.trim() ?? "";
    if (name !== "" && name !== account[which]) {
      await ask("account.rename", { displayName, deviceName, [which]: name });
    }
    setTyped(undefined);
  };
  return (
    <TextField
      aria-label={label}
      className={styles["text"]}
      value={typed ?? account[which]}
      maxLength={200}
      onChange={setTyped}
      onBlur={() => void apply()}
      onKeyDown={(event) => {
        if (event.key === "Enter") void apply();
        if (event.key === "Escape") setTyped(undefined);
      }}
    />
  );
}
