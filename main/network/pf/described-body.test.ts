import { describe, expect, it } from "vitest";
import { requestOf } from "../../../tests/support/sip-pair.ts";
import { describedBody } from "./described-body.ts";

function inviteWith(type: string, parts: readonly (readonly [type: string, text: string])[]) {
  const body = parts.map(
    ([partType, text]) => `--b\r\nContent-Type: ${partType}\r\n\r\n${text}\r\n`,
  );
  const request = requestOf("INVITE", { body: Buffer.from(`${body.join("")}--b--\r\n`) });
  const headers = request.headers.set("Content-Type", `multipart/${type};boundary=b`);
  return { ...request, headers };
}

describe("RFC 5621 §3.1 a body with a session description, through a Participating Function", () => {
  it.each(["mixed", "alternative", "related"])(
    "MUST have no second description in a multipart/%s, which some other program might choose",
    (type) => {
      const invite = inviteWith(type, [
        ["application/sdp", "v=0 first"],
        ["message/cpim", "note"],
        ["Application/SDP; charset=x", "v=0 second"],
      ]);
      const described = describedBody(invite, "boundary");
      if (!described.ok) throw new Error(described.error.what);
      expect(described.value.sdp.toString()).toBe("v=0 first");
      const text = described.value.withSdp(Buffer.from("v=0 ours")).content.toString();
      expect(text).toContain("v=0 ours");
      expect(text).toContain("note");
      expect(text.match(/v=0/g)).toHaveLength(1);
    },
  );

  it("MUST have the description as the root of a multipart/related, wherever it stood (RFC 2387 §3.2)", () => {
    const invite = inviteWith('related;start="<s>"', [
      ["image/png", "icon"],
      ["application/sdp", "v=0"],
    ]);
    const described = describedBody(invite, "boundary");
    if (!described.ok) throw new Error(described.error.what);
    const text = described.value.withSdp(Buffer.from("v=0 ours")).content.toString();
    expect(text.indexOf("v=0 ours")).toBeLessThan(text.indexOf("icon"));
  });
});
