import { describe, expect, it } from "vitest";
import { autostartEntry } from "./autostart-file.ts";

function execOf(...command: string[]): string | undefined {
  return /^Exec=(.*)$/m.exec(autostartEntry("CPM", "x", command))?.[1];
}

describe("Desktop Entry Specification: the autostart entry", () => {
  it("quotes each argument of the command", () => {
    expect(execOf("/opt/CPM Courier/cpm-courier", "--hidden")).toBe(
      '"/opt/CPM Courier/cpm-courier" "--hidden"',
    );
  });

  it("escapes what a shell or the file format would take for its own", () => {
    expect(execOf('a"b', "c$d", "e`f", "g\\h")).toBe('"a\\\\"b" "c\\\\$d" "e\\\\`f" "g\\\\\\\\h"');
    expect(execOf("100%")).toBe('"100%%"');
  });

  it("keeps a name with line breaks on its line", () => {
    const entry = autostartEntry("a\nExec=evil", "b", ["/x\nHidden=true"]);
    expect(entry.match(/^Exec=/gm)).toHaveLength(1);
    expect(entry).not.toMatch(/^Hidden=/m);
  });
});
