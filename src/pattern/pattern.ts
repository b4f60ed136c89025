import { createHash } from 'node:crypto';
import { InvalidValueError } from '../base/caller-errors.ts';
import { type Architecture, isExact, type JunctionSize, junctionSizes } from './architecture.ts';

/**
 * Which connections exist. `junctions[i]` is right-major: the fan-in left neurons of right neuron 0, ascending, then of 1, …
 * (`N_{i+2} × fi_{i+1}` entries). Degrees are the declared ones, exact or balanced, and no edge is double: `patternFault` finds what
 * breaks that.
 */
export interface Pattern {
  readonly layers: readonly number[];
  readonly fanOuts: readonly number[];
  readonly junctions: readonly Uint32Array[];
}

/** The first thing wrong with a pattern; `junction` counts from 1, `right` neurons from 0. */
export interface PatternFault {
  readonly junction: number;
  readonly right: number | null;
  readonly message: string;
}

function rowFault(sources: Uint32Array, start: number, end: number, left: number): string | null {
  for (let e = start; e < end; e++) {
    if (sources[e] >= left) return `left neuron ${sources[e]} is out of range; expected 0 to ${left - 1}`;
    if (e === start || sources[e] > sources[e - 1]) continue;
    return sources[e] === sources[e - 1]
      ? `left neuron ${sources[e]} is connected twice`
      : 'left neurons are not in ascending order';
  }
  return null;
}

/** Sizes that no junction can have: without this check a pattern of fewer junctions than layers would pass unseen. */
function sizeFault(pattern: Pattern): PatternFault | null {
  const { layers, fanOuts, junctions } = pattern;
  const expected = layers.length - 1;
  if (expected < 1 || fanOuts.length !== expected || junctions.length !== expected) {
    const message = `${layers.length} layers have ${expected} junctions; got ${fanOuts.length} fan-outs and ${junctions.length} edge lists`;
    return { junction: Math.max(1, Math.min(expected, fanOuts.length, junctions.length) + 1), right: null, message };
  }
  for (const { number, left, right, fanIn, fanOut, leastFanOut, edges } of junctionSizes(pattern)) {
    const whole = [left, right, fanIn, leastFanOut].every((size) => Number.isSafeInteger(size) && size >= 1);
    if (!whole || fanOut > right || fanOut !== edges / left) {
      const message = `junction ${number}: ${left} to ${right} neurons cannot have fan-out ${fanOut}`;
      return { junction: number, right: null, message };
    }
    if (junctions[number - 1].length !== edges) {
      const message = `junction ${number} has ${junctions[number - 1].length} edges; expected ${edges}`;
      return { junction: number, right: null, message };
    }
  }
  return null;
}

/**
 * Fan-ins being exact, a left neuron with an edge too few means another with one too many, or, where degrees are balanced, more of
 * them with the higher degree: named where the first edge too many enters, and where there is none, by the neuron with too few.
 */
function fanOutFault(sources: Uint32Array, size: JunctionSize): PatternFault | null {
  const { left, leastFanOut, mostFanOut, fanIn, number } = size;
  const degrees = new Uint32Array(left);
  let excess = -1;
  for (let e = 0; e < sources.length; e++) {
    if (++degrees[sources[e]] > mostFanOut && excess < 0) excess = e;
  }
  if (excess >= 0) {
    const right = Math.floor(excess / fanIn);
    const neuron = sources[excess];
    const fault = `left neuron ${neuron} has fan-out ${degrees[neuron]}; expected ${describeExpected(size)}`;
    return { junction: number, right, message: `junction ${number}, right neuron ${right}: ${fault}` };
  }
  const short = leastFanOut === mostFanOut ? -1 : degrees.findIndex((degree) => degree < leastFanOut);
  if (short < 0) return null;
  const message = `junction ${number}: left neuron ${short} has fan-out ${degrees[short]}; expected ${describeExpected(size)}`;
  return { junction: number, right: null, message };
}

const describeExpected = ({ leastFanOut, mostFanOut }: JunctionSize) =>
  leastFanOut === mostFanOut ? `${mostFanOut}` : `${leastFanOut} or ${mostFanOut}`;

/** The first thing wrong, or null. Cost: two passes over the edges. */
export function patternFault(pattern: Pattern): PatternFault | null {
  const unfit = sizeFault(pattern);
  if (unfit !== null) return unfit;
  for (const size of junctionSizes(pattern)) {
    const { number, left, right, fanIn } = size;
    const sources = pattern.junctions[number - 1];
    for (let j = 0; j < right; j++) {
      const fault = rowFault(sources, j * fanIn, (j + 1) * fanIn, left);
      if (fault !== null) {
        return { junction: number, right: j, message: `junction ${number}, right neuron ${j}: ${fault}` };
      }
    }
    const fault = fanOutFault(sources, size);
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * A pattern from its edge lists; rows are sorted in place.
 * @throws RangeError when a degree is wrong, an edge double or an index out of range
 */
export function makePattern(
  sizes: Pick<Architecture, 'layers' | 'fanOuts'>,
  junctions: readonly Uint32Array[],
): Pattern {
  const pattern: Pattern = { layers: [...sizes.layers], fanOuts: [...sizes.fanOuts], junctions };
  const unfit = sizeFault(pattern);
  if (unfit !== null) throw new InvalidValueError(unfit.message);
  for (const { number, right, fanIn } of junctionSizes(pattern)) sortRows(junctions[number - 1], right, fanIn);
  const fault = patternFault(pattern);
  if (fault !== null) throw new InvalidValueError(fault.message);
  return pattern;
}

/** Sorts every row of `right × fanIn` ascending, in place; rows that are in order cost one pass. */
export function sortRows(sources: Uint32Array, right: number, fanIn: number): void {
  for (let j = 0; j < right; j++) {
    const start = j * fanIn;
    const end = Math.min(start + fanIn, sources.length);
    for (let e = start + 1; e < end; e++) {
      if (sources[e - 1] > sources[e]) {
        sources.subarray(start, end).sort();
        break;
      }
    }
  }
}

/** The dense junction: every left neuron feeds every right neuron. */
export function denseJunction(left: number, right: number): Uint32Array {
  const sources = new Uint32Array(left * right);
  for (let e = 0; e < sources.length; e++) sources[e] = e % left;
  return sources;
}

/**
 * SHA-256 (hex) of the ASCII lines `scattershot/pattern 1`, layers, fan-outs ("fan-in 78" where they are balanced), then each junction as
 * little-endian uint32.
 * Equal fingerprints are the same candidate. The platform must be little-endian, as every one that Node supports is, except s390x.
 */
export function fingerprint(pattern: Pattern): string {
  const degrees = junctionSizes(pattern).map((size) => (isExact(size) ? size.fanOut : `fan-in ${size.fanIn}`));
  const hash = createHash('sha256');
  hash.update(`scattershot/pattern 1\n${pattern.layers.join(',')}\n${degrees.join(',')}\n`);
  for (const sources of pattern.junctions) {
    hash.update(new Uint8Array(sources.buffer, sources.byteOffset, sources.byteLength));
  }
  return hash.digest('hex');
}
