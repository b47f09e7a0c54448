import type { ReactNode } from "react";
import styles from "./kbd.module.css";

interface KbdProps {
  /** As shown, for example `Ctrl+K`; see `shownKeys` in app/keys.ts. */
  readonly keys: string;
}

export function Kbd({ keys }: KbdProps): ReactNode {
  return (
    <kbd className={styles["kbd"]} dir="ltr">
      {keys}
    </kbd>
  );
}
