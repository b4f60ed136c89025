import type { Architecture } from '../architecture.ts';
import { cellStart } from './cell-start.ts';
import type { Constraints, NeuronPair } from './constraints.ts';
import { possibleRows } from './distinct-rows.ts';
import { fillCells } from './fill-cells.ts';
import { type Cells, cellsOf, type JunctionRules, searchableRules, sharesVary } from './rules.ts';

/** Tables of more pairs of neurons than this are not checked: 1 GiB. */
const MOST_PAIRS = 2 ** 30;

const plainCells = ({ size }: JunctionRules): Cells => ({
  leftClass: new Uint32Array(size.left),
  leftClasses: 1,
  rightClass: new Uint32Array(size.right),
  rightClasses: 1,
});

function distinctConflict(rules: JunctionRules): string | null {
  const { left, right, fanIn } = rules.size;
  if (!rules.distinct) return null;
  const possible = possibleRows(rules, right);
  if (possible >= right) return null;
  if (fanIn === left)
    return `${right} right neurons cannot differ: all have the same left neurons, the junction is dense`;
  const kept = rules.parallelism === null && rules.structure === null ? '' : ' that keep the other constraints';
  return `${right} right neurons cannot all differ: there are only ${possible} sets of ${fanIn} of ${left} left neurons${kept}`;
}

/** Why no junction of these cells can have the forced and none of the forbidden edges, or null. */
export function edgeConflict(rules: JunctionRules, cells: Cells, rightNoun?: string): string | null {
  if (rules.forbidden.length + rules.forced.length === 0) return null;
  if ((rules.size.left * rules.size.right) / cells.leftClasses / cells.rightClasses > MOST_PAIRS) return null;
  const filling = fillCells(rules, cells, cellStart(rules.size, cells), (neurons) => neurons, rightNoun);
  return filling.ok ? null : filling.message;
}

/**
 * Where a cycle is read from several right neurons: together these have one edge from every memory, so that a cycle is like one
 * right neuron, to which what is allowed to any of its right neurons is allowed. A conflict of cycles is one of right neurons.
 */
function cycleConflict(rules: JunctionRules): string | null {
  const { size, parallelism, forbidden, forced } = rules;
  if (!sharesVary(rules) || parallelism === null || parallelism % size.fanIn !== 0) return null;
  const perCycle = parallelism / size.fanIn;
  const inCycles = (pairs: readonly NeuronPair[], least: number) => {
    const rows = new Map<string, Set<number>>();
    for (const [k, j] of pairs) {
      const key = `${k} ${Math.floor(j / perCycle)}`;
      rows.set(key, (rows.get(key) ?? new Set()).add(j));
    }
    const full = [...rows].filter(([, own]) => own.size >= least);
    return full.map(([key]) => key.split(' ').map(Number) as [number, number]);
  };
  const cycles = { ...size, right: size.right / perCycle, fanIn: parallelism };
  const grouped = { ...rules, size: cycles, forbidden: inCycles(forbidden, perCycle), forced: inCycles(forced, 1) };
  return edgeConflict(grouped, cellsOf(grouped), 'cycle');
}

/** Why no junction can keep these rules, or null when that is not certain. */
export function junctionConflict(rules: JunctionRules): string | null {
  if (!sharesVary(rules)) return distinctConflict(rules) ?? edgeConflict(rules, cellsOf(rules));
  return distinctConflict(rules) ?? edgeConflict(rules, plainCells(rules)) ?? cycleConflict(rules);
}

/**
 * Whether a junction that has no conflict is sure to exist and to be found. Forced or forbidden edges where cycles end within right
 * neurons are no matter of flow, and different neighbourhoods are looked for by chance.
 */
export const isDecided = (rules: JunctionRules): boolean =>
  !rules.distinct && (rules.forbidden.length + rules.forced.length === 0 || !sharesVary(rules));

/**
 * Why no pattern of an architecture can keep these constraints: a proof, by maximum flow where edges are forced or forbidden and
 * by counting where neighbourhoods must differ. Null when there is a pattern, or (isDecided) when it could not be ruled out.
 * @throws RangeError for constraints that do not fit the architecture
 */
export function constraintConflict(architecture: Architecture, constraints: Constraints): string | null {
  for (const rules of searchableRules(architecture, constraints)) {
    const conflict = junctionConflict(rules);
    if (conflict !== null) return `junction ${rules.size.number}: ${conflict}`;
  }
  return null;
}
