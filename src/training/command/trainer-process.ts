import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { environmentOfOthers } from '../../base/environment-of-others.ts';
import { LineReader } from './line-reader.ts';
import { OrphanWatch } from './orphan-watch.ts';
import { TrainerStderr } from './trainer-stderr.ts';

/** What is started, and where. */
export interface ProcessSpec {
  readonly words: readonly string[];
  /** variables that stand before the command */
  readonly variables: Readonly<Record<string, string>>;
  readonly folder: string;
  /** of its own, removed should we be killed */
  readonly filesFolder: string;
  /** how long it may take to end by itself */
  readonly endMs: number;
  /** hears what it writes to stderr, in clean lines */
  readonly onStderr: (text: string) => void;
}

/** Hears a process. */
interface ProcessListener {
  line(line: string): void;
  /** the start of a line beyond 1 MiB; nothing is read after it */
  tooLong(start: string): void;
  /** once: the process is gone, and all that it wrote is read. @param lastWords of its stderr, to be put behind a sentence, or nothing */
  gone(lastWords: string): void;
}

/** What a program still wrote when it ended is waited for this long: a child of its own may hold the pipe open. */
const DRAIN_MS = 1000;

/** A process in a group of its own, which writes and reads lines; what they say is nothing to it. */
export class TrainerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #stderr: TrainerStderr;
  readonly #lines: LineReader;
  readonly #listener: ProcessListener;
  #watchdog: OrphanWatch | null = null;
  #status: string | null = null;
  /** Resolves after `gone`. */
  readonly exited: Promise<void>;

  constructor({ words, variables, folder, filesFolder, endMs, onStderr }: ProcessSpec, listener: ProcessListener) {
    this.#listener = listener;
    const [program, ...args] = words;
    this.#child = spawn(program, args, {
      cwd: folder,
      // What Python prints through a pipe would else come when it ends.
      env: { PYTHONUNBUFFERED: '1', ...environmentOfOthers(), ...variables },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    this.#stderr = new TrainerStderr(this.#child.stderr, onStderr);
    this.#lines = new LineReader(
      (line) => listener.line(line),
      (start) => listener.tooLong(start),
    );
    this.#child.stdout.on('data', (bytes: Buffer) => this.#lines.add(bytes));
    this.#child.stdin.on('error', () => {});
    const { pid } = this.#child;
    if (pid !== undefined) this.#watchdog = new OrphanWatch(pid, Math.ceil(endMs / 1000), filesFolder);
    this.exited = new Promise((resolve) => this.#watchEnd(resolve));
  }

  /** How it ended, in words: "ended with status 1"; null while it runs. */
  get status(): string | null {
    return this.#status;
  }

  /** Of its stderr, to be put behind a sentence, or nothing. */
  lastWords(): string {
    return this.#stderr.lastWords();
  }

  writeLine(line: string): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${line}\n`);
  }

  /** Nothing more is written to it. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** Signals its whole group, so that nothing that it started is left. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // It has ended by itself.
    }
  }

  #watchEnd(resolve: () => void): void {
    this.#child.once('error', (error: NodeJS.ErrnoException) => {
      this.#status = error.code === 'ENOENT' ? 'could not be found' : `could not be started (${error.code})`;
      this.#gone();
      resolve();
    });
    this.#child.once('exit', (code, signal) => {
      this.#status = code === null ? `was ended by ${signal}` : `ended with status ${code}`;
      // What it started goes with it.
      this.signal('SIGKILL');
      const drained = new Promise<void>((done) => this.#child.once('close', () => done()));
      const late = setTimeout(() => {
        this.#child.stdout.destroy();
        this.#child.stderr.destroy();
      }, DRAIN_MS);
      void drained.then(() => {
        clearTimeout(late);
        this.#gone();
        resolve();
      });
    });
  }

  #gone(): void {
    this.#lines.end();
    this.#watchdog?.release();
    const lastWords = this.#stderr.lastWords();
    this.#stderr.end();
    this.#listener.gone(lastWords);
  }
}
