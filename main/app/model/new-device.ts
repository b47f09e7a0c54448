import { formatAddress } from "../../../shared/format/person.ts";
import { INSTANCE_COLOURS } from "../../../shared/model/settings.ts";

/** How one more instance of this program is started: another device of a user of the built-in network. */
export interface NewDevice {
  readonly profile: string;
  /** Two letters: the user's first one, and a number. */
  readonly code: string;
  readonly colour: string;
}

const LETTERS = "ABCD";

/**
 * @param ofUser devices that this user is known to have, for the number
 * @param name as the user wrote it
 */
export function newDevice(aor: string, name: string, ofUser: number): NewDevice {
  const [user = ""] = formatAddress(aor).split("@", 1);
  const letter = /^[a-z]/i.exec(user)?.[0].toUpperCase() ?? "X";
  const slug = `${user}-${name}`
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[\p{M}'’]/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const colours = INSTANCE_COLOURS.length;
  const at = Math.max(0, LETTERS.indexOf(letter)) * 2 + (ofUser % 2);
  return {
    profile: slug.slice(0, 60) || "device",
    code: `${letter}${String((ofUser % 9) + 1)}`,
    colour: INSTANCE_COLOURS[at % colours] ?? INSTANCE_COLOURS[0],
  };
}
