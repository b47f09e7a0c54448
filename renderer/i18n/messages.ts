import type { AppLocale } from "../../shared/i18n/locales.ts";
import { catalogueFor } from "../../shared/i18n/pseudo.ts";
import { app } from "./en/app.ts";
import { commands } from "./en/commands.ts";
import { devices } from "./en/devices.ts";
import { firstRun } from "./en/first-run.ts";
import { history } from "./en/history.ts";
import { join } from "./en/join.ts";
import { keyboard } from "./en/keyboard.ts";
import { offers } from "./en/offers.ts";
import { palette } from "./en/palette.ts";
import { people } from "./en/people.ts";
import { send } from "./en/send.ts";
import { settings } from "./en/settings.ts";
import { sharing } from "./en/sharing.ts";
import { states } from "./en/states.ts";
import { transfers } from "./en/transfers.ts";

/** Every visible text in English, by feature. */
export const english = {
  app,
  commands,
  devices,
  firstRun,
  history,
  join,
  keyboard,
  offers,
  palette,
  people,
  send,
  settings,
  sharing,
  states,
  transfers,
} as const;

export type Messages = typeof english;

declare module "use-intl" {
  interface AppConfig {
    readonly Messages: Messages;
  }
}

export function messagesFor(locale: AppLocale): Messages {
  return catalogueFor<Messages>(english, locale);
}
