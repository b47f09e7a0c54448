import type { ReactNode, Ref } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import styles from "./button.module.css";
import { cx } from "./cx.ts";
import { Tooltip } from "./tooltip.tsx";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "style"> {
  /** `primary`: the one thing to do here. `quiet`: no edge until it is pointed at. */
  readonly variant?: "primary" | "secondary" | "danger" | "quiet";
  readonly size?: "m" | "s";
  readonly className?: string | undefined;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({
  variant = "secondary",
  size = "m",
  className,
  children,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <AriaButton
      {...rest}
      className={cx(styles["button"], styles[variant], styles[size], className)}
    >
      {children}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, "className" | "style" | "children"> {
  /** Its name; also its tooltip. */
  readonly label: string;
  /** Shown in the tooltip after the name. */
  readonly keys?: string | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({
  label,
  keys,
  className,
  children,
  ...rest
}: IconButtonProps): ReactNode {
  return (
    <Tooltip text={label} keys={keys}>
      <AriaButton {...rest} aria-label={label} className={cx(styles["icon"], className)}>
        {children}
      </AriaButton>
    </Tooltip>
  );
}
