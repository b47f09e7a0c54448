import { readdirSync } from "node:fs";

/** @param home where the profiles with a name lie */
export function countProfiles(home: string): number {
  try {
    return readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isDirectory()).length;
  } catch {
    // No such folder: this profile lies elsewhere, and there is no other one.
    return 1;
  }
}
