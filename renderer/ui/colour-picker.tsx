import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Label, RadioButton, RadioField, RadioGroup } from "react-aria-components";
import { useTranslations } from "use-intl";
import { INSTANCE_COLOURS } from "../../shared/model/settings.ts";
import styles from "./colour-picker.module.css";
import { cx } from "./cx.ts";
import fieldStyles from "./field.module.css";

export type InstanceColour = (typeof INSTANCE_COLOURS)[number];

interface ColourPickerProps {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: string;
  readonly onChange: (colour: InstanceColour) => void;
}

/** The colours that tell windows on one machine apart; each has its name, so that colour is not all there is. */
export function ColourPicker({
  label,
  isLabelHidden = false,
  value,
  onChange,
}: ColourPickerProps): ReactNode {
  const t = useTranslations("firstRun.colours");
  return (
    <RadioGroup
      className={cx(styles["group"])}
      orientation="horizontal"
      value={value}
      onChange={(next) => {
        const colour = INSTANCE_COLOURS.find((known) => known === next);
        if (colour !== undefined) onChange(colour);
      }}
      {...(isLabelHidden ? { "aria-label": label } : {})}
    >
      {isLabelHidden ? null : <Label className={cx(fieldStyles["label"])}>{label}</Label>}
      <div className={styles["row"]}>
        {INSTANCE_COLOURS.map((colour) => (
          <RadioField key={colour} value={colour} aria-label={t(colour)}>
            <RadioButton
              className={cx(styles["swatch"])}
              style={{ background: `var(--instance-${colour})` }}
            >
              {({ isSelected }) =>
                isSelected ? <Check aria-hidden size={16} strokeWidth={3} /> : null
              }
            </RadioButton>
          </RadioField>
        ))}
      </div>
    </RadioGroup>
  );
}
