import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { TlsIdentity } from "../base/ports.ts";
import { selfSignedIdentity } from "../base/self-signed.node.ts";
import { errorCode } from "../storage/file-error.ts";
import { writeOwnFile } from "./own-file.node.ts";
import { UserError } from "./user-error.ts";

const DAY_MS = 86_400_000;
const LIFE_MS = 3650 * DAY_MS;
/** Clocks of others may be behind. */
const BACK_MS = 30 * DAY_MS;

/** In the folder of a profile. */
export const IDENTITY_FILE = "identity.pem";

/**
 * The certificate that a profile or a network shows, made on first use and kept: others know it by its fingerprint. A new
 * one takes its place when it has expired, or cannot be read as one.
 * @param names what it is for, where it is made now (see `selfSignedIdentity`)
 */
export async function keptIdentity(
  file: string,
  names: readonly string[],
  nowMs: number,
): Promise<TlsIdentity> {
  try {
    const kept = identityIn(await readKept(file), nowMs);
    if (kept !== undefined) return kept;
    const made = selfSignedIdentity({
      names,
      notBeforeMs: nowMs - BACK_MS,
      notAfterMs: nowMs + LIFE_MS,
    });
    await writeOwnFile(file, `${made.privateKeyPem}${made.certificatePem}`);
    return made;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "storage",
      `The certificate ${file} cannot be kept: ${why}`,
      "Choose another folder, or make this one writable.",
    );
  }
}

async function readKept(file: string): Promise<string> {
  try {
    return await readFile(file, "latin1");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  }
}

/** undefined when there is none in the text that could be used now. */
function identityIn(text: string, nowMs: number): TlsIdentity | undefined {
  const start = text.indexOf("-----BEGIN CERTIFICATE-----");
  if (start < 0) return undefined;
  const [privateKeyPem, certificatePem] = [text.slice(0, start), text.slice(start)];
  try {
    const certificate = new X509Certificate(certificatePem);
    const isOurs = certificate.checkPrivateKey(createPrivateKey(privateKeyPem));
    const isValid = nowMs < Date.parse(certificate.validTo);
    if (!isOurs || !isValid) return undefined;
    return { certificatePem, privateKeyPem, fingerprint: certificate.fingerprint256 };
  } catch {
    return undefined;
  }
}
