import { describe, expect, it } from "vitest";
import { externalLink } from "./external-link.ts";

describe("Electron security 15: what the system may open", () => {
  it("are https pages of the allow-list and plain mail addresses", () => {
    expect(externalLink("https://www.rfc-editor.org/rfc/rfc5547")).toBe(
      "https://www.rfc-editor.org/rfc/rfc5547",
    );
    expect(externalLink("mailto:bob@b.example")).toBe("mailto:bob@b.example");
  });

  it.each([
    "http://www.rfc-editor.org/",
    "https://evil.example/",
    "https://datatracker.ietf.org/",
    "https://www.electronjs.org/",
    "https://www.rfc-editor.org.evil.example/",
    "https://www.rfc-editor.org@evil.example/",
    "https://user:pw@www.rfc-editor.org/",
    "https://www.rfc-editor.org:8443/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "ms-msdt:/id",
    "smb://host/share",
    "cpm:bob@b.example",
    "mailto:bob@b.example?body=x",
    "mailto:a@b.example,c@d.example",
    "mailto:",
    "/etc/passwd",
    `https://www.rfc-editor.org/${"a".repeat(3000)}`,
  ])("is never %s", (url) => {
    expect(externalLink(url)).toBeUndefined();
  });
});
