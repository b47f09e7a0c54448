export type JoinFailureText = "linkVoid" | "noAnswer" | "notProven";

/** What failing to sign in means to somebody who has only a link; the rest is said as main says it. */
const TEXTS: ReadonlyMap<string, JoinFailureText> = new Map([
  ...(["wrongPassword", "unknownUser"] as const).map((code) => [code, "linkVoid"] as const),
  ["noAnswer", "noAnswer"],
  // Whatever is wrong with the certificate: it is not the one that the link names.
  ...(["wrongCertificateName", "certificateExpired", "certificateUnknown"] as const).map(
    (code) => [code, "notProven"] as const,
  ),
  ...(["certificateDiffers", "noTls"] as const).map((code) => [code, "notProven"] as const),
]);

export function joinFailure(code: string): JoinFailureText | undefined {
  return TEXTS.get(code);
}
