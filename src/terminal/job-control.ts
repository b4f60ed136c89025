import { spawnSync } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Where a process stands with its terminal. */
export interface JobPlace {
  readonly group: number;
  /** the process group that has the terminal; -1 without a terminal of its own */
  readonly foregroundGroup: number;
}

/** Reads /proc/PID/stat (proc(5)): the program's name, which may hold spaces and brackets, ends with the last bracket. */
export function parseProcessStat(stat: string): JobPlace | null {
  const [, , group, , , foregroundGroup] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return Number.isInteger(group) && Number.isInteger(foregroundGroup) ? { group, foregroundGroup } : null;
}

/** Where there is no /proc (macOS, BSD): the same from ps. */
function askPs(): JobPlace | null {
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], {
    ...{ encoding: 'utf8', timeout: 2000, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const [group, foregroundGroup] = (stdout ?? '').trim().split(/\s+/).map(Number);
  return Number.isInteger(group) && Number.isInteger(foregroundGroup) ? { group, foregroundGroup } : null;
}

function jobPlace(): JobPlace | null {
  try {
    return parseProcessStat(readFileSync('/proc/self/stat', 'utf8'));
  } catch {
    return askPs();
  }
}

/**
 * Whether this process may use its terminal: in the background reading it, or changing its modes, would stop the whole job. Also true
 * where there is no job control, or nobody can tell.
 */
export function isInForeground(): boolean {
  const place = jobPlace();
  return place === null || place.foregroundGroup <= 0 || place.foregroundGroup === place.group;
}

/**
 * Stops the job as Ctrl-Z does, and returns when it goes on. A handler of ours must not be set for the signal. Where no shell could
 * continue it the kernel ignores the signal, and this returns at once.
 */
export const stopJob = (): void => {
  process.kill(0, 'SIGTSTP');
};

let spared = false;

/**
 * Node sets a terminal's modes back when it ends, to what they were when it began. Done from the background that changes the terminal
 * under the shell or the editor that has it by then; Node leaves a descriptor alone that is not what it was.
 */
export function spareTerminalAtExit(): void {
  if (spared) return;
  spared = true;
  process.on('exit', () => {
    if (isInForeground()) return;
    for (const descriptor of [0, 1, 2]) if (isatty(descriptor)) closeSync(descriptor);
  });
}
