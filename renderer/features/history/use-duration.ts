import { useMemo } from "react";
import { useLocale } from "use-intl";

/** A duration in words of the locale, rounded to what matters: `12 sec`, `3 min 20 sec`, `2 hr 5 min`. */
export function useDuration(): (ms: number) => string {
  const locale = useLocale();
  return useMemo(() => {
    // The pseudo-locales count as English does.
    const known = /-X[AB]$/.test(locale) ? "en" : locale;
    const inUnit = (unit: string, value: number): string =>
      new Intl.NumberFormat(known, { style: "unit", unit, unitDisplay: "short" }).format(value);
    return (ms) => {
      const seconds = Math.max(1, Math.round(ms / 1000));
      if (seconds < 60) return inUnit("second", seconds);
      const minutes = Math.floor(seconds / 60);
      const parts =
        minutes < 60
          ? [inUnit("minute", minutes), rest("second", seconds % 60)]
          : [inUnit("hour", Math.floor(minutes / 60)), rest("minute", minutes % 60)];
      return parts.filter(Boolean).join(" ");
    };
    function rest(unit: string, value: number): string {
      return value === 0 ? "" : inUnit(unit, value);
    }
  }, [locale]);
}
