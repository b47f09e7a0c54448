import type { ReactNode, Ref } from "react";
import { useTranslations } from "use-intl";
import { useApp } from "../../ipc/stores.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Select } from "../../ui/select.tsx";
import styles from "./history-page.module.css";
import type {
  HistoryDirection,
  HistoryFilter,
  HistoryPeriod,
  HistoryResult,
} from "./history-query.ts";

const DIRECTIONS: readonly HistoryDirection[] = ["any", "incoming", "outgoing"];
const PERIODS: readonly HistoryPeriod[] = ["any", "today", "week", "month"];
const RESULTS: readonly HistoryResult[] = [
  ...(["any", "done", "partly", "failed", "notTaken", "elsewhere"] as const),
];

interface HistoryFiltersProps {
  readonly filter: HistoryFilter;
  readonly inputRef: Ref<HTMLInputElement>;
  readonly onChange: (change: Partial<HistoryFilter>) => void;
}

export function HistoryFilters({ filter, inputRef, onChange }: HistoryFiltersProps): ReactNode {
  const t = useTranslations("history");
  const people = useApp((app) => app.people);
  const own = useApp((app) => app.devices);
  const others = own.filter(({ isThisDevice, name }) => !isThisDevice && name !== "");
  const devices = [
    { value: "", label: t("anyDevice") },
    ...[...new Set(others.map(({ name }) => name))].map((name) => ({ value: name, label: name })),
  ];
  const persons = [
    { value: "", label: t("everybody") },
    ...people.map(({ aor, name }) => ({ value: aor, label: name })),
    // A person who is not in the list, but by whom the page was opened.
    ...(filter.peer === "" || people.some(({ aor }) => aor === filter.peer)
      ? []
      : [{ value: filter.peer, label: filter.peer }]),
  ];
  return (
    <search className={styles["filters"]}>
      <SearchField
        label={t("search")}
        placeholder={t("searchPlaceholder")}
        value={filter.text}
        onChange={(text) => {
          onChange({ text });
        }}
        inputRef={inputRef}
        maxLength={200}
      />
      <div className={styles["selects"]}>
        <Select
          label={t("direction")}
          isLabelHidden
          options={DIRECTIONS.map((value) => ({ value, label: t(`directions.${value}`) }))}
          value={filter.direction}
          onChange={(direction) => {
            onChange({ direction });
          }}
        />
        <Select
          label={t("result")}
          isLabelHidden
          options={RESULTS.map((value) => ({ value, label: t(`results.${value}`) }))}
          value={filter.result}
          onChange={(result) => {
            onChange({ result });
          }}
        />
        <Select
          label={t("person")}
          isLabelHidden
          options={persons}
          value={filter.peer}
          onChange={(peer) => {
            onChange({ peer });
          }}
        />
        <Select
          label={t("period")}
          isLabelHidden
          options={PERIODS.map((value) => ({ value, label: t(`periods.${value}`) }))}
          value={filter.period}
          onChange={(period) => {
            onChange({ period });
          }}
        />
        {devices.length < 2 ? null : (
          <Select
            label={t("device")}
            isLabelHidden
            options={devices}
            value={filter.device}
            onChange={(device) => {
              onChange({ device });
            }}
          />
        )}
      </div>
    </search>
  );
}
