import { onLinesGone, redirectLines } from './standard-error.ts';
import { redirectData } from './standard-output.ts';

type StandardStream = NodeJS.WriteStream & { readonly isTTY?: boolean };

const isBroken = (error: NodeJS.ErrnoException) => error.code === 'EIO' || error.code === 'EPIPE';

/**
 * Listens for the loss of those who watch: the terminal hung up (SIGHUP, or a write that fails), or nobody reads stderr any more. A
 * program that has no terminal is told of nothing by SIGHUP.
 */
export class TerminalLoss {
  readonly #lost: () => void;
  #isTold = false;
  #isStderrGone = false;

  /** @param lost called once */
  constructor(lost: () => void) {
    this.#lost = lost;
    process.on('SIGHUP', this.#hungUp);
    process.stdout.on('error', this.#stdoutFailed);
    process.stderr.on('error', this.#stderrFailed);
    onLinesGone(this.#stderrGone);
  }

  /** A view has found the terminal gone. */
  readonly tell = (): void => {
    if (!this.#isTold) {
      this.#isTold = true;
      this.#lost();
    }
  };

  /** From now on nothing is written to a terminal, nor to what nobody reads any more: it goes to `write` instead. */
  redirect(write: (text: string | Uint8Array) => void): void {
    if (process.stdout.isTTY) {
      redirectStream(process.stdout, write);
      redirectData(write);
    }
    if (process.stderr.isTTY || this.#isStderrGone) {
      redirectStream(process.stderr, write);
      redirectLines(write);
    }
  }

  release(): void {
    process.off('SIGHUP', this.#hungUp);
    process.stdout.off('error', this.#stdoutFailed);
    process.stderr.off('error', this.#stderrFailed);
    onLinesGone(() => undefined);
  }

  readonly #hungUp = (): void => {
    if (process.stdout.isTTY || process.stderr.isTTY) this.tell();
  };

  readonly #stdoutFailed = (error: NodeJS.ErrnoException): void => {
    if (isBroken(error) && process.stdout.isTTY) this.tell();
  };

  readonly #stderrFailed = (error: NodeJS.ErrnoException): void => {
    if (isBroken(error)) this.#stderrGone();
  };

  readonly #stderrGone = (): void => {
    this.#isStderrGone = true;
    this.tell();
  };
}

/** All that this process would write from now on goes to `write` instead. */
export function redirectAll(write: (text: string | Uint8Array) => void): void {
  for (const stream of [process.stdout, process.stderr]) redirectStream(stream, write);
  redirectLines(write);
  redirectData(write);
}

function redirectStream(stream: StandardStream, write: (text: string | Uint8Array) => void): void {
  const instead = (text: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    write(text);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') process.nextTick(callback as () => void);
    return true;
  };
  stream.write = instead as typeof stream.write;
}
