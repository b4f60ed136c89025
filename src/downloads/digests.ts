import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { InvalidValueError } from '../base/caller-errors.ts';
import { failure, type Outcome, success } from '../base/failure.ts';
import { fileFailure } from '../base/file-access.ts';
import type { PublishedFile } from './published-files.ts';

/** Hex digest of a whole file, read piece by piece. @throws the system's error; AbortError when the signal comes first */
export async function digestOfFile(path: string, algorithm: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Of Subresource Integrity ("sha512-" and base64): the algorithm and the digest in hex. @throws RangeError */
export function readIntegrity(text: string): { readonly algorithm: string; readonly hex: string } {
  const [, algorithm, base64] = /^(md5|sha1|sha256|sha384|sha512)-([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  if (algorithm === undefined) throw new InvalidValueError(`expected "sha512-" and base64; got "${text}"`);
  return { algorithm, hex: Buffer.from(base64, 'base64').toString('hex') };
}

const algorithmName = (algorithm: string) => (algorithm === 'md5' ? 'MD5' : algorithm.replace(/^sha/, 'SHA-'));

const SLICE_BYTES = 1 << 22;

/** The bytes in slices, until the signal comes: hashing or writing them does not keep an interruption waiting. @throws AbortError */
export function* slices(bytes: Uint8Array, signal?: AbortSignal): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    signal?.throwIfAborted();
    yield bytes.subarray(at, at + SLICE_BYTES);
  }
}

/** What is wrong with these bytes as that file, in words after "it"; null where they are it. @throws AbortError */
export async function faultOfBytes(
  bytes: Uint8Array,
  { sizeBytes, digest }: PublishedFile,
  signal?: AbortSignal,
): Promise<string | null> {
  if (bytes.length !== sizeBytes) return `has ${bytes.length} bytes instead of ${sizeBytes}`;
  const hash = createHash(digest.algorithm);
  for (const slice of slices(bytes, signal)) {
    hash.update(slice);
    // a signal only arrives while nothing is computed
    await setImmediate();
  }
  const hex = hash.digest('hex');
  return hex === digest.hex ? null : wrongDigest(digest.algorithm, hex, digest.hex);
}

export const wrongDigest = (algorithm: string, got: string, expected: string) =>
  `has the ${algorithmName(algorithm)} ${got.slice(0, 12)}…, not ${expected.slice(0, 12)}…`;

/** The same of a file on disk; 'absent' where there is none. */
export async function faultOfFile(
  path: string,
  file: PublishedFile,
  signal?: AbortSignal,
): Promise<Outcome<string | null>> {
  try {
    const { size } = await stat(path);
    if (size !== file.sizeBytes) return success(`has ${size} bytes instead of ${file.sizeBytes}`);
    const { algorithm, hex } = file.digest;
    const got = await digestOfFile(path, algorithm, signal);
    return success(got === hex ? null : wrongDigest(algorithm, got, hex));
  } catch (error) {
    if (signal?.aborted) return failure('aborted', 'checking the data was interrupted', 'Start it again.');
    const known = fileFailure(error, path, 'read');
    if (known === null) throw error;
    return known.reason === 'no-such-file' ? success('absent') : known;
  }
}
