import { spawn } from 'node:child_process';

/** How a program ended. */
export interface ProgramEnd {
  /** null where it was ended by a signal, or could not be started */
  readonly code: number | null;
  /** what it wrote to stdout, its last `MOST_KEPT` characters */
  readonly stdout: string;
  /** what it wrote to stdout and stderr together, its last `MOST_KEPT` characters */
  readonly output: string;
  /** ENOENT, EACCES, … where it could not be started */
  readonly startError: string | null;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** hears every line of both streams as it comes */
  readonly onLine?: (line: string) => void;
}

const MOST_KEPT = 64 * 1024;

const tail = (kept: string, text: string) => (kept + text).slice(-MOST_KEPT);

/** Runs a program to its end, nothing on its stdin, nothing on the terminal. It is ended, its children with it, when the signal aborts. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramEnd> {
  const { cwd, env = process.env, signal, onLine } = options;
  return new Promise((done) => {
    let [stdout, output, line] = ['', '', ''];
    const ownGroup = process.platform !== 'win32';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: ownGroup });
    const end = () => {
      if (child.pid === undefined) return;
      try {
        if (ownGroup) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // it has ended by itself
      }
    };
    const finish = (code: number | null, startError: string | null) => {
      signal?.removeEventListener('abort', end);
      process.off('exit', end);
      if (line !== '') onLine?.(line);
      done({ code, stdout, output, startError });
    };
    const hear = (text: string) => {
      output = tail(output, text);
      const lines = (line + text).split(/\r?\n|\r/);
      line = (lines.pop() ?? '').slice(-MOST_KEPT);
      for (const each of lines) onLine?.(each);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = tail(stdout, text);
      hear(text);
    });
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', (error: NodeJS.ErrnoException) => finish(null, error.code ?? error.message));
    child.once('close', (code) => finish(code, null));
    signal?.addEventListener('abort', end, { once: true });
    process.once('exit', end);
    if (signal?.aborted) end();
  });
}
