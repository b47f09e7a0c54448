import { describe, expect, it } from "vitest";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import { connectRecord } from "./connect-record.ts";

const FINGERPRINT = `AB${":CD".repeat(31)}`;
const ASKED: RequestArguments<"account.connect"> = {
  ...{ aor: "dave@home.example", password: "secret", server: "core.home.example" },
  ...{ transport: "tls", displayName: "Dave", deviceName: "laptop" },
};

function outcome(more: Partial<typeof ASKED>): unknown {
  const record = connectRecord({ ...ASKED, ...more });
  return record.ok ? record.value : record.error.code;
}

describe("ux 3.2 connecting to a SIP core", () => {
  it("MUST take the port that is usual for the transport", () => {
    expect(outcome({})).toMatchObject({ core: "core.home.example:5061", transport: "tls" });
    expect(outcome({ transport: "tcp" })).toMatchObject({ core: "core.home.example:5060" });
    expect(outcome({ server: "[::1]:6000" })).toMatchObject({ core: "[::1]:6000" });
  });

  it("MUST keep a fingerprint in the one form, and the password nowhere", () => {
    const fingerprint = FINGERPRINT.replaceAll(":", "").toLowerCase();
    expect(outcome({ fingerprint })).toEqual({
      ...{ aor: "sip:dave@home.example", displayName: "Dave", deviceName: "laptop" },
      ...{ transport: "tls", isBuiltIn: false, core: "core.home.example:5061" },
      fingerprint: FINGERPRINT,
    });
    expect(outcome({})).not.toHaveProperty("fingerprint");
  });

  it.each<readonly [string, Partial<typeof ASKED>]>([
    ["badAddress", { aor: "nobody" }],
    ["badServer", { server: "no server" }],
    ["certificateDiffers", { fingerprint: "AB:CD" }],
  ])("MUST say %s of what cannot be right", (code, more) => {
    expect(outcome(more)).toBe(code);
  });
});
