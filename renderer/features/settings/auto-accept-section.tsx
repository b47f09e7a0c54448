import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import type { Person } from "../../../shared/model/app-state.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { navigate } from "../../app/navigation.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/select.tsx";
import { AUTO_LIMITS, savable } from "../people/person-form.ts";
import styles from "./settings-page.module.css";

/** The rules of all people in one place; a rule is made where the person is. */
export function AutoAcceptSection(): ReactNode {
  const t = useTranslations("settings.auto");
  const people = useApp((app) => app.people);
  const rules = people.filter(
    ({ autoAccept, isBlocked }) => autoAccept !== undefined && !isBlocked,
  );
  return (
    <div className={styles["panel"]}>
      <p className={styles["hint"]}>{rules.length === 0 ? t("empty") : t("hint")}</p>
      {rules.length === 0 ? null : (
        <table className={styles["rules"]}>
          <thead>
            <tr>
              <th scope="col">{t("person")}</th>
              <th scope="col">{t("limit")}</th>
              <th scope="col">
                <span className={styles["heard"]}>{t("turnOff")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rules.map((person) => (
              <Rule
                key={person.aor}
                person={person}
                limit={person.autoAccept?.maxSizeOctets ?? 0}
              />
            ))}
          </tbody>
        </table>
      )}
      <Button
        size="s"
        onPress={() => {
          navigate("people");
        }}
      >
        {t("add")}
      </Button>
    </div>
  );
}

interface RuleProps {
  readonly person: Person;
  /** Octets. */
  readonly limit: number;
}

function Rule({ person, limit }: RuleProps): ReactNode {
  const t = useTranslations("settings.auto");
  const formats = useFormats();
  const ask = useAsk();
  const announce = useAnnounce();
  const { name, aor } = person;
  const limits = [...new Set([...AUTO_LIMITS, limit])].toSorted((a, b) => a - b);
  const turnOff = async (): Promise<void> => {
    const { isMe, isBlocked } = person;
    const saved = await ask("people.save", { person: { aor, name, isMe, isBlocked } });
    if (saved === undefined) return;
    announce({ text: t("turnedOff", { name }), politeness: "polite" });
  };
  return (
    <tr>
      <th scope="row">
        {name}
        <span className={styles["hint"]}>{formatAddress(aor)}</span>
      </th>
      <td>
        <Select
          label={t("limitFor", { name })}
          isLabelHidden
          options={limits.map((octets) => ({
            value: String(octets),
            label: formats.size(octets),
          }))}
          value={String(limit)}
          onChange={(value) => {
            void ask("people.save", {
              person: { ...savable(person), autoAccept: { maxSizeOctets: Number(value) } },
            });
          }}
        />
      </td>
      <td>
        <Button
          variant="quiet"
          size="s"
          aria-label={t("turnOffFor", { name })}
          onPress={() => void turnOff()}
        >
          {t("turnOff")}
        </Button>
      </td>
    </tr>
  );
}
