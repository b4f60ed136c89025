import { gunzipSync, inflateRawSync, constants as zlib } from 'node:zlib';
import { refuseContent, sizeText } from './content-error.ts';
import { memoryLimit } from './memory-limit.ts';

/** What is packed more tightly than this, and large, is taken for a trap: deflate itself ends at 1032:1. */
export const MOST_RATIO = 500;
/** Content up to this size may be packed at any ratio. */
const ANY_RATIO_BYTES = 100_000_000;

/** Whether content is packed beyond what is believed of honest files. */
export const isOutOfProportion = (packedBytes: number, sizeBytes: number): boolean =>
  sizeBytes > ANY_RATIO_BYTES && sizeBytes > MOST_RATIO * packedBytes;

function refuseProportion(packedBytes: number, name: string): never {
  const message = `${name} unpacks to more than ${MOST_RATIO} times its ${sizeText(packedBytes)}`;
  return refuseContent('out-of-proportion', message, 'Save it without compression if that is meant.');
}

function refuseMemory(sizeBytes: number, most: number, name: string): never {
  const message = `${name} unpacks to ${sizeText(sizeBytes)}, and free memory allows ${sizeText(most)}`;
  return refuseContent('content-too-big', message, 'Use a machine with more free memory.');
}

/**
 * A raw deflate stream of a stated size, unpacked. The size is judged before anything is unpacked, and kept while it is.
 * @throws ContentError
 */
export function inflateRaw(packed: Uint8Array, sizeBytes: number, name: string): Uint8Array {
  if (isOutOfProportion(packed.length, sizeBytes)) refuseProportion(packed.length, name);
  const most = memoryLimit();
  if (sizeBytes > most) refuseMemory(sizeBytes, most, name);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
  } catch (error) {
    return refuseContent('damaged-content', `${name} cannot be unpacked: ${(error as Error).message}`);
  }
}

/** The start of a raw deflate stream: what its first `packedBytes` bytes unpack to. @throws ContentError */
export function inflateRawStart(packed: Uint8Array, packedBytes: number, name: string): Uint8Array {
  try {
    return inflateRawSync(packed.subarray(0, packedBytes), { finishFlush: zlib.Z_SYNC_FLUSH });
  } catch (error) {
    return refuseContent('damaged-content', `${name} cannot be unpacked: ${(error as Error).message}`);
  }
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A gzip file unpacked; it states no size that can be trusted, so the limit is kept while unpacking. @throws ContentError */
export function gunzip(bytes: Uint8Array, name: string): Buffer {
  const proportion = Math.max(ANY_RATIO_BYTES, MOST_RATIO * bytes.length);
  const most = Math.min(proportion, memoryLimit());
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_BUFFER_TOO_LARGE') {
      return refuseContent('damaged-content', `${name} is packed by gzip, and damaged (${message})`);
    }
    return most === proportion ? refuseProportion(bytes.length, name) : refuseMemory(most, most, name);
  }
}
