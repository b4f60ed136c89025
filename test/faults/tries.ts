import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Fault {
  /** what fails: a change of a file, or a piece of memory for SQLite */
  readonly of: 'file' | 'memory';
  /** which one of them, from 1 */
  readonly at: number;
  /** error number of the system */
  readonly error: number;
  /** 1: all that come after it fail too, as on a full disk */
  readonly sticky: 0 | 1;
}

export interface Try {
  readonly folder: string;
  readonly fault: Fault | null;
}

export interface TryResult {
  /** 'ended': to its end; 'told': with a failure in words; 'defect': with any other error */
  readonly outcome: 'ended' | 'told' | 'defect';
  readonly reason: string | null;
  readonly message: string | null;
  /** changes of files under the folder */
  readonly changes: number;
  /** pieces of memory that SQLite was given */
  readonly pieces: number;
  /** how many of either failed */
  readonly failed: number;
  /** all that was found, where nothing was made to fail */
  readonly board: string | null;
}

/** See failing-writes.c. */
export const CONTROL_NUMBERS = 7;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Compiles the library that lets writes fail. @returns its path; null where there is no compiler */
export function compileFaults(folder: string): string | null {
  if (process.platform !== 'linux') return null;
  const library = join(folder, 'failing-writes.so');
  try {
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, here('./failing-writes.c'), '-ldl'], {
      stdio: 'pipe',
    });
    return library;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Studies that one process runs: the TypeScript of its threads leaves files open, up to what a process may have. */
const MOST_OF_A_PROCESS = 40;

/** Processes, one at a time, that try one study after the other. */
export class Tries {
  readonly #folder: string;
  readonly #library: string | null;
  #process: ChildProcessWithoutNullStreams | null = null;
  #answers: AsyncIterator<string> | null = null;
  #errors = '';
  #runs = 0;

  /** @param folder holds all that the tries make. @param library null: nothing can be made to fail */
  constructor(folder: string, library: string | null) {
    this.#folder = folder;
    this.#library = library;
  }

  async run(attempt: Try): Promise<TryResult> {
    if (this.#runs++ % MOST_OF_A_PROCESS === 0) this.#start();
    this.#process?.stdin.write(`${JSON.stringify(attempt)}\n`);
    const answer = await this.#answers?.next();
    if (answer === undefined || answer.done) throw new Error(`the process that tries ended: ${this.#errors}`);
    return JSON.parse(answer.value);
  }

  #start(): void {
    this.end();
    const control = join(this.#folder, `control-${randomUUID()}`);
    writeFileSync(control, new Uint8Array(8 * CONTROL_NUMBERS));
    const faults =
      this.#library === null
        ? {}
        : { LD_PRELOAD: this.#library, FAULT_FOLDER: join(this.#folder, 'tries'), FAULT_CONTROL: control };
    const child = spawn(process.execPath, ['--import', 'tsx', here('./fault-child.ts')], {
      env: { ...process.env, ...faults },
    });
    child.stderr.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    this.#process = child;
    this.#answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  end(): void {
    this.#process?.kill('SIGKILL');
  }
}

export const tryFolder = (folder: string, name: string): string => join(folder, 'tries', name);
