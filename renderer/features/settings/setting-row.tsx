import { RotateCcw } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import type { Settings } from "../../../shared/model/settings.ts";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { IconButton } from "../../ui/button.tsx";
import { ColourPicker } from "../../ui/colour-picker.tsx";
import { cx } from "../../ui/cx.ts";
import { FolderField } from "../../ui/folder-field.tsx";
import { Select } from "../../ui/select.tsx";
import { Switch } from "../../ui/switch.tsx";
import { AccountNameField } from "./account-name-field.tsx";
import { configKey, type RowControl, type SettingRow } from "./setting-rows.ts";
import styles from "./settings-page.module.css";

interface SettingRowProps {
  readonly row: SettingRow;
}

/** One setting: applies at once, can be taken back, and says how the configuration calls it. */
export function SettingRowView({ row }: SettingRowProps): ReactNode {
  const t = useTranslations("settings");
  const change = useChange();
  const reset = useApp((app) => row.reset(app.settings) !== undefined);
  const settings = useApp((app) => app.settings);
  const label = t(`rows.${row.name}.label`);
  const hintId = useId();
  const isWide = ["colour", "folder"].includes(row.control.kind);
  return (
    <div className={cx(styles["row"], isWide && styles["wide"])}>
      <div className={styles["words"]}>
        <p className={styles["label"]}>{label}</p>
        <p className={styles["hint"]} id={hintId}>
          {t(`rows.${row.name}.hint`)}
        </p>
        <code className={styles["key"]} title={t("configKey")}>
          {configKey(row.name)}
        </code>
      </div>
      <div className={styles["control"]}>
        {reset ? (
          <IconButton
            label={t("reset", { name: label })}
            onPress={() => {
              change(row.reset(settings) ?? {});
            }}
          >
            <RotateCcw aria-hidden size={16} />
          </IconButton>
        ) : null}
        <Control row={row} control={row.control} label={label} hintId={hintId} />
      </div>
    </div>
  );
}

interface ControlProps extends SettingRowProps {
  readonly control: RowControl;
  readonly label: string;
  readonly hintId: string;
}

function Control({ row, control, label, hintId }: ControlProps): ReactNode {
  const t = useTranslations("settings");
  const change = useChange();
  const settings = useApp((app) => app.settings);
  switch (control.kind) {
    case "switch":
      return (
        <Switch
          aria-label={label}
          aria-describedby={hintId}
          isSelected={control.isOn(settings)}
          onChange={(isOn) => {
            change(control.change(isOn));
          }}
        />
      );
    case "choice":
      return (
        <Select
          label={label}
          isLabelHidden
          className={styles["select"]}
          options={control.options(settings).map((option) => ({
            value: option.value,
            label:
              option.label === undefined
                ? t("options.other", { value: option.value })
                : t(`options.${option.label}`),
          }))}
          value={control.valueOf(settings)}
          onChange={(value) => {
            change(control.change(value));
          }}
        />
      );
    case "colour":
      return (
        <ColourPicker
          label={label}
          isLabelHidden
          value={settings.colour}
          onChange={(colour) => {
            change({ colour });
          }}
        />
      );
    case "folder":
      return <ReceiveFolder />;
    case "displayName":
    case "deviceName":
      return <AccountNameField which={control.kind} label={t(`rows.${row.name}.label`)} />;
  }
}

function ReceiveFolder(): ReactNode {
  const t = useTranslations("settings");
  const ask = useAsk();
  const change = useChange();
  const folder = useApp((app) => app.settings.receiveFolder);
  const choose = async (): Promise<void> => {
    const chosen = await ask("folder.choose", { current: folder });
    if (typeof chosen === "string") change({ receiveFolder: chosen });
  };
  return (
    <FolderField
      folder={folder}
      action={t("choose")}
      onChoose={() => {
        void choose();
      }}
    />
  );
}

function useChange(): (change: Partial<Settings>) => void {
  const ask = useAsk();
  return (change) => {
    // The values are those of the rows, which the table of the border knows.
    void ask("settings.change", change as Parameters<typeof ask<"settings.change">>[1]);
  };
}
