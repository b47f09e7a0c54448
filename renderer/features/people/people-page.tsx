import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageHeading } from "../../ui/page-heading.tsx";

export function PeoplePage(): ReactNode {
  const t = useTranslations("people");
  return <PageHeading title={t("title")} />;
}
