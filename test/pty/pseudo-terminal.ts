import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'vitest';

/**
 * Real pseudo-terminals for tests, by Python's standard library (pty.py), since Node has none of its own.
 *
 *     terminalTest('a study ends on Ctrl-C', async (open) => {
 *       const terminal = open([process.execPath, program, 'search', '--budget', '1h'], { cwd });
 *       await terminal.shows(/searching/);
 *       terminal.type('\u0003');
 *       expect(await terminal.ended).toEqual({ code: 130, signal: null });
 *     });
 *
 * `terminalTest` ends every terminal that its test opened, with what runs in it. Where python3 is missing the test is skipped, and
 * its report says why. A shell with job control is `open(['bash', '--norc', '-i'])`.
 */
const helper = fileURLToPath(new URL('pty.py', import.meta.url));

/** Why there is no pseudo-terminal here; null where there is. */
const terminalLack: string | null =
  spawnSync('python3', ['-c', 'import pty, termios, fcntl']).status === 0 ? null : 'python3 is missing';

export interface TerminalEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TerminalRun {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** default: 80 × 24 */
  readonly columns?: number;
  readonly rows?: number;
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** One pseudo-terminal with a program in it. */
export class PseudoTerminal {
  /** all that the program wrote to it while it was read */
  output = '';
  /** of the program, once it started */
  readonly pid: Promise<number>;
  readonly ended: Promise<TerminalEnd>;
  readonly #python: ChildProcess;

  constructor(command: readonly string[], { cwd, env, columns = 80, rows = 24 }: TerminalRun) {
    const { SCATTERSHOT_HOME: _, NODE_OPTIONS: __, CI: ___, ...own } = process.env;
    this.#python = spawn('python3', [helper, String(columns), String(rows), ...command], {
      cwd,
      env: { ...own, TERM: 'xterm-256color', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const decoder = new TextDecoder();
    const lines = createInterface({ input: this.#python.stdout as NodeJS.ReadableStream });
    let started: (pid: number) => void;
    this.pid = new Promise((resolve) => {
      started = resolve;
    });
    this.ended = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const { pid, output, exit, signal } = JSON.parse(line);
        if (pid !== undefined) started(pid);
        if (output !== undefined) this.output += decoder.decode(Buffer.from(output, 'base64'), { stream: true });
        if (exit !== undefined) resolve({ code: exit, signal: (signalNames.get(signal) ?? null) as never });
      });
      this.#python.on('close', () => reject(new Error('the terminal was closed before its program ended')));
    });
    this.ended.catch(() => undefined);
    this.#python.stdin?.on('error', () => undefined);
  }

  type(text: string): void {
    this.#order({ type: text });
  }

  resize(columns: number, rows: number): void {
    this.#order({ resize: [columns, rows] });
  }

  /** Nobody reads the terminal any more; what the program writes soon finds no room. */
  stopReading(): void {
    this.#order({ read: false });
  }

  startReading(): void {
    this.#order({ read: true });
  }

  /** @param to the program that was started, or whatever is in the terminal's foreground */
  signal(name: NodeJS.Signals, to: 'program' | 'foreground' = 'program'): void {
    this.#order({ signal: constants.signals[name], to });
  }

  /** The terminal goes away, as when an ssh connection is lost. */
  hangUp(): void {
    this.#order({ hangUp: true });
  }

  /** Waits until what was written since `from` matches. @throws after `seconds`, telling what was written */
  async shows(pattern: RegExp, { from = 0, seconds = 60 } = {}): Promise<RegExpExecArray> {
    const deadline = performance.now() + 1000 * seconds;
    for (;;) {
      const found = pattern.exec(this.output.slice(from));
      if (found !== null) return found;
      if (performance.now() > deadline)
        throw new Error(
          `no ${pattern} within ${seconds} s; the terminal got ${JSON.stringify(this.output.slice(-2000))}`,
        );
      await delay(20);
    }
  }

  /** Ends whatever runs in it. */
  async close(): Promise<void> {
    if (this.#python.exitCode !== null || this.#python.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#python.once('close', resolve));
    this.#python.stdin?.end();
    await closed;
  }

  #order(order: object): void {
    this.#python.stdin?.write(`${JSON.stringify(order)}\n`);
  }
}

export type OpenTerminal = (command: readonly string[], run: TerminalRun) => PseudoTerminal;

/** A test with pseudo-terminals. */
export function terminalTest(name: string, work: (open: OpenTerminal) => Promise<void>, timeoutMs = 180_000): void {
  test(name, { timeout: timeoutMs }, async (context: TestContext) => {
    if (terminalLack !== null) return context.skip(terminalLack);
    const opened: PseudoTerminal[] = [];
    const open: OpenTerminal = (command, run) => {
      const terminal = new PseudoTerminal(command, run);
      opened.push(terminal);
      return terminal;
    };
    try {
      await work(open);
    } finally {
      await Promise.all(opened.map((terminal) => terminal.close()));
    }
  });
}
