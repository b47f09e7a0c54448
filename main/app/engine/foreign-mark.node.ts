import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { formatAddress } from "../../../shared/format/person.ts";
import { errorCode } from "../../storage/file-error.ts";

/** Not of this package; where it is missing, files stay unmarked. */
const SETFATTR = "setfattr";

/**
 * Marks a received file as coming from another computer, as the system knows it: on Windows the zone of the internet, on
 * Linux the origin as an extended attribute, by `setfattr` where it is installed (Node has no call for it). On macOS the
 * system marks by itself what an application with LSFileQuarantineEnabled creates. Best effort: some file systems keep
 * no marks, and that is no error.
 */
export async function markAsForeign(
  path: string,
  peer: string,
  platform: "linux" | "darwin" | "win32",
): Promise<void> {
  if (platform === "win32") await markZone(path);
  else if (platform === "linux") await markOrigin(path, `cpm:${formatAddress(peer)}`);
}

async function markZone(path: string): Promise<void> {
  try {
    await writeFile(`${path}:Zone.Identifier`, "[ZoneTransfer]\r\nZoneId=3\r\n");
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

function markOrigin(path: string, origin: string): Promise<void> {
  return new Promise((resolve) => {
    const args = ["--name=user.xdg.origin.url", `--value=${origin}`, "--", path];
    execFile(SETFATTR, args, { timeout: 2000 }, () => {
      resolve();
    });
  });
}
