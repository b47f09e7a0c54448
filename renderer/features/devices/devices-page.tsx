import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageHeading } from "../../ui/page-heading.tsx";

export function DevicesPage(): ReactNode {
  const t = useTranslations("devices");
  return <PageHeading title={t("title")} />;
}
