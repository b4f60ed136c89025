import { rmSync, statSync } from 'node:fs';

interface Identity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** Null where nothing is there, or it may not be looked up. */
function identityAt(path: string): Identity | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return { device: dev, inode: ino };
  } catch {
    return null;
  }
}

const isSame = (a: Identity | null, b: Identity | null): boolean =>
  a !== null && b !== null && a.device === b.device && a.inode === b.inode;

/**
 * Which file an open database is. A file that is deleted or moved stays open, and SQLite goes on writing to it: all that would be
 * lost with the process. Where another file took its place, its log still lies beside that one, and whoever opens that one next would
 * write the log's pages into it.
 */
export class FileIdentity {
  readonly #path: string;
  readonly #own: Identity | null;
  /** known once it was seen beside our own file */
  #log: Identity | null = null;

  constructor(path: string) {
    this.#path = path;
    this.#own = identityAt(path);
  }

  /** Null while the file is where it was; else what happened to it. */
  change(): 'missing' | 'replaced' | null {
    if (this.#own === null) return null;
    const there = identityAt(this.#path);
    if (!isSame(there, this.#own)) return there === null ? 'missing' : 'replaced';
    this.#log ??= identityAt(`${this.#path}-wal`);
    return null;
  }

  /** Takes our log away from beside a file that is not ours; the log of another process stays. */
  removeOwnLog(): void {
    const log = `${this.#path}-wal`;
    if (!isSame(identityAt(log), this.#log)) return;
    for (const path of [log, `${this.#path}-shm`]) rmSync(path, { force: true });
  }
}
