import { InvalidValueError } from '../../src/base/caller-errors.ts';
import type { Random } from '../../src/base/random.ts';
import { type JunctionSize, junctionSizes } from '../../src/pattern/architecture.ts';
import { type Direction, type Entry, windowsOf } from '../../src/pattern/entries.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { canFollow } from '../shared/annealing-plan.ts';
import { totalEdges } from '../shared/batch.ts';

/** Nets above this many connections are left as they are built: their patterns are rich, and a scorer would take longer to fill than to use. */
const MOST_EDGES = 300_000;
const PROPOSALS_PER_EDGE = 2;
const MOST_PROPOSALS = 20_000;
/** Proposals refused in a row after which a pattern counts as rigid. */
const PATIENCE = 1_000;

export interface Stirred {
  readonly pattern: Pattern;
  /** swaps proposed, and accepted */
  readonly swaps: number;
  readonly accepted: number;
}

/** A junction whose edges may be swapped: those that stay within a left and a right window leave its own two entries alone. */
interface Swappable {
  readonly junction: number;
  readonly fanIn: number;
  /** edge list in step with the scorer's */
  readonly sources: Uint32Array;
  readonly leftWindow: Uint32Array;
  /** right neurons of one window, and those of them that fed the same neurons at the start: swaps between these keep every path count */
  readonly neighbours: Groups;
  readonly twins: Groups;
}

/** Neuron → its group; group → its neurons. */
interface Groups {
  readonly groupOf: readonly number[];
  readonly members: readonly number[][];
}

function groupsBy(neurons: number, keyOf: (neuron: number) => string | number): Groups {
  const numbers = new Map<string | number, number>();
  const members: number[][] = [];
  const groupOf = Array.from({ length: neurons }, (_, neuron) => {
    const key = keyOf(neuron);
    const group = numbers.get(key) ?? numbers.size;
    if (group === numbers.size) {
      numbers.set(key, group);
      members.push([]);
    }
    members[group].push(neuron);
    return group;
  });
  return { groupOf, members };
}

/** Neuron → its window; every neuron lies in one. */
function windowOfNeurons({ entries }: Problem, junction: number, direction: Direction): Uint32Array {
  const windows = windowsOf(entries, junction, direction);
  if (windows === undefined)
    throw new InvalidValueError(`expected entries of every junction; got none of junction ${junction}`);
  return windows.members;
}

/** Left neuron → the right neurons that it feeds in this junction, as a key. */
function targetKeys(pattern: Pattern, size: JunctionSize): string[] {
  const keys = new Array<string>(size.left).fill('');
  pattern.junctions[size.number - 1].forEach((k, e) => {
    keys[k] += ` ${Math.floor(e / size.fanIn)}`;
  });
  return keys;
}

function swappable(problem: Problem, pattern: Pattern): Swappable[] {
  const sizes = junctionSizes(pattern);
  return sizes
    .filter((size) => size.density < 1)
    .map(({ number, fanIn, right }) => {
      const rightWindow = windowOfNeurons(problem, number, 'backward');
      const next = sizes[number];
      const keys = next === undefined ? [] : targetKeys(pattern, next);
      return {
        junction: number,
        fanIn,
        sources: pattern.junctions[number - 1].slice(),
        leftWindow: windowOfNeurons(problem, number, 'forward'),
        neighbours: groupsBy(right, (j) => rightWindow[j]),
        twins: groupsBy(right, (j) => `${rightWindow[j]}:${keys[j] ?? ''}`),
      };
    });
}

/** A random edge and one between the same two windows, from another right neuron; the second is −1 where there is none. */
function edgePair(part: Swappable, random: Random): [number, number] {
  const { sources, fanIn, leftWindow } = part;
  const first = random.below(sources.length);
  const window = leftWindow[sources[first]];
  const { groupOf, members } = random.below(2) === 0 ? part.neighbours : part.twins;
  const others = members[groupOf[Math.floor(first / fanIn)]];
  const start = others[random.below(others.length)] * fanIn;
  const turn = random.below(fanIn);
  for (let i = 0; i < fanIn; i++) {
    const edge = start + ((turn + i) % fanIn);
    if (leftWindow[sources[edge]] === window) return [first, edge];
  }
  return [first, -1];
}

function keepsAll(scorer: IncrementalScorer): boolean {
  for (let i = 0; i < scorer.vector.length; i++) if (scorer.proposed[i] < scorer.vector[i]) return false;
  return true;
}

/** Whether swaps of this problem can be followed at all. */
function isStirrable(problem: Problem): boolean {
  const counted = problem.entries.filter((entry) => !entry.vacuousUnder['fair-share']);
  const isFollowed = (entry: Entry) => canFollow(problem, entry, 'fair-share');
  return counted.length > 0 && totalEdges(problem) <= MOST_EDGES && counted.every(isFollowed);
}

/**
 * A walk over patterns with the same scatter vector in fair-share, by swaps that lower no entry; a fixed number is proposed. Where an
 * entry without padding is at its bound in fair-share it is at its bound in indicator as well, so this holds in both metrics. Which
 * neighbourhoods coincide then depends less on how the pattern was built; where swaps cannot keep the span, nothing changes.
 */
export function stir(problem: Problem, pattern: Pattern, random: Random): Stirred {
  const parts = swappable(problem, pattern);
  if (parts.length === 0 || !isStirrable(problem)) return { pattern, swaps: 0, accepted: 0 };
  const counted = problem.entries.filter((entry) => !entry.vacuousUnder['fair-share']);
  const scorer = new IncrementalScorer(pattern, counted, 'fair-share');
  const proposals = Math.min(MOST_PROPOSALS, PROPOSALS_PER_EDGE * totalEdges(problem));
  let accepted = 0;
  let refused = 0;
  let swaps = 0;
  for (; swaps < proposals && refused < PATIENCE; swaps++, refused++) {
    const part = parts[random.below(parts.length)];
    const [first, second] = edgePair(part, random);
    if (second < 0 || !scorer.propose(part.junction, first, second) || !keepsAll(scorer)) continue;
    scorer.accept();
    const held = part.sources[first];
    part.sources[first] = part.sources[second];
    part.sources[second] = held;
    accepted++;
    refused = 0;
  }
  return { pattern: accepted === 0 ? pattern : scorer.toPattern(), swaps, accepted };
}
