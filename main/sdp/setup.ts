/** `actpass` and `active` in offers, `active` and `passive` in answers (RFC 6135 §4.2). */
export type Setup = "active" | "passive" | "actpass";

/**
 * Reads `a=setup`. `holdconn` is never sent and ignored when received (RFC 6135 §4.2.1), like anything unknown:
 * both count as absent.
 */
export function parseSetup(text: string | undefined): Setup | undefined {
  const value = text?.trim().toLowerCase();
  return value === "active" || value === "passive" || value === "actpass" ? value : undefined;
}

/**
 * Our part as answerer (RFC 6135 §4.2.2). Without `a=setup` the offerer connects (RFC 4975 §5.4). An offer of
 * `passive` is forbidden, yet some peers send it: they mean that we connect.
 * @param preferred used where the offer leaves the choice; `passive` is recommended when we can be reached
 */
export function answerSetup(
  offered: Setup | undefined,
  preferred: "active" | "passive",
): "active" | "passive" {
  if (offered === "actpass") return preferred;
  return offered === "passive" ? "active" : "passive";
}

/**
 * Our part as offerer once the answer is there. A missing `a=setup` means RFC 4975: the offerer connects. An answer of
 * `actpass`, or of the part that we had claimed, is broken; connecting is then the way that can still work.
 */
export function offererRole(
  offered: "actpass" | "active",
  answered: Setup | undefined,
): "active" | "passive" {
  return offered === "actpass" && answered === "active" ? "passive" : "active";
}
