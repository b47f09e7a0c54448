import { app } from "./en/app.ts";
import { commands } from "./en/commands.ts";
import { devices } from "./en/devices.ts";
import { firstRun } from "./en/first-run.ts";
import { history } from "./en/history.ts";
import { keyboard } from "./en/keyboard.ts";
import { offers } from "./en/offers.ts";
import { palette } from "./en/palette.ts";
import { people } from "./en/people.ts";
import { send } from "./en/send.ts";
import { settings } from "./en/settings.ts";
import { states } from "./en/states.ts";
import { transfers } from "./en/transfers.ts";
import { pseudoCatalogue } from "./pseudo.ts";

/** Every visible text in English, by feature. */
export const english = {
  app,
  commands,
  devices,
  firstRun,
  history,
  keyboard,
  offers,
  palette,
  people,
  send,
  settings,
  states,
  transfers,
} as const;

export type Messages = typeof english;

declare module "use-intl" {
  interface AppConfig {
    readonly Messages: Messages;
  }
}

/** `en-XA` and `ar-XB` are for tests: long and accented, the second also from right to left. */
export const LOCALES = ["en", "en-XA", "ar-XB"] as const;

export type AppLocale = (typeof LOCALES)[number];

/** @param wanted BCP 47 or `system`; what has no catalogue gets English */
export function localeFor(wanted: string): AppLocale {
  return LOCALES.find((locale) => locale === wanted) ?? "en";
}

export function messagesFor(locale: AppLocale): Messages {
  // The very keys of the English catalogue, with other texts.
  return locale === "en" ? english : (pseudoCatalogue(english) as unknown as Messages);
}

export function isRightToLeft(locale: AppLocale): boolean {
  return locale === "ar-XB";
}
