import { describe, expect, it } from "vitest";
import { filePaths } from "./uri-list.ts";

describe("RFC 2483 §5 text/uri-list", () => {
  it("names the files of this machine, in their order", () => {
    const list = "# comment\r\nfile:///tmp/a%20b\r\nhttps://x.example/\r\nfile:///c\r\n";
    expect(filePaths(list)).toEqual(["/tmp/a b", "/c"]);
  });

  it.each(["", "file://other/share/a", "file:///a%2Fb", "/etc/passwd", "copy"])(
    "names none in %j",
    (list) => {
      expect(filePaths(list)).toEqual([]);
    },
  );
});
