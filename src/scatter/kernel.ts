import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { JunctionLists } from './junction-lists.ts';
import { requireMatching } from './matching.ts';
import { meanShare, type ShareScale, shareFault, shareScale } from './mean-share.ts';
import { type Metric, otherMetric, type ScatterScore } from './metric.ts';
import { cheaperEntry, pairsKey } from './pairs.ts';
import { creditsByPaths, pathFault } from './path-counts.ts';
import { addCredits, addReached, Totals } from './span-rows.ts';
import { type CounterBits, narrowestCounter } from './wasm/count-kernels.ts';
import { type ScatterKernels, threadKernels } from './wasm/scatter-kernels.ts';

/** An entry with its scale and the narrowest way to compute it: bits where one path is full marks, else counters, else doubles. */
interface PreparedEntry {
  readonly entry: Entry;
  readonly scale: ShareScale;
  readonly counter: 'bit' | CounterBits | 'double';
}

function prepare(entry: Entry, metric: Metric): PreparedEntry {
  const scale = shareScale(entry, metric);
  const cap = Math.max(...scale.classes.map((share) => share.cap));
  return { entry, scale, counter: cap === 1 ? 'bit' : narrowestCounter(cap) };
}

/** Shares from windows `first` to `limit − 1`: whole numbers, `averaged × classes`. */
export interface PieceShares {
  readonly first: number;
  readonly limit: number;
  readonly shares: Float64Array;
}

/** A pattern on this thread's machine, for as many entries as are wanted of it. */
class Scoring {
  readonly #machine: ScatterKernels;
  readonly #pattern: Pattern;
  readonly #lists: JunctionLists;
  readonly #known = new Map<string, number>();

  constructor(pattern: Pattern) {
    this.#machine = threadKernels();
    this.#machine.release(0);
    this.#pattern = pattern;
    this.#lists = new JunctionLists(this.#machine, pattern);
  }

  /** Shares in at most `most` pieces; views that the next call overwrites. */
  shares({ entry, scale, counter }: PreparedEntry, most: number): PieceShares[] {
    if (counter === 'double') {
      return [{ first: 0, limit: scale.windows, shares: creditsByPaths(this.#pattern, entry, scale) }];
    }
    const machine = this.#machine;
    const steps = this.#lists.steps(entry);
    const mark = machine.mark;
    const count = scale.averaged * scale.classes.length;
    const totals = new Totals(machine, count, most);
    if (counter === 'bit') addReached(machine, steps, entry, totals);
    else addCredits(machine, steps, entry, scale, counter, totals);
    machine.release(mark);
    return totals.pieces.map(({ first, limit, totals: address }) => {
      return { first, limit, shares: machine.doubles.subarray(address / 8, address / 8 + count) };
    });
  }

  value(entry: Entry, metric: Metric): number {
    const cheaper = cheaperEntry(this.#pattern, entry);
    const pairs = pairsKey(cheaper);
    const key = pairs === null ? null : `${pairs} ${metric}`;
    const known = key === null ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const ready = prepare(cheaper, metric);
    const value = piecesValue(ready.scale, this.shares(ready, 1));
    if (key !== null) this.#known.set(key, value);
    return value;
  }

  score(entries: readonly Entry[], metric: Metric): ScatterScore {
    const vector = entries.map((entry) => (entry.vacuousUnder[metric] ? 1 : this.value(entry, metric)));
    return { metric, scatter: Math.min(...vector), vector };
  }
}

function piecesValue(scale: ShareScale, pieces: readonly PieceShares[]): number {
  const classes = scale.classes.length;
  const sums = new Float64Array(classes);
  for (const { shares } of pieces) {
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let i = c; i < shares.length; i += classes) sum += shares[i];
      sums[c] += sum;
    }
  }
  return meanShare(scale, sums);
}

/** Pieces of windows that an entry's shares are told apart by, at most: enough that one can be audited at a time. */
const MOST_PIECES = 32;

/**
 * What each averaged neuron gets from some windows after the other: together the sums of `meanShare`. The same work as scoring
 * the entry, without the shortcut for vacuous ones. Neurons and windows are those of `cheaperEntry`.
 */
export function entryShares(pattern: Pattern, entry: Entry, metric: Metric): PieceShares[] {
  requireMatching(pattern, [entry]);
  const ready = prepare(cheaperEntry(pattern, entry), metric);
  const pieces = new Scoring(pattern).shares(ready, MOST_PIECES);
  return pieces.map((piece) => ({ ...piece, shares: piece.shares.slice() }));
}

/** An entry's value from its shares. */
export function sharesValue(pattern: Pattern, entry: Entry, metric: Metric, pieces: readonly PieceShares[]): number {
  return piecesValue(prepare(cheaperEntry(pattern, entry), metric).scale, pieces);
}

/**
 * The scatter vector and S of a pattern, equal to `referenceScore` bit for bit. Vacuous entries are 1 without work.
 * What can be prepared is kept with each entry object: score with the same ones again and again. Memory of the kernels is one a
 * thread and reused.
 * @throws RangeError when the entries belong to another architecture, or paths cannot be counted exactly
 */
export function scorePattern(pattern: Pattern, entries: readonly Entry[], metric: Metric): ScatterScore {
  requireMatching(pattern, entries);
  return new Scoring(pattern).score(entries, metric);
}

/** The scores of one pattern in both metrics. */
export interface BothScores {
  readonly score: ScatterScore;
  /** under the other metric; null where path counts cost too much */
  readonly other: ScatterScore | null;
  /** why `other` is null, one sentence; else null */
  readonly otherReason: string | null;
}

/** Additions of path counts, in vectors of 128 bits, above which the fair-share score is left out beside an indicator score. */
const MOST_SPAN_ADDITIONS = 4e9;

/** In the first junction paths are counted edge by edge; in each further one rows of counters are added. */
function pathAdditions(pattern: Pattern, { entry, counter }: PreparedEntry): number {
  if (entry.vacuousUnder['fair-share'] || counter === 'bit') return 0;
  const first = entry.direction === 'forward' ? entry.from : entry.to;
  let edges = 0;
  for (let i = entry.from; i <= entry.to; i++) if (i !== first) edges += pattern.junctions[i - 1].length;
  // doubles are added one by one, at about four times the cost of a vector
  return counter === 'double' ? edges * entry.windows.count * 4 : (edges * entry.windows.count * counter) / 128;
}

/** Why the fair-share score is too costly beside an indicator score, one sentence, or null. */
function fairShareObstacle(pattern: Pattern, entries: readonly Entry[], most: number): string | null {
  const measured = entries.filter(({ vacuousUnder }) => !vacuousUnder['fair-share']);
  const faults = measured.map((entry) => shareFault(entry, 'fair-share') ?? pathFault(pattern, entry));
  const fault = faults.find((each) => each !== null);
  if (fault !== undefined) return fault;
  const computed = new Map(
    measured.map((entry) => cheaperEntry(pattern, entry)).map((each) => [pairsKey(each) ?? each, each]),
  );
  let additions = 0;
  for (const entry of computed.values()) additions += pathAdditions(pattern, prepare(entry, 'fair-share'));
  if (additions <= most) return null;
  return `fair-share would take ${additions.toPrecision(2)} additions of path counts, above the limit of ${most.toPrecision(2)}`;
}

/**
 * The score under the ranking metric, and under the other one where that is affordable. Entries that agree are computed once.
 * @param most additions of path counts that the fair-share score may take when it is the other one
 * @throws RangeError as `scorePattern`
 */
export function scoreBoth(
  pattern: Pattern,
  entries: readonly Entry[],
  metric: Metric,
  most: number = MOST_SPAN_ADDITIONS,
): BothScores {
  requireMatching(pattern, entries);
  const scoring = new Scoring(pattern);
  const score = scoring.score(entries, metric);
  const second = otherMetric(metric);
  const otherReason = second === 'fair-share' ? fairShareObstacle(pattern, entries, most) : null;
  if (otherReason !== null) return { score, other: null, otherReason };
  const vector = entries.map((entry, index) =>
    entry.vacuousUnder['fair-share'] || prepare(entry, 'fair-share').counter === 'bit'
      ? score.vector[index]
      : scoring.value(entry, second),
  );
  return { score, other: { metric: second, scatter: Math.min(...vector), vector }, otherReason: null };
}
