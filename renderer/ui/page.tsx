import type { HTMLAttributes, ReactNode } from "react";
import { cx } from "./cx.ts";
import styles from "./page.module.css";

/** The column of a page. What is inside may ask the container `page` how wide it is. */
export function Page(props: HTMLAttributes<HTMLDivElement>): ReactNode {
  return <div {...props} className={cx(styles["page"], props.className)} />;
}
