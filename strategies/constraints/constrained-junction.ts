import { InvalidValueError } from '../../src/base/caller-errors.ts';
import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import { clashFreeOrder } from '../../src/pattern/clash-free.ts';
import { cellStart } from '../../src/pattern/constraints/cell-start.ts';
import { fillCells } from '../../src/pattern/constraints/fill-cells.ts';
import { PairSet } from '../../src/pattern/constraints/pair-set.ts';
import { type Cells, cellsOf, isFree, type JunctionRules, sharesVary } from '../../src/pattern/constraints/rules.ts';
import { sortRows } from '../../src/pattern/pattern.ts';
import { curveballRounds, randomJunction } from '../shared/biregular.ts';
import { CellTrades } from './cell-trades.ts';
import { CycleMoves } from './cycle-moves.ts';
import { distinctStart } from './distinct-start.ts';
import { RowNames } from './row-names.ts';
import { renameWithinClasses } from './surplus-moves.ts';

/** Passes over the rows that are like another, in each of which every one trades once. */
const MOST_PASSES = 400;

/** A random junction that keeps the rules; null where there is none or none was found. */
export function constrainedJunction(rules: JunctionRules, random: Random): Uint32Array | null {
  const { left, right, fanOut } = rules.size;
  if (isFree(rules)) return randomJunction(left, right, fanOut, random);
  return sharesVary(rules) ? cycleJunction(rules, random) : cellJunction(rules, cellsOf(rules), random);
}

const fixedPairs = ({ size, forbidden, forced }: JunctionRules): PairSet | null =>
  forbidden.length + forced.length === 0 ? null : new PairSet(size.left, size.right, [...forbidden, ...forced]);

/**
 * Uniform, up to mixing, over all junctions that keep the cells. With forced or forbidden edges: a random junction, mended by
 * maximum flow, then mixed by moves whose limit is uniform over what they reach, which need not be everything. Null as constrainedJunction.
 */
export function cellJunction(rules: JunctionRules, cells: Cells, random: Random): Uint32Array | null {
  const { size } = rules;
  const rounds = curveballRounds(size.edges);
  const fixed = fixedPairs(rules);
  let sources = renamedStart(size, cells, random);
  new CellTrades(sources, size, cells, null, null).rounds(rounds, random);
  if (fixed !== null) {
    const filling = fillCells(rules, cells, sources, (neurons) => random.shuffle(neurons));
    if (!filling.ok) return null;
    sources = filling.sources;
  }
  if (rules.distinct) return distinctJunction(rules, cells, sources, fixed, random);
  if (fixed !== null) new CellTrades(sources, size, cells, fixed, null).rounds(rounds, random);
  return sources;
}

/** Which left neurons have an edge more, where degrees are balanced, is drawn. */
function renamedStart(size: JunctionSize, cells: Cells, random: Random): Uint32Array {
  const sources = cellStart(size, cells);
  renameWithinClasses(sources, size, cells, random);
  sortRows(sources, size.right, size.fanIn);
  return sources;
}

/** Where few rows are possible they are dealt out; else a mixed junction is mended. Mixed again at the end. */
function distinctJunction(
  rules: JunctionRules,
  cells: Cells,
  mixed: Uint32Array,
  fixed: PairSet | null,
  random: Random,
): Uint32Array | null {
  const { size } = rules;
  const dealt = fixed === null ? distinctStart(rules, cells, random) : null;
  const sources = dealt ?? mixed;
  const names = new RowNames(size.left, sources, size.right);
  const trades = new CellTrades(sources, size, cells, fixed, names);
  if (!part(names, size.right, (j) => trades.tradeAny(j, random))) return null;
  trades.rounds(curveballRounds(size.edges), random);
  return sources;
}

/** Stirs the rows that are like another until none is, or for too long. @returns whether all differ */
export function part(names: RowNames, right: number, stir: (row: number) => void): boolean {
  for (let pass = 0; names.twins > 0 && pass < MOST_PASSES; pass++) {
    for (let j = 0; j < right; j++) if (names.isTwin(j)) stir(j);
  }
  return names.twins === 0;
}

/**
 * For cycles that end within right neurons: uniform, up to mixing, over all junctions that keep their cycles; with forced or
 * forbidden edges mended by chance, then uniform over what the moves reach.
 */
function cycleJunction(rules: JunctionRules, random: Random): Uint32Array | null {
  const { left, right, edges } = rules.size;
  const moves = new CycleMoves(roundRobinOrder(left, edges), rules);
  const rounds = curveballRounds(edges);
  moves.rounds(rounds, false, random);
  if (!moves.repair(random)) return null;
  if (rules.distinct) {
    const names = new RowNames(left, moves.order, right);
    moves.watch(names);
    if (!part(names, right, (j) => moves.stirRow(j, random))) return null;
  }
  if (rules.distinct || rules.forbidden.length + rules.forced.length > 0) moves.rounds(rounds, true, random);
  return moves.toSources();
}

/**
 * Another junction that keeps its rules, from one that does, by moves that keep them.
 * @param sources right-major, rows sorted; only read
 */
export function remixedJunction(rules: JunctionRules, sources: Uint32Array, random: Random): Uint32Array {
  const { size } = rules;
  const rounds = curveballRounds(size.edges);
  const mixed = sources.slice();
  const names = rules.distinct ? new RowNames(size.left, mixed, size.right) : null;
  if (!sharesVary(rules)) {
    const [cells, fixed] = [cellsOf(rules), fixedPairs(rules)];
    new CellTrades(mixed, size, cells, fixed, names).rounds(rounds, random);
    if (fixed === null) renameWithinClasses(mixed, size, cells, random);
    sortRows(mixed, size.right, size.fanIn);
    return mixed;
  }
  const moves = movesFrom(rules, mixed);
  if (names !== null) moves.watch(names);
  moves.rounds(rounds, true, random);
  return moves.toSources();
}

function movesFrom(rules: JunctionRules, sources: Uint32Array): CycleMoves {
  const order = clashFreeOrder(sources, rules.size.left, rules.size.right, rules.parallelism as number);
  if (order === null)
    throw new InvalidValueError('expected a junction that keeps its parallelism; got one that does not');
  return new CycleMoves(order, rules);
}

/** Edge e from left neuron e mod left: every z of them lie in z memories, for any z that divides `left`. */
const roundRobinOrder = (left: number, edges: number): Uint32Array =>
  Uint32Array.from({ length: edges }, (_, e) => e % left);
