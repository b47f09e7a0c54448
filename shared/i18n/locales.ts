/** `en-XA` and `ar-XB` are for tests: long and accented, the second also from right to left. */
export const LOCALES = ["en", "en-XA", "ar-XB"] as const;

export type AppLocale = (typeof LOCALES)[number];

/** @param wanted BCP 47 or `system`; what has no catalogue gets English */
export function localeFor(wanted: string): AppLocale {
  return LOCALES.find((locale) => locale === wanted) ?? "en";
}

export function isRightToLeft(locale: AppLocale): boolean {
  return locale === "ar-XB";
}
