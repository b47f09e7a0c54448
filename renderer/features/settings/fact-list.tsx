import type { ReactNode } from "react";
import styles from "./settings-page.module.css";

interface FactListProps {
  readonly facts: readonly (readonly [string, string])[];
}

export function FactList({ facts }: FactListProps): ReactNode {
  return (
    <dl className={styles["facts"]}>
      {facts.map(([label, value]) => (
        <div key={label} className={styles["fact"]}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
