import { describe, expect, it } from "vitest";
import { failureOf, refusalOf } from "./refusal.ts";

const TO = "bob@b.example";

describe("RFC 3261 §21: what a refusal means for the sender", () => {
  it.each([
    [404, "failed", "unknown-user"],
    [604, "failed", "unknown-user"],
    [408, "noanswer", "no-answer"],
    [480, "noanswer", "no-answer"],
    [486, "noanswer", "busy"],
    [600, "noanswer", "busy"],
    [603, "declined", "declined"],
    [607, "declined", "declined"],
    [488, "failed", "incompatible"],
    [415, "failed", "incompatible"],
    [401, "failed", "authentication"],
    [407, "failed", "authentication"],
    [403, "failed", "not-allowed"],
    [503, "failed", "network"],
    [513, "failed", "network"],
    [302, "failed", "protocol"],
    [499, "failed", "protocol"],
  ])("MUST read %i as %s, %s", (status, state, code) => {
    expect(refusalOf(status, [], TO)).toMatchObject({ state, code });
  });

  it("MUST find OMA's number inside the text of a Warning", () => {
    expect(refusalOf(403, ["133 Size exceeded"], TO).code).toBe("too-large");
    expect(refusalOf(403, ["127 Service not authorised"], TO).code).toBe("not-allowed");
    expect(refusalOf(486, ["more offers waiting"], TO).message).toBe(
      `${TO} has not answered your earlier offers yet. No file was sent.`,
    );
    expect(refusalOf(603, ["more offers waiting"], TO).code).toBe("declined");
    expect(refusalOf(486, ["too many offers in a short time"], TO).code).toBe("too-often");
    expect(refusalOf(486, ["133 Size exceeded"], TO).code).toBe("busy");
  });

  it("MUST say what happened, what it means and what to do, without a code", () => {
    for (const status of [302, 400, 403, 404, 408, 413, 486, 488, 500, 603]) {
      const { message, action } = refusalOf(status, [], TO);
      expect(message.endsWith(".") && action.endsWith(".")).toBe(true);
    }
    expect(refusalOf(480, [], TO).message).toBe("bob@b.example did not answer. No file was sent.");
  });

  it("MUST tell a withdrawn offer from a network that is silent", () => {
    expect(failureOf({ kind: "cancelled", message: "" }).state).toBe("cancelled");
    expect(failureOf({ kind: "timeout", message: "" })).toMatchObject({
      state: "failed",
      code: "network",
    });
  });
});
