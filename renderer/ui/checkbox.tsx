import { Check, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { CheckboxButton, CheckboxField, type CheckboxFieldProps } from "react-aria-components";
import styles from "./checkbox.module.css";
import { cx } from "./cx.ts";

export interface CheckboxProps
  extends Omit<CheckboxFieldProps, "className" | "style" | "children"> {
  readonly className?: string | undefined;
  /** Without them give an `aria-label`. */
  readonly children?: ReactNode;
}

export function Checkbox({ className, children, ...rest }: CheckboxProps): ReactNode {
  return (
    <CheckboxField {...rest} className={cx(styles["field"], className)}>
      <CheckboxButton className={cx(styles["checkbox"])}>
        {({ isIndeterminate, isSelected }) => (
          <>
            <span className={styles["box"]} aria-hidden>
              {isIndeterminate ? (
                <Minus size={14} strokeWidth={3} />
              ) : isSelected ? (
                <Check size={14} strokeWidth={3} />
              ) : null}
            </span>
            {children}
          </>
        )}
      </CheckboxButton>
    </CheckboxField>
  );
}
