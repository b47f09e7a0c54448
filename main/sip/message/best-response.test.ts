import { describe, expect, it } from "vitest";
import { bestResponse } from "./best-response.ts";
import { SipHeaders } from "./headers.ts";
import { NO_BODY, type SipResponse } from "./message.ts";

function response(status: number, value = ""): SipResponse {
  const fields = value === "" ? [] : [{ name: "Proxy-Authenticate", value }];
  return { kind: "response", status, reason: "", headers: SipHeaders.of(fields), body: NO_BODY };
}

describe("RFC 3261 §16.7 step 6 the best response", () => {
  it.each([
    [[503, 486, 302], 302],
    [[486, 603, 302], 603],
    [[503, 486], 486],
    [[486, 415], 415],
    [[408, 486], 486],
    [[480, 487, 404], 404],
    [[486, 404], 486],
    [[500, 503], 500],
    [[408], 408],
  ])("of %j is %i", (statuses, best) => {
    expect(bestResponse(statuses.map((status) => response(status)))?.status).toBe(best);
  });

  it("is none of none", () => {
    expect(bestResponse([])).toBeUndefined();
  });

  it("carries every challenge when it is one (step 7)", () => {
    const best = bestResponse([
      response(407, "Digest a"),
      response(486),
      response(407, "Digest b"),
    ]);
    expect(best?.headers.getAll("Proxy-Authenticate")).toEqual(["Digest a", "Digest b"]);
  });
});
