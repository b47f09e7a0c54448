import { type ReactNode, useRef } from "react";
import { useTranslations } from "use-intl";
import { isAsking, isRunning } from "../../ipc/card-kinds.ts";
import { useCards } from "../../ipc/stores.tsx";
import { cx } from "../../ui/cx.ts";
import { VisuallyHidden } from "../../ui/visually-hidden.tsx";
import { useCommandKeys } from "../command-runner.tsx";
import { usePlace, writePlace } from "../navigation.ts";
import { PAGES, type PageSpec } from "../pages.tsx";
import styles from "./sidebar.module.css";

export function Sidebar(): ReactNode {
  const t = useTranslations("app");
  const { page } = usePlace();
  const nav = useRef<HTMLElement>(null);
  return (
    <nav className={styles["sidebar"]} aria-label={t("navigation")} data-region ref={nav}>
      <ul className={styles["list"]}>
        {PAGES.map((spec) => (
          <PageLink key={spec.name} spec={spec} isCurrent={spec.name === page} />
        ))}
      </ul>
    </nav>
  );
}

interface PageLinkProps {
  readonly spec: PageSpec;
  readonly isCurrent: boolean;
}

function PageLink({ spec, isCurrent }: PageLinkProps): ReactNode {
  const t = useTranslations();
  const keys = useCommandKeys(spec.command);
  const Icon = spec.icon;
  return (
    <li className={cx(spec.name === "settings" && styles["last"])}>
      <a
        className={styles["link"]}
        href={writePlace({ page: spec.name, params: {} })}
        aria-current={isCurrent ? "page" : undefined}
        title={keys === undefined ? t(spec.label) : `${t(spec.label)} (${keys})`}
        draggable={false}
      >
        <Icon aria-hidden size={18} className={styles["icon"]} />
        <span className={styles["label"]}>{t(spec.label)}</span>
        {spec.name === "transfers" ? <Count /> : null}
      </a>
    </li>
  );
}

/** Offers that wait for an answer, else transfers that run. */
function Count(): ReactNode {
  const t = useTranslations("app");
  const waiting = useCards(({ byId }) => Object.values(byId).filter(isAsking).length);
  const running = useCards(({ byId }) => Object.values(byId).filter(isRunning).length);
  const count = waiting > 0 ? waiting : running;
  if (count === 0) return null;
  return (
    <span className={cx(styles["count"], waiting > 0 && styles["waiting"])}>
      <span aria-hidden>{count}</span>
      <VisuallyHidden>
        {waiting > 0 ? t("waitingOffers", { count }) : t("runningTransfers", { count })}
      </VisuallyHidden>
    </span>
  );
}
