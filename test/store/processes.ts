import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A running `child.ts`, killed with the test. */
export class Child {
  readonly lines: string[] = [];
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<unknown>;
  readonly #waiting: (() => void)[] = [];
  #errors = '';
  #ended = false;
  #heard = 0;

  constructor(role: string, before: readonly string[] = []) {
    const command = [
      ...before,
      process.execPath,
      '--import',
      'tsx',
      fileURLToPath(new URL('./child.ts', import.meta.url)),
      role,
    ];
    this.#process = spawn(command[0], command.slice(1));
    this.#process.stderr.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    this.#process.stdin.on('error', () => {});
    const output = createInterface(this.#process.stdout);
    output.on('line', (line) => this.#take(line));
    const closed = once(output, 'close').then(() => {
      this.#ended = true;
      this.#wake();
    });
    this.#exit = Promise.all([closed, once(this.#process, 'exit')]);
    onTestFinished(() => this.kill());
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  tell(...words: readonly string[]): void {
    this.#process.stdin.write(`${words.join('\t')}\n`);
  }

  /** The first line, not yet heard, that matches. */
  async hear(wanted: RegExp): Promise<string> {
    for (; this.#heard < this.lines.length; this.#heard++) {
      if (wanted.test(this.lines[this.#heard])) return this.lines[this.#heard++];
    }
    if (this.#ended) throw new Error(`the child ended without saying ${wanted}: ${this.#errors}`);
    await new Promise<void>((wake) => this.#waiting.push(wake));
    return this.hear(wanted);
  }

  /** SIGKILL; resolves when the process is gone and all it wrote has been read. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exit;
  }

  #take(line: string): void {
    this.lines.push(line);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
