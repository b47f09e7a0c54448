import type { HTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "./cx.ts";
import styles from "./visually-hidden.module.css";

interface VisuallyHiddenProps extends HTMLAttributes<HTMLSpanElement> {
  readonly ref?: Ref<HTMLSpanElement>;
}

/** Heard, not seen. */
export function VisuallyHidden(props: VisuallyHiddenProps): ReactNode {
  return <span {...props} className={cx(styles["hidden"], props.className)} />;
}
