import type { ReactNode } from "react";
import { ProgressBar as AriaProgressBar } from "react-aria-components";
import { cx } from "./cx.ts";
import styles from "./progress-bar.module.css";

interface ProgressBarProps {
  readonly label: string;
  /** 0 to 1; undefined: nobody knows. */
  readonly fraction: number | undefined;
  readonly valueText?: string;
  readonly tone?: "accent" | "success" | "warn" | "danger" | "neutral" | undefined;
  readonly size?: "m" | "s";
  readonly className?: string | undefined;
}

export function ProgressBar({
  label,
  fraction,
  valueText,
  tone = "accent",
  size = "m",
  className,
}: ProgressBarProps): ReactNode {
  const percent = fraction === undefined ? 0 : Math.min(100, Math.max(0, fraction * 100));
  return (
    <AriaProgressBar
      aria-label={label}
      value={percent}
      isIndeterminate={fraction === undefined}
      {...(valueText === undefined ? {} : { valueLabel: valueText })}
      className={cx(styles["track"], styles[size], className)}
    >
      <span
        className={cx(styles["fill"], styles[tone], fraction === undefined && styles["unknown"])}
        style={fraction === undefined ? undefined : { inlineSize: `${percent}%` }}
      />
    </AriaProgressBar>
  );
}
