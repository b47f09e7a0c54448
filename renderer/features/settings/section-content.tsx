import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { navigate } from "../../app/navigation.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { ShortcutList } from "../keyboard/shortcut-list.tsx";
import { SharingPanel } from "../sharing/sharing-panel.tsx";
import { AutoAcceptSection } from "./auto-accept-section.tsx";
import { FactList } from "./fact-list.tsx";
import { NetworkSection } from "./network-section.tsx";
import type { SectionName } from "./setting-rows.ts";
import styles from "./settings-page.module.css";

interface SectionContentProps {
  readonly name: SectionName;
}

/** What a section has beside its rows. */
export function SectionContent({ name }: SectionContentProps): ReactNode {
  switch (name) {
    case "autoAccept":
      return <AutoAcceptSection />;
    case "sending":
      return <SendingFacts />;
    case "network":
      return (
        <>
          <NetworkSection />
          <SharingPanel />
        </>
      );
    case "keyboard":
      return (
        <div className={styles["panel"]}>
          <ShortcutList />
        </div>
      );
    case "data":
      return <DataLinks />;
    case "about":
      return <About />;
    default:
      return null;
  }
}

function SendingFacts(): ReactNode {
  const t = useTranslations("settings.sending");
  const formats = useFormats();
  const { maxFiles, maxSizeOctets } = useApp((app) => app.limits);
  const size =
    maxSizeOctets === undefined ? t("noSize") : t("size", { size: formats.size(maxSizeOctets) });
  return (
    <div className={styles["panel"]}>
      <FactList facts={[[t("limits"), `${t("files", { count: maxFiles })} · ${size}`]]} />
    </div>
  );
}

function DataLinks(): ReactNode {
  const t = useTranslations("settings.data");
  return (
    <div className={styles["row"]}>
      <div className={styles["words"]}>
        <p className={styles["label"]}>{t("history")}</p>
        <p className={styles["hint"]}>{t("historyHint")}</p>
      </div>
      <Button
        size="s"
        onPress={() => {
          navigate("history");
        }}
      >
        {t("open")}
      </Button>
    </div>
  );
}

function About(): ReactNode {
  const t = useTranslations("settings.about");
  const ask = useAsk();
  const announce = useAnnounce();
  const { version, runtime, profile, code, platform } = useApp((app) => app.instance);
  const facts = [
    [t("version"), version],
    [t("runtime"), `${runtime} · ${platform}`],
    [t("profile"), profile],
    [t("code"), code],
  ] as const;
  const copy = async (): Promise<void> => {
    const text = facts.map(([label, value]) => `${label}: ${value}`).join("\n");
    if ((await ask("text.copy", { text })) === undefined) return;
    announce({ text: t("copied"), politeness: "polite" });
  };
  return (
    <div className={styles["panel"]}>
      <p className={styles["hint"]}>{t("text")}</p>
      <FactList facts={facts} />
      <div className={styles["buttons"]}>
        <Button size="s" onPress={() => void copy()}>
          {t("copy")}
        </Button>
      </div>
    </div>
  );
}
