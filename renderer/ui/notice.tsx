import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import styles from "./notice.module.css";

interface NoticeProps {
  readonly tone: "accent" | "success" | "warn" | "danger" | "neutral";
  readonly icon: LucideIcon;
  /** `alert` is heard at once, `status` when there is time; without one it is only read in its place. */
  readonly role?: "alert" | "status";
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** Something to know, inside a page: in its place, where a banner is for the whole window. */
export function Notice({
  tone,
  icon: Icon,
  role,
  title,
  actions,
  children,
}: NoticeProps): ReactNode {
  return (
    <div className={cx(styles["notice"], styles[tone])} role={role}>
      <Icon aria-hidden size={18} className={styles["icon"]} />
      <div className={styles["text"]}>
        {title === undefined ? null : <p className={styles["title"]}>{title}</p>}
        {typeof children === "string" ? <p>{children}</p> : children}
      </div>
      {actions === undefined ? null : <div className={styles["actions"]}>{actions}</div>}
    </div>
  );
}
