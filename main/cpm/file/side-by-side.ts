/** So many files are sent at the same time, whatever their size. */
const FEW = 3;
/** So many where they are small: most of a small file's time is waiting for the disk and for the peer. */
const MANY = 16;
/** What more than a few may have together. */
const MANY_OCTETS = 4 * 1024 * 1024;

/**
 * Sends files in their order, several at a time; resolves when the last one has ended. `send` never rejects.
 */
export function sendSideBySide<T>(
  files: readonly T[],
  octetsOf: (file: T) => number,
  send: (file: T) => Promise<void>,
): Promise<void> {
  return new Promise((resolve) => {
    let next = 0;
    let running = 0;
    let octets = 0;
    const begin = (): void => {
      for (const file of files.slice(next, next + MANY - running)) {
        const size = octetsOf(file);
        if (running >= FEW && octets + size > MANY_OCTETS) return;
        next += 1;
        running += 1;
        octets += size;
        void send(file).then(() => {
          running -= 1;
          octets -= size;
          begin();
        });
      }
      if (running === 0) resolve();
    };
    begin();
  });
}
