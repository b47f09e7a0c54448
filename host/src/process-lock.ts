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

function isOwnerAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return startedAt === "" || startOf(pid) === startedAt;
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

  #discardStale(): boolean {
    try {
      const owner = JSON.parse(readFileSync(this.#path, "utf8")) as Owner;
      if (isOwnerAlive(owner)) {
        return false;
      }
      const aside = `${this.#path}.stale.${process.pid}`;
      renameSync(this.#path, aside);
      rmSync(aside, { force: true });
    } catch {
      // Gone in the meantime, or unreadable: the next link decides.
    }
    return true;
  }
}
