import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./chip.module.css";
import { cx } from "./cx.ts";

export type Tone = "neutral" | "accent" | "success" | "warn" | "danger" | "elsewhere";

interface ChipProps {
  readonly tone: Tone;
  readonly icon: LucideIcon;
  /** Turns the icon, where motion is wanted. */
  readonly isSpinning?: boolean;
  /** Without ground: on a card that has it already. */
  readonly isPlain?: boolean;
  readonly children: ReactNode;
}

/** A state: colour, icon and word, so that none of them stands alone. */
export function Chip({
  tone,
  icon: Icon,
  isSpinning = false,
  isPlain = false,
  children,
}: ChipProps): ReactNode {
  return (
    <span className={cx(styles["chip"], styles[tone], isPlain && styles["plain"])}>
      <Icon aria-hidden size={14} className={cx(styles["icon"], isSpinning && styles["spin"])} />
      <span className={styles["word"]}>{children}</span>
    </span>
  );
}
