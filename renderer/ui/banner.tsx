import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./banner.module.css";
import { cx } from "./cx.ts";

interface BannerProps {
  readonly tone: "accent" | "warn" | "danger" | "neutral";
  readonly icon: LucideIcon;
  /** Buttons at the end. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Banner({ tone, icon: Icon, actions, children }: BannerProps): ReactNode {
  return (
    <div className={cx(styles["banner"], styles[tone])}>
      <Icon aria-hidden size={18} className={styles["icon"]} />
      <div className={styles["text"]}>{children}</div>
      {actions === undefined ? null : <div className={styles["actions"]}>{actions}</div>}
    </div>
  );
}
