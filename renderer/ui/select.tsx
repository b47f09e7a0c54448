import { Check, ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import {
  Select as AriaSelect,
  Button,
  type Key,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
} from "react-aria-components";
import { cx } from "./cx.ts";
import styles from "./field.module.css";
import menuStyles from "./menu.module.css";

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

interface SelectProps<Value extends string> {
  readonly label: string;
  /** The label is heard, not seen. */
  readonly isLabelHidden?: boolean;
  readonly options: readonly SelectOption<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly isDisabled?: boolean;
  readonly className?: string | undefined;
}

export function Select<Value extends string>({
  label,
  isLabelHidden = false,
  options,
  value,
  onChange,
  isDisabled = false,
  className,
}: SelectProps<Value>): ReactNode {
  const choose = (key: Key | null): void => {
    const option = options.find((candidate) => candidate.value === key);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <AriaSelect
      className={cx(styles["field"], className)}
      value={value}
      onChange={choose}
      isDisabled={isDisabled}
      {...(isLabelHidden ? { "aria-label": label } : {})}
    >
      {isLabelHidden ? null : <Label className={cx(styles["label"])}>{label}</Label>}
      <Button className={cx(styles["trigger"])}>
        <SelectValue className={cx(styles["value"])} />
        <ChevronDown aria-hidden size={16} className={cx(styles["chevron"])} />
      </Button>
      <Popover className={cx(menuStyles["popover"])} offset={4}>
        <ListBox className={cx(menuStyles["menu"])}>
          {options.map((option) => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              className={cx(menuStyles["item"])}
            >
              {({ isSelected }) => (
                <>
                  <span className={menuStyles["mark"]}>
                    {isSelected ? <Check aria-hidden size={16} /> : null}
                  </span>
                  <span className={menuStyles["text"]}>{option.label}</span>
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
