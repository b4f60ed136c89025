import type { Random } from '../base/random.ts';
import type { Entry } from '../pattern/entries.ts';
import { fingerprint, type Pattern, sortRows } from '../pattern/pattern.ts';
import { scorePattern } from '../scatter/kernel.ts';
import type { Metric } from '../scatter/metric.ts';

/** A pattern whose inputs were renumbered: the same network to everything except the data. */
export interface TwinPattern {
  /** number of the candidate that it was made from */
  readonly base: number;
  readonly pattern: Pattern;
  readonly fingerprint: string;
  /** scatter of the entry whose windows lie on the inputs */
  readonly input: number;
}

/** The entry whose windows lie on the inputs; null where there is none that tells patterns apart. */
export function inputEntry(entries: readonly Entry[], metric: Metric): Entry | null {
  const found = entries.find(({ from, to, direction }) => from === 1 && to === 1 && direction === 'forward');
  return found === undefined || found.vacuousUnder[metric] ? null : found;
}

/** The same pattern with input `k` called `numbers[k]`. */
export function renumberInputs(pattern: Pattern, numbers: Uint32Array): Pattern {
  const [first, ...others] = pattern.junctions;
  const renumbered = first.map((input) => numbers[input]);
  const right = pattern.layers[1];
  sortRows(renumbered, right, first.length / right);
  return { ...pattern, junctions: [renumbered, ...others] };
}

/** Exchanges of two inputs that are tried for one twin. */
const TRIES = 600;

/** Inputs in the order in which right neurons first use them: those that share a neuron become neighbours. */
function clustered(pattern: Pattern, random: Random): Uint32Array {
  const inputs = pattern.layers[0];
  const right = pattern.layers[1];
  const fanIn = pattern.junctions[0].length / right;
  const numbers = new Uint32Array(inputs);
  const seen = new Uint8Array(inputs);
  let next = 0;
  for (const neuron of random.shuffle(Uint32Array.from({ length: right }, (_, j) => j))) {
    for (const input of pattern.junctions[0].subarray(neuron * fanIn, (neuron + 1) * fanIn)) {
      if (seen[input] === 0) {
        seen[input] = 1;
        numbers[input] = next++;
      }
    }
  }
  return numbers;
}

const shuffled = (pattern: Pattern, random: Random) =>
  random.shuffle(Uint32Array.from({ length: pattern.layers[0] }, (_, k) => k));

/** One twin of highest (or lowest) input entry: from neighbours that share neurons or a random order, by exchanging two inputs while that helps. */
function twinOf(
  base: number,
  pattern: Pattern,
  wants: 'high' | 'low',
  entry: Entry,
  metric: Metric,
  random: Random,
): TwinPattern {
  const score = (numbers: Uint32Array) => scorePattern(renumberInputs(pattern, numbers), [entry], metric).scatter;
  const sign = wants === 'high' ? 1 : -1;
  const numbers = wants === 'high' ? shuffled(pattern, random) : clustered(pattern, random);
  let best = score(numbers);
  for (let attempt = 0; attempt < TRIES && best !== (wants === 'high' ? 1 : 0); attempt++) {
    const a = random.below(numbers.length);
    const b = random.below(numbers.length);
    [numbers[a], numbers[b]] = [numbers[b], numbers[a]];
    const now = score(numbers);
    if (sign * now >= sign * best) best = now;
    else [numbers[a], numbers[b]] = [numbers[b], numbers[a]];
  }
  const twin = renumberInputs(pattern, numbers);
  return { base, pattern: twin, fingerprint: fingerprint(twin), input: best };
}

/**
 * Twins for the question whether a link is about the windows: of each base pattern as many of highest as of lowest scatter on the
 * inputs. The same for the same seed. @param count of all twins, shared evenly between bases and both ends
 */
export function makeTwins(
  bases: readonly { readonly number: number; readonly pattern: Pattern }[],
  count: number,
  entry: Entry,
  metric: Metric,
  random: Random,
): TwinPattern[] {
  if (bases.length === 0) return [];
  const found = new Map<string, TwinPattern>();
  for (let place = 0; place < count; place++) {
    const { number, pattern } = bases[Math.floor(place / 2) % bases.length];
    const twin = twinOf(number, pattern, place % 2 === 0 ? 'high' : 'low', entry, metric, random.fork(place));
    found.set(twin.fingerprint, twin);
  }
  return [...found.values()];
}
