import { type Failure, failure, ScattershotError } from '../base/failure.ts';

/** The innermost cause of fetch's "fetch failed", as one word where there is one. */
export function causeOf(error: unknown): string {
  const { cause, code, message } = error as { cause?: unknown; code?: unknown; message?: unknown };
  if (cause !== undefined && cause !== null) return causeOf(cause);
  return typeof code === 'string' ? code : String(message ?? error);
}

export const unreachable = (address: string, why: string): Failure =>
  failure(
    'unreachable',
    `${new URL(address).host} could not be reached (${why})`,
    `Fetch again when there is a connection: it resumes where it stopped. Or get ${address} elsewhere and give it with --from.`,
  );

const refused = (address: string, status: number): Failure =>
  failure(
    [401, 403, 407].includes(status) ? 'not-allowed' : 'not-there',
    `${address} cannot be had: the server answers ${status}`,
    'Get the data elsewhere and give it with --from.',
  );

/** What a server said to a request for the bytes from `from` on. */
interface RangeAnswer {
  /** null: nothing is left to come */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** where the body starts: `from`, or 0 where the server sends everything again */
  readonly start: number;
  readonly totalBytes: number | null;
}

const wholeOrNull = (text: string | undefined | null) => (text && /^\d+$/.test(text) ? Number(text) : null);

/** Bytes, unless they come packed and the length is that of the packing. */
const lengthOf = (headers: Headers) =>
  headers.get('content-encoding') === null ? wholeOrNull(headers.get('content-length')) : null;

/**
 * Asks for an address from byte `from` on (RFC 9110, section 14).
 * @throws ScattershotError for what another attempt would not change; any other error for what it might
 */
export async function ask(address: string, from: number, signal: AbortSignal): Promise<RangeAnswer> {
  const range = from > 0 ? { range: `bytes=${from}-` } : undefined;
  const response = await fetch(address, { headers: { 'accept-encoding': 'identity', ...range }, signal });
  const body = response.body as AsyncIterable<Uint8Array> | null;
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (response.status === 206 && wholeOrNull(start) === from) {
    return { body, start: from, totalBytes: wholeOrNull(total) };
  }
  if (response.status === 200) return { body, start: 0, totalBytes: lengthOf(response.headers) };
  await response.body?.cancel();
  if (response.status === 416 && from > 0) {
    const whole = wholeOrNull(total);
    return whole === from ? { body: null, start: from, totalBytes: from } : ask(address, 0, signal);
  }
  if (response.status >= 500 || response.status === 429) throw new Error(`the server answers ${response.status}`);
  throw new ScattershotError(refused(address, response.status));
}

/** A signal that comes when the outer one does, or when nothing was heard for `stallMs`. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #stallMs: number;
  readonly #outer: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(stallMs: number, outer?: AbortSignal) {
    this.#stallMs = stallMs;
    this.#outer = outer;
    outer?.addEventListener('abort', this.#stop);
    if (outer?.aborted) this.#stop();
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#stop, this.#stallMs);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#stop);
  }

  readonly #stop = (): void => this.#controller.abort(new Error('nothing was received for too long'));
}
