import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import { classMembers } from '../../src/pattern/constraints/cell-start.ts';
import { possibleRows } from '../../src/pattern/constraints/distinct-rows.ts';
import type { Cells, JunctionRules } from '../../src/pattern/constraints/rules.ts';
import { sortRows } from '../../src/pattern/pattern.ts';
import { slackOf } from '../../src/pattern/slack.ts';

/** Where possible rows are this many times the rows, random ones seldom coincide and trades part them. */
const PLENTY = 4;

/** All subsets of `size` of the members, each ascending. */
function subsets(members: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return members.flatMap((first, index) => subsets(members.slice(index + 1), size - 1).map((rest) => [first, ...rest]));
}

/** Every row that keeps the cells: in each class one of its subsets of the right size. */
function allRows(fanIn: number, cells: Cells): number[][] {
  const quota = fanIn / cells.leftClasses;
  let rows: number[][] = [[]];
  for (const members of classMembers(cells.leftClass, cells.leftClasses)) {
    const own = subsets([...members], quota);
    rows = rows.flatMap((row) => own.map((subset) => [...row, ...subset]));
  }
  return rows;
}

const keyOf = (row: readonly number[]) => [...row].sort((a, b) => a - b).join();

/** Of every neuron; where degrees are balanced those of a class that have an edge more are drawn. */
function drawDegrees(
  { left, leastFanOut, mostFanOut, ...size }: JunctionSize,
  cells: Cells,
  random: Random,
): Int32Array {
  const degrees = new Int32Array(left).fill(mostFanOut);
  const slack = slackOf({ left, mostFanOut, ...size }) / cells.leftClasses;
  if (slack === 0) return degrees;
  for (const members of classMembers(cells.leftClass, cells.leftClasses)) {
    for (const k of random.shuffle(members).subarray(0, slack)) degrees[k] = leastFanOut;
  }
  return degrees;
}

/**
 * Different rows with even degrees where few are possible, or null where many are. From different random ones a left neuron x
 * with too many edges gives one to a neuron y of its class with too few, in a row in which that makes no twin. There is such a
 * row: at least one edge more than y has x, so that more rows have x and not y than y and not x, and not all of the former have their twin among the latter.
 */
export function distinctStart(rules: JunctionRules, cells: Cells, random: Random): Uint32Array | null {
  const { right, fanIn } = rules.size;
  if (cells.rightClasses > 1 || possibleRows(rules, PLENTY * right) >= PLENTY * right) return null;
  const rows = random.shuffle(allRows(fanIn, cells)).slice(0, right);
  const keys = new Set(rows.map(keyOf));
  const degrees = drawDegrees(rules.size, cells, random).map((degree) => -degree);
  for (const row of rows) for (const k of row) degrees[k]++;
  for (let x = degrees.findIndex((excess) => excess > 0); x >= 0; x = degrees.findIndex((excess) => excess > 0)) {
    const y = degrees.findIndex((excess, k) => excess < 0 && cells.leftClass[k] === cells.leftClass[x]);
    for (const [index, row] of rows.entries()) {
      if (!row.includes(x) || row.includes(y)) continue;
      const changed = row.map((k) => (k === x ? y : k));
      if (keys.has(keyOf(changed))) continue;
      keys.delete(keyOf(row));
      keys.add(keyOf(changed));
      rows[index] = changed;
      break;
    }
    degrees[x]--;
    degrees[y]++;
  }
  const sources = Uint32Array.from(rows.flat());
  sortRows(sources, right, fanIn);
  return sources;
}
