import type { ReactNode } from "react";
import {
  RadioGroup as AriaRadioGroup,
  Label,
  RadioButton,
  RadioField,
} from "react-aria-components";
import { cx } from "./cx.ts";
import fieldStyles from "./field.module.css";
import styles from "./radio-group.module.css";

export interface RadioOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

interface RadioGroupProps<Value extends string> {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly options: readonly RadioOption<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

export function RadioGroup<Value extends string>({
  label,
  isLabelHidden = false,
  options,
  value,
  onChange,
}: RadioGroupProps<Value>): ReactNode {
  return (
    <AriaRadioGroup
      className={cx(styles["group"])}
      value={value}
      onChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option !== undefined) onChange(option.value);
      }}
      {...(isLabelHidden ? { "aria-label": label } : {})}
    >
      {isLabelHidden ? null : <Label className={cx(fieldStyles["label"])}>{label}</Label>}
      {options.map((option) => (
        <RadioField key={option.value} value={option.value} className={cx(styles["field"])}>
          <RadioButton className={cx(styles["radio"])}>
            <span className={styles["ring"]} aria-hidden />
            <span className={styles["words"]}>
              <span>{option.label}</span>
              {option.hint === undefined ? null : (
                <span className={fieldStyles["hint"]}>{option.hint}</span>
              )}
            </span>
          </RadioButton>
        </RadioField>
      ))}
    </AriaRadioGroup>
  );
}
