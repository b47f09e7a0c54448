import { SearchX } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useCommand } from "../../app/command-runner.tsx";
import { usePlace } from "../../app/navigation.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Page } from "../../ui/page.tsx";
import { PageHeading } from "../../ui/page-heading.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { SHARING_TITLE } from "../sharing/sharing-panel.tsx";
import { countFound, type FoundSection, findSettings, type SettingWords } from "./search.ts";
import { SectionContent } from "./section-content.tsx";
import { SettingRowView } from "./setting-row.tsx";
import { SECTIONS, SETTING_ROWS, type SectionName } from "./setting-rows.ts";
import styles from "./settings-page.module.css";

/** Every change applies at once. */
export function SettingsPage(): ReactNode {
  const t = useTranslations("settings");
  const [text, setText] = useState("");
  const searchRef = useRef<HTMLInputElement>(null);
  const words = useWords();
  const found = useMemo(() => findSettings(text, words), [text, words]);
  const sections = useRef<HTMLDivElement>(null);
  useCommand("search", () => {
    searchRef.current?.focus();
    searchRef.current?.select();
  });
  useFoundAnnounced(text, countFound(found));
  const show = (headingId: string): void => {
    const heading = sections.current?.querySelector<HTMLElement>(`#${headingId}`);
    heading?.scrollIntoView({ block: "start" });
    heading?.focus({ preventScroll: true });
  };
  useOpenedAt(show);
  return (
    <Page>
      <PageHeading title={t("title")} />
      <div className={styles["top"]}>
        <SearchField
          label={t("search")}
          placeholder={t("searchPlaceholder")}
          value={text}
          onChange={setText}
          inputRef={searchRef}
        />
        {text === "" ? (
          <nav className={styles["jump"]} aria-label={t("jump")}>
            {SECTIONS.map((name) => (
              <Button
                key={name}
                variant="quiet"
                size="s"
                onPress={() => {
                  show(headingOf(name));
                }}
              >
                {t(`sections.${name}`)}
              </Button>
            ))}
          </nav>
        ) : null}
      </div>
      <div className={styles["sections"]} ref={sections}>
        {found.map((section) => (
          <Section key={section.name} section={section} />
        ))}
      </div>
      {found.length === 0 ? (
        <EmptyState
          icon={SearchX}
          text={t("noMatch", { text })}
          action={
            <Button
              onPress={() => {
                setText("");
                searchRef.current?.focus();
              }}
            >
              {t("showAll")}
            </Button>
          }
        />
      ) : null}
    </Page>
  );
}

function headingOf(name: SectionName): string {
  return `settings-${name}`;
}

interface SectionProps {
  readonly section: FoundSection;
}

function Section({ section: { name, rows, hasContent } }: SectionProps): ReactNode {
  const t = useTranslations("settings");
  return (
    <section aria-labelledby={headingOf(name)} className={styles["section"]}>
      <h2 id={headingOf(name)} tabIndex={-1} className={styles["heading"]}>
        {t(`sections.${name}`)}
      </h2>
      <Card className={styles["card"] ?? ""}>
        {SETTING_ROWS.filter((row) => rows.includes(row.name)).map((row) => (
          <SettingRowView key={row.name} row={row} />
        ))}
        {hasContent ? <SectionContent name={name} /> : null}
      </Card>
    </section>
  );
}

function useWords(): SettingWords {
  const t = useTranslations("settings");
  const sharing = useTranslations("sharing");
  return useMemo(
    () => ({
      section: (name) => t(`sections.${name}`),
      row: (name) => `${t(`rows.${name}.label`)} ${t(`rows.${name}.hint`)}`,
      extra: (name) => {
        const extras: Partial<Record<SectionName, string>> = {
          autoAccept: t("auto.hint"),
          sending: t("sending.limits"),
          network: [
            ...[t("network.account"), t("network.core"), t("network.state")],
            ...[t("network.signOut"), t("network.elsewhere"), t("network.join")],
            ...[sharing("title"), sharing("text")],
          ].join(" "),
          keyboard: t("keyboard.show"),
          data: `${t("data.history")} ${t("data.historyHint")}`,
          about: `${t("about.version")} ${t("about.runtime")} ${t("about.profile")}`,
        };
        return extras[name] ?? "";
      },
    }),
    [t, sharing],
  );
}

function useFoundAnnounced(text: string, count: number): void {
  const t = useTranslations("settings");
  const announce = useAnnounce();
  useEffect(() => {
    if (text === "") return;
    announce({ text: t("resultCount", { count }), politeness: "polite", settleKey: "settings" });
  }, [text, count, announce, t]);
}

/** Another page may have asked for a section, or for what can be shared in one. */
function useOpenedAt(show: (headingId: string) => void): void {
  const { params } = usePlace();
  const section = SECTIONS.find((name) => name === params["section"]);
  const sectionId = section === undefined ? undefined : headingOf(section);
  const wanted = params["part"] === "sharing" ? SHARING_TITLE : sectionId;
  const latest = useRef(show);
  useEffect(() => {
    latest.current = show;
  });
  useEffect(() => {
    if (wanted !== undefined) latest.current(wanted);
  }, [wanted]);
}
