import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./empty-state.module.css";

interface EmptyStateProps {
  readonly icon?: LucideIcon;
  /** One sentence. */
  readonly text: string;
  /** One action. */
  readonly action?: ReactNode;
}

export function EmptyState({ icon: Icon, text, action }: EmptyStateProps): ReactNode {
  return (
    <div className={styles["empty"]}>
      {Icon === undefined ? null : (
        <Icon aria-hidden size={32} strokeWidth={1.5} className={styles["icon"]} />
      )}
      <p className={styles["text"]}>{text}</p>
      {action}
    </div>
  );
}
