/**
 * Every ArrayBuffer within a plain value, once each: what is moved with it to another thread.
 * @throws TypeError for shared memory, which cannot be stored: a state must not hold on to elites
 */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (!(value.buffer instanceof ArrayBuffer)) {
      throw new TypeError(
        'expected arrays in memory of their own; got shared memory (an elite must be copied to be kept)',
      );
    }
    found.add(value.buffer);
  } else if (Array.isArray(value)) for (const item of value) buffersOf(item, found);
  else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) buffersOf(item, found);
  return [...found];
}
