import type { LimitProfile } from "../../base/limit-profile.ts";

/** Dialogs of a device that others began; measurements have hundreds. */
export const MAX_DEVICE_DIALOGS: Readonly<Record<LimitProfile, number>> = { lab: 1000, open: 64 };
