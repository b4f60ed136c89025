import { InvalidValueError } from '../../../base/caller-errors.ts';

/** One file of a tar archive. */
export interface TarFile {
  /** with its folders, as the archive names it */
  readonly name: string;
  readonly bytes: Buffer;
}

const BLOCK = 512;
/** Longest list of long names and attributes that is read. */
const MOST_NOTE_BYTES = 1 << 20;

const refuse = (why: string): never => {
  throw new InvalidValueError(`expected a whole tar archive; got one where ${why}`);
};

/** Bytes of a stream, taken by the number. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Fills `target`; false at the stream's end before its first byte. @throws RangeError at an end later on */
  async read(target: Uint8Array): Promise<boolean> {
    let done = 0;
    while (done < target.length) {
      if (this.#held.length === 0 && !(await this.#next())) {
        if (done === 0) return false;
        return refuse('the end is missing');
      }
      const part = this.#held.subarray(0, target.length - done);
      target.set(part, done);
      done += part.length;
      this.#held = this.#held.subarray(part.length);
    }
    return true;
  }

  async skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      if (this.#held.length === 0 && !(await this.#next())) refuse('the end is missing');
      const part = Math.min(left, this.#held.length);
      this.#held = this.#held.subarray(part);
      left -= part;
    }
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done === true) return false;
    this.#held = value;
    return true;
  }
}

const textOf = (field: Buffer) => {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
};

/** A number in octal digits, or in base 256 where its first bit is set (GNU, for files above 8 GiB). */
function numberOf(field: Buffer): number {
  if ((field[0] & 0x80) !== 0) return Number(BigInt(`0x${field.toString('hex')}`) & ((1n << 88n) - 1n));
  const digits = textOf(field).trim();
  if (!/^[0-7]*$/.test(digits)) refuse('a number in a header is none');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** The sum of a header's bytes, its own field read as spaces. */
function checksumOf(header: Buffer): number {
  let sum = 8 * 32;
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  return sum;
}

/** `path` of a POSIX extended header: lines of "LENGTH KEY=VALUE\n". */
function extendedPath(note: Buffer): string | null {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(note.toString('utf8'))?.[1] ?? null;
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
}

function entryOf(header: Buffer): Entry {
  if (checksumOf(header) !== numberOf(header.subarray(148, 156))) refuse('a header has a wrong checksum');
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? textOf(header.subarray(345, 500)) : '';
  const name = textOf(header.subarray(0, 100));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type: String.fromCharCode(header[156]),
    sizeBytes: numberOf(header.subarray(124, 136)),
  };
}

/**
 * The regular files of a tar archive (POSIX ustar and pax, GNU long names) that are wanted, one at a time; the others are skipped.
 * @throws RangeError for what is no tar archive, a damaged header, an end that is missing, and a wanted file above `mostBytes`
 */
export async function* tarFiles(
  chunks: AsyncIterable<Uint8Array>,
  wanted: (name: string) => boolean,
  mostBytes: number,
): AsyncGenerator<TarFile> {
  const reader = new ByteReader(chunks);
  const header = Buffer.alloc(BLOCK);
  let longName: string | null = null;
  while (await reader.read(header)) {
    // Two blocks of zeros end an archive; what stands after them belongs to nobody.
    if (header.every((byte) => byte === 0)) return;
    const { name: shortName, type, sizeBytes } = entryOf(header);
    const padding = (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
    if (type === 'x' || type === 'L') {
      if (sizeBytes > MOST_NOTE_BYTES) refuse(`a name takes ${sizeBytes} bytes`);
      const note = Buffer.alloc(sizeBytes);
      await reader.read(note);
      await reader.skip(padding);
      longName = (type === 'L' ? textOf(note) : extendedPath(note)) ?? longName;
      continue;
    }
    const name = longName ?? shortName;
    longName = null;
    if ((type !== '0' && type !== '\0') || !wanted(name)) {
      await reader.skip(sizeBytes + padding);
      continue;
    }
    if (sizeBytes > mostBytes) refuse(`${name} has ${sizeBytes} bytes, above ${mostBytes}`);
    const bytes = Buffer.alloc(sizeBytes);
    if (sizeBytes > 0 && !(await reader.read(bytes))) refuse('the end is missing');
    await reader.skip(padding);
    yield { name, bytes };
  }
  refuse('the end is missing');
}
