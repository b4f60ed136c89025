import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import type { Output } from './output.ts';

const RETRY_FIRST_MS = 10;
const RETRY_LAST_MS = 200;
const DRAIN_STEP_MS = 10;

/**
 * Bytes to a file descriptor that does not block, in their order. A terminal that nobody reads takes a few kilobytes and then nothing:
 * the rest waits here and is offered again from time to time.
 */
export class DescriptorOutput implements Output {
  readonly #descriptor: number;
  readonly #goneListeners: (() => void)[] = [];
  #waiting: Buffer = Buffer.alloc(0);
  #gone = false;
  #retry: NodeJS.Timeout | null = null;
  #retryMs = RETRY_FIRST_MS;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  get waitingBytes(): number {
    return this.#waiting.length;
  }

  get isGone(): boolean {
    return this.#gone;
  }

  onGone(listener: () => void): void {
    if (this.#gone) listener();
    else this.#goneListeners.push(listener);
  }

  write(text: string): void {
    if (this.#gone || text === '') return;
    const bytes = Buffer.from(text);
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    // While the retry is set the descriptor was full a moment ago.
    if (this.#retry === null) this.#offer();
  }

  async drained(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    this.#offer();
    for (let now = performance.now(); this.#waiting.length > 0 && now < until; now = performance.now()) {
      // The retries slow down while nothing is taken: a result may wait for its reader all night.
      await delay(Math.min(this.#retryMs, until - now));
      this.#offer();
    }
    return this.#waiting.length === 0;
  }

  drainNow(withinMs: number): void {
    const until = performance.now() + withinMs;
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (this.#offer(); this.#waiting.length > 0 && performance.now() < until; this.#offer())
      Atomics.wait(never, 0, 0, DRAIN_STEP_MS);
  }

  #offer(): void {
    const before = this.#waiting.length;
    try {
      while (this.#waiting.length > 0)
        this.#waiting = this.#waiting.subarray(writeSync(this.#descriptor, this.#waiting));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN' && code !== 'EINTR') {
        this.#lose();
        return;
      }
    }
    this.#retryMs = this.#waiting.length < before ? RETRY_FIRST_MS : Math.min(RETRY_LAST_MS, 2 * this.#retryMs);
    if (this.#waiting.length > 0) this.#offerLater();
  }

  #offerLater(): void {
    if (this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#offer();
    }, this.#retryMs);
    // The end of the program asks for what waits by `drained`.
    this.#retry.unref();
  }

  #lose(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#waiting = Buffer.alloc(0);
    for (const listener of this.#goneListeners.splice(0)) listener();
  }
}

/** A stream of Node that queues by itself: sockets, and what tests hand in. */
class StreamOutput implements Output {
  readonly #stream: NodeJS.WritableStream & { readonly writableLength?: number };
  readonly #goneListeners: (() => void)[] = [];
  #gone = false;

  constructor(stream: NodeJS.WritableStream & { readonly writableLength?: number }) {
    this.#stream = stream;
    // Stays for good: an error of the last write may come after everything else.
    stream.on('error', () => this.#lose());
  }

  get waitingBytes(): number {
    return this.#stream.writableLength ?? 0;
  }

  get isGone(): boolean {
    return this.#gone;
  }

  onGone(listener: () => void): void {
    if (this.#gone) listener();
    else this.#goneListeners.push(listener);
  }

  write(text: string): void {
    if (!this.#gone && text !== '') this.#stream.write(text);
  }

  async drained(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (!this.#gone && this.waitingBytes > 0 && performance.now() < until) await delay(DRAIN_STEP_MS);
    return this.waitingBytes === 0;
  }

  drainNow(): void {}

  #lose(): void {
    this.#gone = true;
    for (const listener of this.#goneListeners.splice(0)) listener();
  }
}

/** The same terminal or pipe opened anew: not blocking here must not make it so for the shell, which shares the old description. */
function reopened(descriptor: number): number | null {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  const paths = [`/proc/self/fd/${descriptor}`, ...(isatty(descriptor) ? ['/dev/tty'] : [])];
  for (const path of paths) {
    try {
      return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    } catch {
      // The next path, or none: without /proc, after a hang-up, or where another user owns the terminal.
    }
  }
  return null;
}

/** An output for stdout or stderr that never blocks the process, whatever it leads to. */
export function openOutput(stream: NodeJS.WriteStream & { readonly fd?: number }): Output {
  const { fd } = stream;
  if (fd === undefined) return new StreamOutput(stream);
  try {
    const kind = fstatSync(fd);
    const canBlock = isatty(fd) || kind.isFIFO();
    const own = canBlock ? reopened(fd) : null;
    if (own !== null) return new DescriptorOutput(own);
  } catch {
    // A closed descriptor: the stream says so itself.
  }
  return new StreamOutput(stream);
}
