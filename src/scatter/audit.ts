import { InvalidValueError } from '../base/caller-errors.ts';
import type { Random } from '../base/random.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { entryShares, type PieceShares, sharesValue } from './kernel.ts';
import { requireMatching } from './matching.ts';
import { shareScale } from './mean-share.ts';
import type { Metric, ScatterScore } from './metric.ts';
import { cheaperEntry } from './pairs.ts';
import { isReachAlone, markReached, referenceCost, referenceEntry } from './reference.ts';
import { rowsCost, SparseJunctions, windowProductRows } from './row-products.ts';

export interface AuditResult {
  /** 'whole': every entry recomputed; 'sampled': rows of every entry, chosen at random, its sum checked over the kernel's rows */
  readonly audit: 'whole' | 'sampled';
  readonly agrees: boolean;
  /** the first disagreement, one sentence; null when there is none */
  readonly message: string | null;
}

export interface AuditOptions {
  /** multiply-adds of dense products up to which the audit is whole; default `WHOLE_AUDIT_COST` */
  readonly wholeUpTo?: number;
  /** where the shares under audit come from; default the kernel */
  readonly shares?: (pattern: Pattern, entry: Entry, metric: Metric) => readonly PieceShares[];
}

/**
 * Multiply-adds of the whole reference up to which it is recomputed, about 30 ms on one core. Above, rows are sampled: on
 * 64-1024-64 (128,8), whose reference takes 3.5e7 multiply-adds and 0.12 to 0.16 s, a sampled audit takes about 0.02 s. A search
 * audits some forty candidates in its first second: whole audits of that size would fill its threads for three.
 */
const WHOLE_AUDIT_COST = 1e7;

/** Multiply-adds spent on the sampled rows of one entry; one row is always done. */
const SAMPLED_ENTRY_COST = 1e6;

const MOST_SAMPLED_ROWS = 32;

function disagreement(entry: Entry, expected: number, got: number, where = ''): string {
  return `${entry.key}${where}: the reference gives ${expected}, the score says ${got}`;
}

function wholeAudit(pattern: Pattern, entries: readonly Entry[], score: ScatterScore): string | null {
  for (const [index, entry] of entries.entries()) {
    const expected = referenceEntry(pattern, entry, score.metric);
    if (expected !== score.vector[index]) return disagreement(entry, expected, score.vector[index]);
  }
  return null;
}

/** Distinct averaged neurons, at random. */
function chooseRows(entry: Entry, rows: number, random: Random): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(rows, entry.averaged)) chosen.add(random.below(entry.averaged));
  return [...chosen];
}

/** Rows of one piece of windows, recomputed. */
function sampledRows(
  junctions: SparseJunctions,
  entry: Entry,
  metric: Metric,
  { first, limit, shares }: PieceShares,
  random: Random,
  reachAlone: boolean,
): string | null {
  const scale = shareScale(entry, metric);
  const classes = scale.classes.length;
  let rows = MOST_SAMPLED_ROWS;
  while (rows > 1 && rowsCost(junctions, entry, rows, { first, limit }) > SAMPLED_ENTRY_COST) rows /= 2;
  const chosen = chooseRows(entry, rows, random);
  const kept = reachAlone ? markReached : undefined;
  const product = windowProductRows(junctions, entry, chosen, { first, limit }, kept);
  for (const [r, neuron] of chosen.entries()) {
    const expected = new Float64Array(classes);
    for (let w = first; w < limit; w++) {
      const { need, unit } = scale.classes[scale.classOf[w]];
      expected[scale.classOf[w]] += Math.min(need, product.get(w - first, r) * unit);
    }
    for (let c = 0; c < classes; c++) {
      const got = shares[neuron * classes + c];
      if (expected[c] !== got) return disagreement(entry, expected[c], got, `, share of neuron ${neuron}`);
    }
  }
  return null;
}

function sampledAudit(
  pattern: Pattern,
  entries: readonly Entry[],
  { metric, vector }: ScatterScore,
  random: Random,
  sharesOf: NonNullable<AuditOptions['shares']>,
): string | null {
  const junctions = new SparseJunctions(pattern);
  for (const [index, entry] of entries.entries()) {
    if (entry.vacuousUnder[metric]) {
      if (vector[index] !== 1) return disagreement(entry, 1, vector[index]);
      continue;
    }
    const pieces = sharesOf(pattern, entry, metric);
    const sum = sharesValue(pattern, entry, metric, pieces);
    if (sum !== vector[index]) return disagreement(entry, sum, vector[index], ' (sum of the kernel’s shares)');
    const computed = cheaperEntry(pattern, entry);
    const piece = pieces[random.below(pieces.length)];
    const message = sampledRows(junctions, computed, metric, piece, random, isReachAlone(pattern, computed, metric));
    if (message !== null) return message;
  }
  return null;
}

/**
 * Checks a score against the ml-matrix reference before it is believed.
 *
 * Whole where the dense products cost at most `WHOLE_AUDIT_COST` multiply-adds: every entry must come out bit-equal. Above that,
 * sampled: the kernel's shares of single neurons in pieces of the windows (1024 or so) must add up to the score exactly, and of
 * one piece, chosen at random, the reference recomputes as many random rows as `SAMPLED_ENTRY_COST` allows (1 to 32), by the same
 * products: row vectors through the chain, dense blocks built piecewise.
 * @param score of `pattern` by these entries; a wrong number is a result with a message, not an error
 * @throws RangeError when the entries belong to another architecture, or the vector is not as long as they are
 */
export function auditScore(
  pattern: Pattern,
  entries: readonly Entry[],
  score: ScatterScore,
  random: Random,
  options: AuditOptions = {},
): AuditResult {
  requireMatching(pattern, entries);
  if (score.vector.length !== entries.length) {
    throw new InvalidValueError(`expected a score of ${entries.length} entries; got ${score.vector.length}`);
  }
  const cost = entries.reduce((sum, entry) => sum + referenceCost(pattern, entry), 0);
  const audit = cost <= (options.wholeUpTo ?? WHOLE_AUDIT_COST) ? 'whole' : 'sampled';
  let message =
    audit === 'whole'
      ? wholeAudit(pattern, entries, score)
      : sampledAudit(pattern, entries, score, random, options.shares ?? entryShares);
  const least = Math.min(...score.vector);
  if (message === null && score.scatter !== least) {
    message = `S must be the least entry, ${least}; the score says ${score.scatter}`;
  }
  return { audit, agrees: message === null, message };
}
