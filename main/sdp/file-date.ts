import { parseDecimalIn } from "../base/decimal.ts";

/** RFC 5547 §6 `file-date`, as wall-clock milliseconds since 1970. */
export interface FileDates {
  readonly creationMs?: number;
  readonly modificationMs?: number;
  readonly readMs?: number;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY_MS = 86_400_000;

/** Reads `creation:"…" modification:"…" read:"…"`; what is malformed counts as absent, the first of each kind counts. */
export function parseFileDates(text: string): FileDates {
  const dates: { creationMs?: number; modificationMs?: number; readMs?: number } = {};
  let rest = text;
  while (rest !== "") {
    const open = rest.indexOf(':"');
    const close = open < 0 ? -1 : rest.indexOf('"', open + 2);
    if (close < 0) break;
    const kind = rest.slice(0, open).trim().toLowerCase();
    const ms = parseDateTime(rest.slice(open + 2, close));
    rest = rest.slice(close + 1);
    if (ms === undefined) continue;
    if (kind === "creation") dates.creationMs ??= ms;
    else if (kind === "modification") dates.modificationMs ??= ms;
    else if (kind === "read") dates.readMs ??= ms;
  }
  return dates;
}

/** Writes the dates that are given; "" when none is. */
export function formatFileDates(dates: FileDates): string {
  const parts: string[] = [];
  if (dates.creationMs !== undefined) parts.push(`creation:"${formatDateTime(dates.creationMs)}"`);
  if (dates.modificationMs !== undefined)
    parts.push(`modification:"${formatDateTime(dates.modificationMs)}"`);
  if (dates.readMs !== undefined) parts.push(`read:"${formatDateTime(dates.readMs)}"`);
  return parts.join(" ");
}

/**
 * Reads an RFC 5322 §3.3 date-time such as `Mon, 15 May 2006 15:01:31 +0300`; the day of the week is optional and not
 * checked, seconds may be missing.
 * @returns milliseconds since 1970
 */
export function parseDateTime(text: string): number | undefined {
  const comma = text.indexOf(",");
  const [dayText, monthText, yearText, timeText, zoneText, ...rest] = text
    .slice(comma + 1)
    .split(" ")
    .filter((part) => part !== "");
  if (dayText === undefined || monthText === undefined || yearText === undefined) return undefined;
  if (timeText === undefined || zoneText === undefined || rest.length > 0) return undefined;

  const month = MONTHS.findIndex((name) => name.toLowerCase() === monthText.toLowerCase());
  const year = parseDecimalIn(yearText, 1601, 9999);
  if (month < 0 || year === undefined) return undefined;
  const day = parseDecimalIn(dayText, 1, daysInMonth(year, month));
  const time = parseTime(timeText);
  const zoneMs = parseZone(zoneText);
  if (day === undefined || time === undefined || zoneMs === undefined) return undefined;
  return (daysBefore(year, month) + day - 1) * DAY_MS + time - zoneMs;
}

function parseTime(text: string): number | undefined {
  const [hourText, minuteText, secondText, ...rest] = text.split(":");
  if (hourText === undefined || minuteText === undefined || rest.length > 0) return undefined;
  const hour = parseDecimalIn(hourText, 0, 23);
  const minute = parseDecimalIn(minuteText, 0, 59);
  const second = secondText === undefined ? 0 : parseDecimalIn(secondText, 0, 60);
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000;
}

/** RFC 5322 §4.3: `GMT`, `UT` and `Z` are obsolete forms of `+0000`, still to be understood. */
function parseZone(text: string): number | undefined {
  if (text === "GMT" || text === "UT" || text === "UTC" || text === "Z") return 0;
  const sign = text.charAt(0) === "-" ? -1 : 1;
  if (text.length !== 5 || (text.charAt(0) !== "+" && text.charAt(0) !== "-")) return undefined;
  const hours = parseDecimalIn(text.slice(1, 3), 0, 99);
  const minutes = parseDecimalIn(text.slice(3), 0, 59);
  if (hours === undefined || minutes === undefined) return undefined;
  return sign * (hours * 60 + minutes) * 60_000;
}

/** Writes a date-time in UTC, `+0000`, as RFC 5322 §3.3 orders (the zone must be numeric). Milliseconds are cut off. */
export function formatDateTime(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const second = Math.floor((ms - days * DAY_MS) / 1000);
  const { year, month, day } = civilDate(days);
  const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  const weekday = DAYS[(((days + 4) % 7) + 7) % 7] ?? "";
  return `${weekday}, ${String(day).padStart(2, "0")} ${MONTHS[month] ?? ""} ${String(year)} ${time} +0000`;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysInMonth(year: number, month: number): number {
  if (month === 1) return isLeap(year) ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

/** Days from 1 January 1970 to the first of that month (0-based) in the Gregorian calendar. */
function daysBefore(year: number, month: number): number {
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  let days = past * 365 + leapDays - 719_162;
  for (let m = 0; m < month; m += 1) days += daysInMonth(year, m);
  return days;
}

function civilDate(days: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  let year = 1970 + Math.floor(days / 365.2425);
  while (daysBefore(year, 0) > days) year -= 1;
  while (daysBefore(year + 1, 0) <= days) year += 1;
  let month = 11;
  while (daysBefore(year, month) > days) month -= 1;
  return { year, month, day: days - daysBefore(year, month) + 1 };
}
