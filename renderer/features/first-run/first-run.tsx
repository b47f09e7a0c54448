import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageHeading } from "../../ui/page-heading.tsx";

/** The whole window while there is no account. */
export function FirstRun(): ReactNode {
  const t = useTranslations("firstRun");
  return <PageHeading title={t("title")} />;
}
