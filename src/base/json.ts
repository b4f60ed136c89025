import { constants, isUtf8 } from 'node:buffer';
import { getHeapStatistics } from 'node:v8';
import { type ContentError, refuseContent, showValue, sizeText, wordContentErrors } from './content-error.ts';
import { failure, type Outcome, ScattershotError, success } from './failure.ts';
import { type InputOptions, readInputSync } from './input-file.ts';

/** Lists and objects inside one another; patterns and windows need four. */
const MOST_NESTED = 100;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads JSON: the one reader for all JSON that users give (patterns, windows, edges, headers).
 * Byte-order marks (UTF-8, UTF-16) are accepted. Refused are a key that stands twice in one object, of which JSON.parse would take
 * the last without a word; more than 100 levels of nesting; and what would not fit the heap.
 * Duplicates are looked for by a pass over the bytes of our own: jsonc-parser's scanner takes four times as long on patterns.
 * @throws ContentError, its message a clause about the content ("it is not JSON, or was cut short (…)")
 */
export function parseJson(content: Uint8Array): unknown {
  const bytes = asUtf8(content);
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    const most = sizeText(constants.MAX_STRING_LENGTH);
    refuseContent('content-too-big', `it is too big for JSON, of which ${most} can be read`);
  }
  scanKeys(bytes);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const detail = String((error as Error).message)
      .replace(/\s+/g, ' ')
      .slice(0, 120);
    return refuseContent('damaged-content', `it is not JSON, or was cut short (${detail})`);
  }
}

/**
 * The value in a JSON file that an option names.
 * @param what "the edges file"
 * @param nextStep what such a file holds, or how to make one
 * @returns a Failure of `readInput`, or 'unreadable-json' where the file is there and its content is not sound JSON
 */
export function readJsonFile(path: string, what: string, nextStep: string, options?: InputOptions): Outcome<unknown> {
  const bytes = readInputSync(path, options);
  if (!bytes.ok) return failure(bytes.reason, `${what}: ${bytes.message}`, `${bytes.nextStep} ${nextStep}`);
  const word = ({ message }: ContentError): never => {
    const fault = `${what} ${path} ${message.replace(/^it /, '')}`;
    throw new ScattershotError(failure('unreadable-json', fault, nextStep));
  };
  try {
    return success(wordContentErrors(() => parseJson(bytes.value), word));
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
}

/** Without its byte-order mark, and in UTF-8, which UTF-16 is turned into. */
function asUtf8(content: Uint8Array): Buffer {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return requireUtf8(bytes.subarray(3));
  const little = first === 0xff && second === 0xfe;
  const big = first === 0xfe && second === 0xff;
  if (!little && !big) return requireUtf8(bytes);
  if (bytes.length % 2 !== 0) refuseContent('damaged-content', 'it is UTF-16 and was cut short');
  const words = Buffer.from(bytes.subarray(2));
  return Buffer.from((big ? words.swap16() : words).toString('utf16le'), 'utf8');
}

function requireUtf8(bytes: Buffer): Buffer {
  if (!isUtf8(bytes)) refuseContent('damaged-content', 'it is not text in UTF-8');
  return bytes;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Bytes of heap for a list or object, and for a value in one. */
const CONTAINER_BYTES = 80;
const VALUE_BYTES = 16;

/**
 * One pass over text that need not be JSON: what is wrong with its grammar, JSON.parse will say.
 * @throws ContentError for a duplicate key, too deep nesting, and more values than the heap can hold
 */
function scanKeys(bytes: Buffer): void {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  const most = 0.8 * limit - used;
  /** keys of every open object; null for a list */
  const open: (Set<string> | null)[] = [];
  let containers = 0;
  let commas = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte < OPEN_LIST) {
      if (byte === COMMA) commas++;
      else if (byte === QUOTE) at = stringEnd(bytes, at, open);
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (open.length === MOST_NESTED) refuseContent('damaged-content', `it is nested more than ${MOST_NESTED} deep`);
      open.push(byte === OPEN_LIST ? null : new Set());
      containers++;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) open.pop();
  }
  const estimate = 2 * bytes.length + CONTAINER_BYTES * containers + VALUE_BYTES * commas;
  if (estimate > most) {
    const message = `it needs about ${sizeText(estimate)} of memory, and ${sizeText(Math.max(0, most))} are free`;
    refuseContent('content-too-big', message);
  }
}

/** Where a string ends; one that is a key is noted in the innermost object. @throws ContentError for a duplicate key */
function stringEnd(bytes: Buffer, start: number, open: readonly (Set<string> | null)[]): number {
  let end = bytes.indexOf(QUOTE, start + 1);
  while (end > 0 && isEscaped(bytes, end)) end = bytes.indexOf(QUOTE, end + 1);
  if (end < 0) return bytes.length;
  const keys = open[open.length - 1];
  if (keys === null || keys === undefined || !isBeforeColon(bytes, end + 1)) return end;
  const key = keyOf(bytes.toString('utf8', start, end + 1));
  if (keys.has(key)) refuseDuplicate(bytes, start, key);
  keys.add(key);
  return end;
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function isBeforeColon(bytes: Buffer, at: number): boolean {
  let next = at;
  while (bytes[next] === 0x20 || bytes[next] === 0x09 || bytes[next] === 0x0a || bytes[next] === 0x0d) next++;
  return bytes[next] === COLON;
}

/** A key as JSON.parse reads it: one letter can be written in several ways. */
function keyOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}

function refuseDuplicate(bytes: Buffer, at: number, key: string): never {
  let line = 1;
  let start = 0;
  for (let next = bytes.indexOf(0x0a); next >= 0 && next < at; next = bytes.indexOf(0x0a, start)) {
    line++;
    start = next + 1;
  }
  const place = `line ${line}, column ${bytes.toString('utf8', start, at).length + 1}`;
  return refuseContent('damaged-content', `it has the key ${showValue(key)} twice in one object (again at ${place})`);
}
