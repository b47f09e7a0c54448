import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import { defaultSettings, type Settings } from "../../../shared/model/settings.ts";
import type { AppStore } from "../../base/app-store.ts";
import { err, type Result } from "../../base/result.ts";
import { readSettings } from "../model/settings-read.ts";
import { DONE } from "./answers.ts";
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
): Result<null, RequestFailure> {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  const settings: Settings = { ...state.current.settings, ...Object.fromEntries(named) };
  const saved = store.putSetting(SETTING, JSON.stringify(settings));
  if (!saved.ok)
    return err({
      code: "storage",
      message: "The setting could not be stored.",
      action: "Look at the free space of the disk.",
    });
  state.change({ settings });
  return DONE;
}
