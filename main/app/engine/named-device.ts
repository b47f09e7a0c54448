import { formatPerson } from "../../../shared/format/person.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";

/** The usual names of the user and the device where nothing was written. */
export function named<T extends { readonly displayName: string; readonly deviceName: string }>(
  args: T,
  aor: string,
  words: CurrentWords,
): T {
  const displayName = args.displayName.trim() === "" ? formatPerson(aor) : args.displayName.trim();
  const deviceName =
    args.deviceName.trim() === ""
      ? words().say(said("account.computerOf", { name: displayName }))
      : args.deviceName.trim();
  return { ...args, displayName, deviceName };
}
