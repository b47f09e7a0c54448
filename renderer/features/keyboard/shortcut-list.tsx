import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { usePlatform } from "../../app/command-runner.tsx";
import { COMMANDS, type CommandScope, type CommandSpec } from "../../app/commands.ts";
import { useApp } from "../../ipc/stores.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { formatShortcut, isSingleKey } from "./shortcut.ts";
import styles from "./shortcut-list.module.css";

const SCOPES: readonly CommandScope[] = ["anywhere", "offer", "card"];

/** Every command that has keys, by where the keys act. */
export function ShortcutList(): ReactNode {
  const t = useTranslations("commands.groups");
  return (
    <div className={styles["groups"]}>
      {SCOPES.map((scope) => (
        <section key={scope} className={styles["group"]} aria-label={t(scope)}>
          <h3 className={styles["heading"]}>{t(scope)}</h3>
          <dl className={styles["list"]}>
            {COMMANDS.filter((command) => command.scope === scope && command.keys.length > 0).map(
              (command) => (
                <Line key={command.id} command={command} />
              ),
            )}
          </dl>
        </section>
      ))}
    </div>
  );
}

interface LineProps {
  readonly command: CommandSpec;
}

function Line({ command }: LineProps): ReactNode {
  const t = useTranslations();
  const words = useTranslations("keyboard");
  const platform = usePlatform();
  const hasSingleKeys = useApp((app) => app.settings.hasSingleKeys);
  const isOff = !hasSingleKeys && command.keys.every(isSingleKey);
  return (
    <div className={cx(styles["line"], isOff && styles["off"])}>
      <dt>
        {t(command.label)}
        {isOff ? <span className={styles["note"]}> {words("isOff")}</span> : null}
      </dt>
      <dd className={styles["keys"]}>
        {command.keys.map((keys) => (
          <Kbd key={keys} keys={formatShortcut(keys, platform)} />
        ))}
      </dd>
    </div>
  );
}
