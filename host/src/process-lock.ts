import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

interface Owner {
  readonly pid: number;
  /** Tells a process from a later one with the same number. */
  readonly startedAt: string;
}

/** When a process started, in ticks since boot; "" where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold blanks; field 22 is the 20th after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** @param text of a lock; one that cannot be read belongs to nobody */
function isAlive(text: string): boolean {
  const owner = parseOwner(text);
  if (owner === undefined) {
    return false;
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return owner.startedAt === "" || startOf(owner.pid) === owner.startedAt;
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<Owner>;
    return pid === undefined || startedAt === undefined ? undefined : { pid, startedAt };
  } catch {
    return undefined;
  }
}

/** A file that one living process owns; a dead owner's is taken over. */
export class ProcessLock {
  readonly #path: string;
  #isMine = false;

  constructor(path: string) {
    this.#path = path;
  }

  get isMine(): boolean {
    return this.#isMine;
  }

  acquire(): boolean {
    if (this.#isMine) {
      return true;
    }
    const mine: Owner = { pid: process.pid, startedAt: startOf(process.pid) };
    const draft = `${this.#path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
    try {
      this.#isMine = this.#link(draft) || (this.#discardStale() && this.#link(draft));
    } finally {
      rmSync(draft, { force: true });
    }
    return this.#isMine;
  }

  /** Only the owner's release removes the file. */
  release(): void {
    if (this.#isMine) {
      this.#isMine = false;
      rmSync(this.#path, { force: true });
    }
  }

  /** A hard link appears whole or not at all, and never over another. */
  #link(draft: string): boolean {
    try {
      linkSync(draft, this.#path);
      return true;
    } catch {
      return false;
    }
  }

  /** False where the owner lives. */
  #discardStale(): boolean {
    try {
      const text = readFileSync(this.#path, "utf8");
      if (isAlive(text)) {
        return false;
      }
      const aside = `${this.#path}.stale.${process.pid}`;
      renameSync(this.#path, aside);
      if (readFileSync(aside, "utf8") !== text) {
        // Another process was quicker to take over: what was moved away is its lock.
        this.#link(aside);
      }
      rmSync(aside, { force: true });
    } catch {
      // Gone in the meantime: the next link decides.
    }
    return true;
  }
}
