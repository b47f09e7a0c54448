import type { HTMLAttributes, ReactNode, Ref } from "react";
import styles from "./card.module.css";
import { cx } from "./cx.ts";

interface CardProps extends HTMLAttributes<HTMLDivElement> {
  /** Laid over the page, with a shadow. */
  readonly isFloating?: boolean;
  readonly tone?: "plain" | "elsewhere" | "warn" | "danger" | undefined;
  readonly ref?: Ref<HTMLDivElement>;
}

export function Card({ isFloating = false, tone = "plain", ...rest }: CardProps): ReactNode {
  return (
    <div
      {...rest}
      className={cx(styles["card"], styles[tone], isFloating && styles["floating"], rest.className)}
    />
  );
}
