import { CornerDownRight, History, type LucideIcon, Send, Settings } from "lucide-react";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import { useCommandRunner, usePlatform } from "../../app/command-runner.tsx";
import { COMMANDS, type CommandSpec } from "../../app/commands.ts";
import { navigate } from "../../app/navigation.ts";
import { PAGES } from "../../app/pages.tsx";
import { useApp } from "../../ipc/stores.tsx";
import { formatShortcut } from "../keyboard/shortcut.ts";
import { SECTIONS } from "../settings/setting-rows.ts";
import type { Findable } from "./rank.ts";

export interface PaletteEntry extends Findable {
  readonly group: "command" | "person" | "setting";
  readonly icon: LucideIcon;
  readonly keys: string | undefined;
  readonly run: () => void;
}

/** What can be done now: commands that somebody handles, people, sections of the settings. */
export function usePaletteEntries(): readonly PaletteEntry[] {
  const t = useTranslations();
  const runner = useCommandRunner();
  const platform = usePlatform();
  const people = useApp((app) => app.people);
  return useMemo(() => {
    const commands = COMMANDS.filter(
      ({ id, isLocal }) => isLocal !== true && id !== "palette" && runner.canRun(id),
    ).map((command): PaletteEntry => {
      const [keys] = command.keys;
      return {
        id: `command:${command.id}`,
        label: t(command.label),
        group: "command",
        icon: iconOf(command),
        keys: keys === undefined ? undefined : formatShortcut(keys, platform),
        run: () => {
          runner.run(command.id);
        },
      };
    });
    const persons = people
      .filter(({ isBlocked }) => !isBlocked)
      .flatMap(({ aor, name }): readonly PaletteEntry[] => [
        {
          id: `send:${aor}`,
          label: t("palette.sendTo", { name }),
          keywords: formatAddress(aor),
          group: "person",
          icon: Send,
          keys: undefined,
          run: () => {
            navigate("send", { to: aor });
          },
        },
        {
          id: `history:${aor}`,
          label: t("palette.showHistory", { name }),
          keywords: formatAddress(aor),
          group: "person",
          icon: History,
          keys: undefined,
          run: () => {
            navigate("history", { peer: aor });
          },
        },
      ]);
    const settings = SECTIONS.map(
      (section): PaletteEntry => ({
        id: `setting:${section}`,
        label: t("palette.setting", { name: t(`settings.sections.${section}`) }),
        group: "setting",
        icon: Settings,
        keys: undefined,
        run: () => {
          navigate("settings", { section });
        },
      }),
    );
    return [...commands, ...persons, ...settings];
  }, [t, runner, platform, people]);
}

function iconOf({ id }: CommandSpec): LucideIcon {
  return PAGES.find(({ command }) => command === id)?.icon ?? CornerDownRight;
}
