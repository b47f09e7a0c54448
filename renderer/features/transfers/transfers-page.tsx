import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageHeading } from "../../ui/page-heading.tsx";

export function TransfersPage(): ReactNode {
  const t = useTranslations("transfers");
  return <PageHeading title={t("title")} />;
}
