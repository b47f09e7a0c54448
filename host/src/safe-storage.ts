import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strict } from "./strict.ts";

type SafeStorage = Pick<
  Electron.SafeStorage,
  | "isEncryptionAvailable"
  | "isAsyncEncryptionAvailable"
  | "encryptString"
  | "decryptString"
  | "encryptStringAsync"
  | "decryptStringAsync"
  | "getSelectedStorageBackend"
  | "setUsePlainTextEncryption"
>;

const MARK = Buffer.from("v10", "latin1");
const IV_OCTETS = 12;
const TAG_OCTETS = 16;

function keyOf(folder: string): Buffer {
  const path = join(folder, "host-safe-storage.key");
  try {
    return readFileSync(path);
  } catch {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, randomBytes(32), { mode: 0o600, flag: "wx" });
    return readFileSync(path);
  }
}

/** Secrets under a key in the user's own folder, which is what Electron does where no keyring is: `basic_text`. */
export function createSafeStorage(folder: () => string, isReady: () => boolean): SafeStorage {
  function encrypt(text: string): Buffer {
    if (!isReady()) {
      throw new Error(
        "Error while encrypting the text provided to safeStorage.encryptString. Encryption is not available.",
      );
    }
    const iv = randomBytes(IV_OCTETS);
    const cipher = createCipheriv("aes-256-gcm", keyOf(folder()), iv);
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([MARK, iv, cipher.getAuthTag(), body]);
  }

  function decrypt(encrypted: Buffer): string {
    const isOurs = Buffer.isBuffer(encrypted) && encrypted.subarray(0, MARK.length).equals(MARK);
    if (!isOurs) {
      throw new Error(
        "Error while decrypting the ciphertext provided to safeStorage.decryptString. Ciphertext does not appear to be encrypted.",
      );
    }
    const rest = encrypted.subarray(MARK.length);
    const tagAt = IV_OCTETS;
    const bodyAt = IV_OCTETS + TAG_OCTETS;
    const decipher = createDecipheriv("aes-256-gcm", keyOf(folder()), rest.subarray(0, tagAt));
    decipher.setAuthTag(rest.subarray(tagAt, bodyAt));
    try {
      return Buffer.concat([decipher.update(rest.subarray(bodyAt)), decipher.final()]).toString(
        "utf8",
      );
    } catch (cause) {
      throw new Error(
        "Error while decrypting the ciphertext provided to safeStorage.decryptString.",
        { cause },
      );
    }
  }

  return strict("safeStorage", {
    isEncryptionAvailable: isReady,
    isAsyncEncryptionAvailable: () => Promise.resolve(isReady()),
    encryptString: encrypt,
    decryptString: decrypt,
    encryptStringAsync: async (text: string) => {
      await Promise.resolve();
      return encrypt(text);
    },
    decryptStringAsync: async (encrypted: Buffer) => {
      await Promise.resolve();
      return { result: decrypt(encrypted), shouldReEncrypt: false };
    },
    getSelectedStorageBackend: () => "basic_text",
    setUsePlainTextEncryption: () => undefined,
  });
}
