import { describe, expect, it } from "vitest";
import { parseFingerprint } from "./fingerprint.ts";

const PAIRS = Array.from({ length: 32 }, (_, i) => (i + 160).toString(16));
const WRITTEN = PAIRS.join(":").toUpperCase();

describe("RFC 8122 §5 fingerprints as people copy them", () => {
  it.each([PAIRS.join(""), WRITTEN, PAIRS.join(":"), ` ${PAIRS.join(" ")}\n`])(
    "reads %j",
    (text) => {
      expect(parseFingerprint(text)).toBe(WRITTEN);
    },
  );

  it.each(["", WRITTEN.slice(1), `${WRITTEN}:00`, WRITTEN.replace("A", "G"), "SHA256:abc"])(
    "takes %j for none",
    (text) => {
      expect(parseFingerprint(text)).toBeUndefined();
    },
  );
});
