/** Numbers as the windows show them: decimal units, three significant digits. One object per locale. */
export interface Formats {
  /** `14.6 MB`; whole bytes below 1 kB. */
  readonly size: (octets: number) => string;
  /** `14.6 megabytes`, for names that are read aloud. */
  readonly sizeAloud: (octets: number) => string;
  /** `8.9 / 14.6 MB` in two parts of one unit: `8.9` and `14.6 MB`. */
  readonly sizePair: (part: number, whole: number) => readonly [string, string];
  /** `14,600,000 bytes`. */
  readonly exactSize: (octets: number) => string;
  /** `1.4 MB/s`. */
  readonly rate: (octetsPerS: number) => string;
  /** 0 to 1; never `100 %` before the end. */
  readonly percent: (fraction: number) => string;
  readonly count: (value: number) => string;
  readonly time: (ms: number) => string;
  readonly dateTime: (ms: number) => string;
  readonly day: (ms: number) => string;
  /** As short as it is unmistakable: the time of today, `yesterday`, `Nov 9`, `Nov 9, 2025`. */
  readonly shortDate: (ms: number, nowMs: number) => string;
  readonly list: (items: readonly string[]) => string;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

export type SizeUnit = (typeof UNITS)[number];

/** The unit in which people read a size: what rounds up to 1000 is 1 of the next one. */
export function unitOf(octets: number): { readonly unit: SizeUnit; readonly divisor: number } {
  let divisor = 1;
  for (const unit of UNITS) {
    if (octets / divisor < 999.5 || unit === "petabyte") return { unit, divisor };
    divisor *= 1000;
  }
  return { unit: "byte", divisor: 1 };
}

const cache = new Map<string, Formats>();

/** @param locale BCP 47; the pseudo-locales count and date as English does */
export function formatsFor(locale: string): Formats {
  const known = cache.get(locale);
  if (known !== undefined) return known;
  const made = makeFormats(/-X[AB]$/.test(locale) ? "en" : locale);
  cache.set(locale, made);
  return made;
}

function makeFormats(locale: string): Formats {
  const units = new Map<string, Intl.NumberFormat>();
  const inUnit = (unit: string, unitDisplay: "short" | "long"): Intl.NumberFormat => {
    const key = `${unit} ${unitDisplay}`;
    const known = units.get(key);
    if (known !== undefined) return known;
    // "byte" is only a word in its long form.
    const display = unit === "byte" ? "long" : unitDisplay;
    const made = new Intl.NumberFormat(locale, {
      style: "unit",
      unit,
      unitDisplay: display,
      maximumSignificantDigits: 3,
    });
    units.set(key, made);
    return made;
  };
  const plain = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const exact = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: "byte",
    unitDisplay: "long",
    maximumFractionDigits: 0,
  });
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const dayOfYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  // The texts are in British English, which lists "a, b and c".
  const list = new Intl.ListFormat(locale === "en" ? "en-GB" : locale);

  const size = (octets: number, display: "short" | "long"): string => {
    const { unit, divisor } = unitOf(octets);
    return inUnit(unit, display).format(octets / divisor);
  };
  return {
    size: (octets) => size(octets, "short"),
    sizeAloud: (octets) => size(octets, "long"),
    sizePair: (part, total) => {
      const { unit, divisor } = unitOf(total);
      return [plain.format(part / divisor), inUnit(unit, "short").format(total / divisor)];
    },
    exactSize: (octets) => exact.format(octets),
    rate: (octetsPerS) => {
      const { unit, divisor } = unitOf(Math.max(1000, octetsPerS));
      return inUnit(`${unit}-per-second`, "short").format(octetsPerS / divisor);
    },
    percent: (fraction) => percent.format(fraction >= 1 ? 1 : Math.min(0.99, fraction)),
    count: (value) => whole.format(value),
    time: (ms) => time.format(ms),
    dateTime: (ms) => dateTime.format(ms),
    day: (ms) => day.format(ms),
    shortDate: (ms, nowMs) => {
      if (ms >= midnight(nowMs, 0)) return time.format(ms);
      if (ms >= midnight(nowMs, 1)) return relative.format(-1, "day");
      const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
      return (isThisYear ? dayOfYear : date).format(ms);
    },
    list: (items) => list.format(items),
  };
}

/** Midnight, in the time of this place, that many days before `ms`. */
export function midnight(ms: number, days: number): number {
  const day = new Date(ms);
  // A day of the calendar has 23 to 25 hours.
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - days).getTime();
}

export type TimeWord =
  | { readonly key: "lessThanMinute" }
  | { readonly key: "seconds"; readonly seconds: number }
  | { readonly key: "minutes"; readonly minutes: number }
  | { readonly key: "hours"; readonly hours: number; readonly minutes: number };

/** Words for time left: rounded up where rounding down would promise too much. */
export function timeWord(leftS: number): TimeWord {
  if (leftS < 60) return { key: "lessThanMinute" };
  const minutes = Math.round(leftS / 60);
  if (minutes < 60) return { key: "minutes", minutes };
  // From an hour on in steps of ten minutes: finer ones are not true.
  const tens = Math.round(leftS / 600) * 10;
  return { key: "hours", hours: Math.floor(tens / 60), minutes: tens % 60 };
}

/** How long an offer still rings; exact seconds only in the last ten. */
export function expiryWord(leftMs: number): TimeWord {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  if (seconds <= 10) return { key: "seconds", seconds };
  if (seconds < 60) return { key: "lessThanMinute" };
  return { key: "minutes", minutes: Math.ceil(seconds / 60) };
}
