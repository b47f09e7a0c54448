import type { ReactNode } from "react";
import { SwitchButton, SwitchField, type SwitchFieldProps } from "react-aria-components";
import { cx } from "./cx.ts";
import styles from "./switch.module.css";

export interface SwitchProps extends Omit<SwitchFieldProps, "className" | "style" | "children"> {
  readonly className?: string | undefined;
  /** Without them give an `aria-label`. */
  readonly children?: ReactNode;
}

export function Switch({ className, children, ...rest }: SwitchProps): ReactNode {
  return (
    <SwitchField {...rest} className={cx(styles["field"], className)}>
      <SwitchButton className={cx(styles["switch"])}>
        <span className={styles["track"]} aria-hidden>
          <span className={styles["thumb"]} />
        </span>
        {children}
      </SwitchButton>
    </SwitchField>
  );
}
