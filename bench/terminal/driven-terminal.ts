import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const helper = fileURLToPath(new URL('../../test/pty/pty.py', import.meta.url));

/** A program in a pseudo-terminal, its output with the times at which it came. Times are milliseconds of `performance.now()`. */
export class DrivenTerminal {
  /** when the program was started */
  startedAt = 0;
  output = '';
  /** when something was last written */
  lastAt = 0;
  pid = 0;
  readonly #python: ChildProcess;
  readonly #listeners = new Set<() => void>();

  constructor(command: readonly string[], env: Readonly<Record<string, string>>, columns: number, rows: number) {
    const { CI: _, ...own } = process.env;
    this.#python = spawn('python3', [helper, String(columns), String(rows), ...command], {
      env: { ...own, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const decoder = new TextDecoder();
    createInterface({ input: this.#python.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const { pid, output } = JSON.parse(line);
      if (pid !== undefined) {
        this.pid = pid;
        this.startedAt = performance.now();
      }
      if (output === undefined) return;
      this.lastAt = performance.now();
      this.output += decoder.decode(Buffer.from(output, 'base64'), { stream: true });
      for (const listener of this.#listeners) listener();
    });
  }

  type(text: string): void {
    this.#python.stdin?.write(`${JSON.stringify({ type: text })}\n`);
  }

  /** @returns when the output since `from` first matched; null after so many milliseconds without */
  async shows(pattern: RegExp, withinMs: number, from = 0): Promise<number | null> {
    const matches = () => pattern.test(this.output.slice(from));
    if (matches()) return this.lastAt;
    return new Promise((resolve) => {
      const end = (at: number | null) => {
        this.#listeners.delete(look);
        clearTimeout(timer);
        resolve(at);
      };
      const look = () => {
        if (matches()) end(performance.now());
      };
      const timer = setTimeout(() => end(null), withinMs);
      this.#listeners.add(look);
    });
  }

  /** Waits until nothing was written for so long. */
  async quiet(ms: number): Promise<void> {
    while (performance.now() - this.lastAt < ms) await delay(ms / 4);
  }

  /** @returns milliseconds from a key to the first output after it; null where none came within a second */
  async answerMs(key: string): Promise<number | null> {
    const from = this.output.length;
    const typedAt = performance.now();
    this.type(key);
    const at = await this.shows(/./s, 1000, from);
    return at === null ? null : at - typedAt;
  }

  /** The most memory that the program has had, in megabytes (Linux). */
  get peakMegabytes(): number {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? ['', 'NaN'];
    return Number(kilobytes) / 1024;
  }

  /** Time of the processor that the program has had so far, in milliseconds, to the nearest ten (Linux). */
  get processorMs(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  async close(): Promise<void> {
    this.#python.stdin?.end();
    await new Promise((resolve) => this.#python.once('close', resolve));
  }
}
