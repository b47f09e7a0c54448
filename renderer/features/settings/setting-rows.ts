import { defaultSettings, type Settings } from "../../../shared/model/settings.ts";
import type { Messages } from "../../i18n/messages.ts";

type SettingTexts = Messages["settings"];

export type SectionName = keyof SettingTexts["sections"];
export type RowName = keyof SettingTexts["rows"];
export type OptionLabel = Exclude<keyof SettingTexts["options"], "other">;

export const SECTIONS: readonly SectionName[] = [
  ...(["general", "receiving", "autoAccept", "sending", "network"] as const),
  ...(["accessibility", "keyboard", "data", "about"] as const),
];

export interface RowOption {
  readonly value: string;
  /** Undefined for a value that was set elsewhere: it is shown as it is. */
  readonly label: OptionLabel | undefined;
}

export type RowControl =
  | {
      readonly kind: "switch";
      readonly isOn: (settings: Settings) => boolean;
      readonly change: (isOn: boolean) => Partial<Settings>;
    }
  | {
      readonly kind: "choice";
      readonly options: (settings: Settings) => readonly RowOption[];
      readonly valueOf: (settings: Settings) => string;
      readonly change: (value: string) => Partial<Settings>;
    }
  /** A control of its own. */
  | { readonly kind: "displayName" | "deviceName" | "colour" | "folder" };

export interface SettingRow {
  readonly name: RowName;
  readonly section: SectionName;
  readonly control: RowControl;
  /** What "Reset" would change; undefined where there is nothing to reset. */
  readonly reset: (settings: Settings) => Partial<Settings> | undefined;
}

type SettingKey = RowName & keyof Settings;
type SwitchKey = {
  [Key in SettingKey]: Settings[Key] extends boolean | null ? Key : never;
}[SettingKey];
type ChoiceKey = {
  [Key in SettingKey]: Settings[Key] extends string | number ? Key : never;
}[SettingKey];

const DEFAULTS = defaultSettings("");

function toggle(name: SwitchKey, section: SectionName): SettingRow {
  return {
    name,
    section,
    control: {
      kind: "switch",
      isOn: (settings) => settings[name] === true,
      change: (isOn) => ({ [name]: isOn }),
    },
    reset: resetOf(name),
  };
}

function choice<Key extends ChoiceKey>(
  name: Key,
  section: SectionName,
  options: readonly (readonly [Settings[Key], OptionLabel])[],
): SettingRow {
  const known = options.map(([value, label]) => ({ value: String(value), label }));
  return {
    name,
    section,
    control: {
      kind: "choice",
      valueOf: (settings) => String(settings[name]),
      options: (settings) => {
        const value = String(settings[name]);
        const isKnown = known.some((option) => option.value === value);
        return isKnown ? known : [...known, { value, label: undefined }];
      },
      change: (text) => {
        const found = options.find(([value]) => String(value) === text);
        return found === undefined ? {} : { [name]: found[0] };
      },
    },
    reset: resetOf(name),
  };
}

/** A switch that was never touched is not at a value that could be taken back. */
function resetOf(name: SettingKey): SettingRow["reset"] {
  return (settings) => {
    const isDefault = settings[name] === DEFAULTS[name] || DEFAULTS[name] === null;
    return isDefault ? undefined : { [name]: DEFAULTS[name] };
  };
}

const noReset: SettingRow["reset"] = () => undefined;

export const SETTING_ROWS: readonly SettingRow[] = [
  { name: "displayName", section: "general", control: { kind: "displayName" }, reset: noReset },
  { name: "deviceName", section: "general", control: { kind: "deviceName" }, reset: noReset },
  { name: "colour", section: "general", control: { kind: "colour" }, reset: resetOf("colour") },
  choice("language", "general", [
    ["system", "languageSystem"],
    ["en", "languageEnglish"],
    ["en-XA", "languageAccented"],
    ["ar-XB", "languageMirrored"],
  ]),
  choice("theme", "general", [
    ["system", "themeSystem"],
    ["light", "themeLight"],
    ["dark", "themeDark"],
  ]),
  choice("density", "general", [
    ["comfortable", "comfortable"],
    ["compact", "compact"],
  ]),
  toggle("isKeptInTray", "general"),
  toggle("startsWithSystem", "general"),
  { name: "receiveFolder", section: "receiving", control: { kind: "folder" }, reset: noReset },
  choice("conflict", "receiving", [
    ["ask", "ask"],
    ["keepBoth", "keepBoth"],
    ["replace", "replace"],
    ["skip", "skip"],
  ]),
  choice("strangers", "receiving", [
    ["ask", "ask"],
    ["decline", "decline"],
  ]),
  toggle("isForeignMarked", "receiving"),
  choice("ringTimeS", "receiving", [
    [60, "minute1"],
    [180, "minutes3"],
    [300, "minutes5"],
    [600, "minutes10"],
    [1800, "minutes30"],
  ]),
  toggle("areNotificationsOn", "receiving"),
  toggle("hasSound", "receiving"),
  toggle("isDoNotDisturb", "receiving"),
  toggle("arePreviewsOn", "sending"),
  toggle("isMotionReduced", "accessibility"),
  choice("announcements", "accessibility", [
    ["off", "off"],
    ["milestones", "milestones"],
    ["verbose", "verbose"],
  ]),
  toggle("hasSingleKeys", "keyboard"),
  choice("historyDays", "data", [
    [7, "week"],
    [30, "month"],
    [90, "quarter"],
    [365, "year"],
    [3650, "decade"],
  ]),
];

/** Name of a row in the configuration; the names of a person and a device belong to the account. */
export function configKey(name: RowName): string {
  return name === "displayName" || name === "deviceName" ? `account.${name}` : `settings.${name}`;
}
