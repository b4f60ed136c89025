import { StringDecoder } from 'node:string_decoder';

/** The longest line that is a message. */
const MOST_LINE = 2 ** 20;

/** Makes lines of bytes as they come. */
export class LineReader {
  readonly #line: (line: string) => void;
  readonly #tooLong: (start: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #begun = '';

  /** @param tooLong hears the start of a line beyond 1 MiB, once; nothing is read after it */
  constructor(line: (line: string) => void, tooLong: (start: string) => void) {
    this.#line = line;
    this.#tooLong = tooLong;
  }

  add(bytes: Buffer): void {
    if (this.#begun.length > MOST_LINE) return;
    const lines = (this.#begun + this.#decoder.write(bytes)).split('\n');
    this.#begun = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#begun.length > MOST_LINE) this.#tooLong(this.#begun);
  }

  /** A last line without its end counts. */
  end(): void {
    const last = this.#begun + this.#decoder.end();
    if (last !== '' && last.length <= MOST_LINE) this.#line(last);
    this.#begun = '';
  }
}
