import { isFileMedia } from "./file-media.ts";
import type { Attribute, MediaDescription } from "./session-description.ts";

/** RFC 5547 §8.3: port 0, with the selector and the id of the offer. */
export function refusedMedia(offered: MediaDescription): MediaDescription {
  return {
    kind: offered.kind,
    port: 0,
    protocol: offered.protocol,
    formats: offered.formats,
    otherLines: [],
    attributes: isFileMedia(offered) ? mirrored(offered.attributes) : [],
  };
}

/** Octet by octet as offered: nothing of the peer's text is decoded and written anew. */
export function mirrored(attributes: readonly Attribute[]): readonly Attribute[] {
  const found = ["file-selector", "file-transfer-id"].map((name) =>
    attributes.find((attribute) => attribute.name === name),
  );
  return found.filter((attribute) => attribute !== undefined);
}
