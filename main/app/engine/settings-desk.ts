import { defaultSettings, type Settings } from "../../../shared/model/settings.ts";
import type { AppStore } from "../../base/app-store.ts";
import type { Result } from "../../base/result.ts";
import { readSettings } from "../model/settings-read.ts";
import { said } from "../words/phrase.ts";
import { DONE, type Failure, failure } from "./answers.ts";
import type { StateDesk } from "./state-desk.ts";

const SETTING = "app.settings";

export function keptSettings(store: AppStore, receiveFolder: string): Settings {
  const kept = store.setting(SETTING);
  return readSettings(kept.ok ? kept.value : undefined, defaultSettings(receiveFolder));
}

/** Applies and keeps what changes; undefined members are as if they had not been named. */
export function changeSettings(
  store: AppStore,
  state: StateDesk,
  change: { readonly [Name in keyof Settings]?: Settings[Name] | undefined },
): Result<null, Failure> {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  const settings: Settings = { ...state.current.settings, ...Object.fromEntries(named) };
  const saved = store.putSetting(SETTING, JSON.stringify(settings));
  if (!saved.ok)
    return failure("storage", said("failures.settingNotStored"), said("actions.freeSpace"));
  state.change({ settings });
  return DONE;
}
