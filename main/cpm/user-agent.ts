/** Product token by which our clients know each other (docs/decisions/0003: what "verified" rests on). */
export const PRODUCT = "CPM-Courier";

/** OMA's product token first, then ours with its version. */
export function userAgent(version: string): string {
  return `CPM-client/OMA1.0 ${PRODUCT}/${version}`;
}

/** True for a User-Agent or Server value that names one of our clients as a whole product token. */
export function isOurProduct(value: string | undefined): boolean {
  if (value === undefined) return false;
  return value.split(/[ \t]/).some((token) => token === PRODUCT || token.startsWith(`${PRODUCT}/`));
}
