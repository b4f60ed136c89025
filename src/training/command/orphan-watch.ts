import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Waits for a word or for the end of its stdin, which comes with our death. Without the word: gives the trainer's process group `$2`
 * seconds to end by itself, ends it, and removes the folder `$3`.
 */
const SCRIPT = `
read -r word
[ "$word" = done ] && exit 0
waited=0
while [ "$waited" -lt "$2" ] && kill -s 0 -- "-$1" 2>/dev/null; do
  sleep 1
  waited=$((waited + 1))
done
kill -s TERM -- "-$1" 2>/dev/null && sleep 2
kill -s KILL -- "-$1" 2>/dev/null
rm -rf -- "$3"
`;

/** A shell that outlives us, should we be killed, and then leaves neither the trainer nor its files behind. */
export class OrphanWatch {
  readonly #shell: ChildProcess | null;

  /**
   * @param group the trainer's process group
   * @param graceSeconds how long the trainer may take to end by itself
   * @param folder removed at the end
   */
  constructor(group: number, graceSeconds: number, folder: string) {
    this.#shell = null;
    if (process.platform === 'win32') return;
    const words = ['-c', SCRIPT, 'watchdog', String(group), String(graceSeconds), folder];
    const shell = spawn('/bin/sh', words, { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
    shell.on('error', () => {});
    shell.stdin.on('error', () => {});
    shell.unref();
    (shell.stdin as unknown as { unref(): void }).unref();
    this.#shell = shell;
  }

  /** The trainer has ended: there is nothing to watch. */
  release(): void {
    this.#shell?.stdin?.end('done\n');
  }
}
