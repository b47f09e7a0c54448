import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageHeading } from "../../ui/page-heading.tsx";

export function HistoryPage(): ReactNode {
  const t = useTranslations("history");
  return <PageHeading title={t("title")} />;
}
