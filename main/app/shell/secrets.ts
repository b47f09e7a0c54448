import { safeStorage } from "electron";

/** Keeps a password with the system's keyring, where there is one. */
export async function encryptSecret(
  secret: string,
): Promise<{ readonly bytes: Uint8Array; readonly isWeak: boolean }> {
  const isLinux = process.platform === "linux";
  // Without a keyring Linux has a fixed key only; the user is told that it is weak.
  if (isLinux && !(await safeStorage.isAsyncEncryptionAvailable()))
    safeStorage.setUsePlainTextEncryption(true);
  const bytes = await safeStorage.encryptStringAsync(secret);
  return {
    bytes: new Uint8Array(bytes),
    isWeak: isLinux && safeStorage.getSelectedStorageBackend() === "basic_text",
  };
}

/** @returns undefined where another user or another machine encrypted it */
export async function decryptSecret(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await safeStorage.decryptStringAsync(Buffer.from(bytes))).result;
  } catch {
    // Electron tells failures of every kind by a plain Error: for the caller they are one.
    return undefined;
  }
}
