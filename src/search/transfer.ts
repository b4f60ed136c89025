import { move, transferableSymbol, valueSymbol } from 'piscina';
import { InvalidTypeError } from '../base/caller-errors.ts';

/**
 * Every ArrayBuffer within a plain value, once each: what is moved with it to another thread.
 * @throws TypeError for shared memory, which cannot be stored: a state must not hold on to elites
 */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  collect(value, found, new Set());
  return [...found];
}

/** What a task of a worker thread gives back, its buffers moved instead of copied. @throws TypeError as `buffersOf` */
export const moved = <Result extends object>(result: Result): Result =>
  move({ [transferableSymbol]: buffersOf(result), [valueSymbol]: result }) as unknown as Result;

function collect(value: unknown, found: Set<ArrayBuffer>, visited: Set<object>): void {
  if (value === null || typeof value !== 'object' || visited.has(value)) return;
  if (ArrayBuffer.isView(value)) {
    if (!(value.buffer instanceof ArrayBuffer)) {
      throw new InvalidTypeError(
        'expected arrays in memory of their own; got shared memory (an elite must be copied to be kept)',
      );
    }
    found.add(value.buffer);
    return;
  }
  visited.add(value);
  for (const item of Array.isArray(value) ? value : Object.values(value)) collect(item, found, visited);
}
