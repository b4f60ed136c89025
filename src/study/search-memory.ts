import { sizeText } from '../base/content-error.ts';
import { type Failure, failure } from '../base/failure.ts';
import { freeMemory } from '../base/memory-limit.ts';
import { plural } from '../base/plural.ts';
import { type Architecture, describeArchitecture, junctionSizes } from '../pattern/architecture.ts';

/** Of one junction: its edges are one array of 32-bit numbers, and at most 2 GiB are hashed in one piece for the fingerprint. */
const MOST_JUNCTION_EDGES = 2 ** 29 - 1;

/** A thread holds the pattern that it makes; the main thread holds one more, which it was handed. */
const patternsAtOnce = (threads: number) => threads + 1;

/**
 * The least memory that a search takes: its patterns alone, 4 bytes an edge. Window counts come on top.
 * @param threads that search at the same time
 */
export function leastSearchBytes(architecture: Architecture, threads: number): number {
  const edges = junctionSizes(architecture).reduce((sum, junction) => sum + junction.edges, 0);
  return patternsAtOnce(threads) * edges * Uint32Array.BYTES_PER_ELEMENT;
}

/** Why a search of this net cannot be made on this machine, told before a study is made; null where nothing speaks against it. */
export function searchMemoryLack(architecture: Architecture, threads: number, free = freeMemory()): Failure | null {
  const nextStep = 'Choose smaller layers or fan-outs.';
  const largest = Math.max(...junctionSizes(architecture).map(({ edges }) => edges));
  if (largest > MOST_JUNCTION_EDGES) {
    const message = `${describeArchitecture(architecture)} has a junction of ${largest} edges; at most ${MOST_JUNCTION_EDGES} can be held`;
    return failure('network-too-large', message, nextStep);
  }
  const least = leastSearchBytes(architecture, threads);
  if (least <= free) return null;
  const search = `searching ${describeArchitecture(architecture)} on ${plural(threads, 'thread')}`;
  const message = `${search} needs at least ${sizeText(least)} of memory, and ${sizeText(free)} are free`;
  return failure(
    'network-too-large',
    message,
    `${nextStep}${threads > 1 ? ' Fewer threads (--workers) need less.' : ''}`,
  );
}
