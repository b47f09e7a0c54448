import { LocalProtocolError } from "../base/protocol-error.ts";
import type { FileMedia } from "./file-media.ts";
import { sameFile } from "./file-selector.ts";
import { nextVersion, type SessionDescription } from "./session-description.ts";

/**
 * What a file in a later offer means (RFC 5547 §8.1, Figure 3; §8.3: the port is looked at first).
 * - `closed`: port 0; a running transfer of it ends
 * - `new`: not seen before: ask the user
 * - `continue`: nothing changed; neither ask nor restart
 * - `replace`: the line carried another transfer, which is aborted; then as `new`
 * - `conflict`: a known id for another file: answer with port 0 and abort the known transfer
 */
export type LaterFile = "closed" | "new" | "continue" | "replace" | "conflict";

/**
 * Compares a file of a later offer with those of the session so far.
 * @param known files of the last offer/answer exchange, closed ones included: an id is never used again
 */
export function judgeLaterFile(known: readonly FileMedia[], offered: FileMedia): LaterFile {
  if (offered.port === 0) return "closed";
  const sameLine = known.find((file) => file.index === offered.index);
  const sameId =
    offered.transferId === undefined
      ? sameLine?.transferId === undefined
        ? sameLine
        : undefined
      : known.find((file) => file.transferId === offered.transferId);
  if (sameId !== undefined) {
    // RFC 5547 §8.3.2: an id already used must not transfer again, so a closed one does not open once more.
    return sameId.port !== 0 && sameFile(sameId.selector, offered.selector)
      ? "continue"
      : "conflict";
  }
  return sameLine === undefined || sameLine.port === 0 ? "new" : "replace";
}

/** RFC 4975 §8.4, RFC 3264 §8: the same `o=` line says that nothing changed (a session refresh). */
export function isUnchangedOffer(previous: SessionDescription, later: SessionDescription): boolean {
  return (
    previous.origin.sessionId === later.origin.sessionId &&
    previous.origin.version === later.origin.version &&
    previous.origin.user === later.origin.user
  );
}

/** Ends one file (RFC 5547 §8.4, §8.7): its line keeps selector and id and gets port 0; `o=` counts up. */
export function closeMedia(sd: SessionDescription, index: number): SessionDescription {
  const media = sd.media[index];
  if (media === undefined) throw new LocalProtocolError(`no m= line ${String(index)} to close`);
  return {
    ...sd,
    origin: nextVersion(sd.origin),
    media: sd.media.with(index, { ...media, port: 0 }),
  };
}
