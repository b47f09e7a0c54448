import type { ReactNode, Ref } from "react";
import styles from "./page-heading.module.css";

interface PageHeadingProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly ref?: Ref<HTMLHeadingElement>;
}

/** The only h1 of a page; takes the focus when the page is shown. */
export function PageHeading({ title, actions, ref }: PageHeadingProps): ReactNode {
  return (
    <header className={styles["heading"]}>
      <h1 className={styles["title"]} tabIndex={-1} data-page-title ref={ref}>
        {title}
      </h1>
      {actions === undefined ? null : <div className={styles["actions"]}>{actions}</div>}
    </header>
  );
}
