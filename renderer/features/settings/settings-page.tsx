import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageHeading } from "../../ui/page-heading.tsx";

export function SettingsPage(): ReactNode {
  const t = useTranslations("settings");
  return <PageHeading title={t("title")} />;
}
