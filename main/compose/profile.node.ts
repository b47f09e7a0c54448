import { mkdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { AppStore } from "../base/app-store.ts";
import type { Random } from "../base/ports.ts";
import { randomToken, randomUuid } from "../base/tokens.ts";
import { type SystemFiles, type SystemFilesOptions, systemFiles } from "../storage/files.node.ts";
import { openStore } from "../storage/store.node.ts";
import { lockProfile, type ProfileLock } from "./profile-lock.node.ts";
import { UserError } from "./user-error.ts";

/** One device's own data: history and what identifies the device to its network. */
export interface Profile {
  /** For events and people: the folder's name. */
  readonly name: string;
  readonly store: AppStore;
  /** `urn:uuid:…`, made once for the life of the profile (RFC 5626 §4.1). */
  readonly instanceId: string;
  readonly deviceSecret: string;
  /** Another program is this profile's device now. */
  readonly isInUse: boolean;
  close(): void;
}

export function profileName(folder: string): string {
  return basename(resolve(folder));
}

/** Opens the profile, making what is not there yet. */
export function openProfile(folder: string, random: Random): Profile {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw profileError(path, error instanceof Error ? error.message : String(error));
  }
  const lock = takeLock(path);
  const store = openStore(path);
  if (!store.ok) throw profileError(path, store.error.message);
  const kept = (name: string, make: () => string): string => {
    const value = store.value.setting(name);
    if (value.ok && value.value !== undefined) return value.value;
    const made = make();
    const saved = store.value.putSetting(name, made);
    if (!saved.ok) throw profileError(path, saved.error.message);
    return made;
  };
  return {
    name: profileName(folder),
    store: store.value,
    instanceId: kept("instanceId", () => `urn:uuid:${randomUuid(random)}`),
    deviceSecret: kept("deviceSecret", () => randomToken(random, 32)),
    isInUse: lock === undefined,
    close: () => {
      store.value.close();
      lock?.release();
    },
  };
}

/** With the journal of unfinished files, unless another program of this profile has it. */
export function profileFiles(
  profile: Pick<Profile, "isInUse" | "store">,
  profileFolder: string,
  options: Pick<SystemFilesOptions, "quota" | "trash"> = {},
): SystemFiles {
  const journal = profile.isInUse ? {} : { profileFolder: resolve(profileFolder) };
  return systemFiles({ ...journal, ...options, history: profile.store });
}

export function profileInUse(folder: string): UserError {
  return new UserError(
    "usage",
    `Another program is the device of the profile ${folder}.`,
    "Stop it, or choose another folder with --profile.",
  );
}

function takeLock(path: string): ProfileLock | undefined {
  try {
    return lockProfile(path);
  } catch (error) {
    throw profileError(path, error instanceof Error ? error.message : String(error));
  }
}

function profileError(path: string, why: string): UserError {
  return new UserError(
    "storage",
    `The profile ${path} cannot be used: ${why}`,
    "Choose another folder with --profile.",
  );
}
