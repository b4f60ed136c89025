import { range, shuffledRange } from '../base/numbers.ts';
import { Random } from '../base/random.ts';
import type { JunctionSize } from '../pattern/architecture.ts';
import { eliminationRank } from './elimination-rank.ts';
import { distinctIncidence, type Incidence, peel, restrict, transpose } from './incidence.ts';
import { krylovRank } from './krylov-rank.ts';
import { junctionProxy } from './proxy.ts';

/** Most additions that one run for one junction may take: 2 · edges · min(left, right). */
const MOST_RANK_ADDITIONS = 1.5e10;

/** Elimination where it takes fewer multiplications than this; it needs no luck. */
const DENSE_MULTIPLICATIONS = 3e7;

/** Runs of the random method at most; it ends when two agree on the most. */
const RUNS = 4;

export interface JunctionRank {
  readonly rank: number;
  /** rank equals an upper bound, or comes from elimination without luck; else it is a lower bound that two runs agree on */
  readonly method: 'full' | 'elimination' | 'krylov';
}

/** A few more random columns than there are rows: nearly always of the same rank, and at a fraction of the cost. */
function sampleColumns(matrix: Incidence, random: Random): Incidence | null {
  const count = Math.ceil((9 / 8) * matrix.rows) + 64;
  if (count > 0.75 * matrix.columns) return null;
  const keeps = new Uint8Array(matrix.columns);
  const order = shuffledRange(matrix.columns, random);
  for (const column of order.subarray(0, count)) keeps[column] = 1;
  const everyRow = range(matrix.rows);
  return restrict(matrix, everyRow, keeps);
}

/** @param matrix rows ≤ columns */
function coreRank(matrix: Incidence, random: Random): JunctionRank {
  const { rows, columns } = matrix;
  if ((rows * rows * columns) / 2 <= DENSE_MULTIPLICATIONS) {
    const rank = eliminationRank(matrix);
    return { rank, method: rank === rows ? 'full' : 'elimination' };
  }
  const sample = sampleColumns(matrix, random.fork(0));
  if (sample !== null && krylovRank(sample, rows, random.fork(1)) === rows) return { rank: rows, method: 'full' };
  let best = -1;
  for (let run = 0; run < RUNS; run++) {
    const rank = krylovRank(matrix, rows, random.fork(2, run));
    if (rank === rows) return { rank, method: 'full' };
    if (rank === best) break;
    best = Math.max(best, rank);
  }
  return { rank: best, method: 'krylov' };
}

/**
 * Rank of one junction's 0/1 matrix, computed over the field of 2³¹ − 1 elements: at most the rational rank. It is lower with
 * a probability that is estimated at 10⁻⁵ for 4096 neurons (method 'krylov') and less for fewer; method 'full' is certain. Repeated
 * rows and columns go first, then those with a single one; a small rest is eliminated, a large one is never filled in: its rank is
 * read off a Krylov sequence.
 * @param sources right-major, `right × fanIn`
 * @param seed of the random method. Default 1
 */
export function junctionRank(sources: Uint32Array, size: JunctionSize, seed = 1): JunctionRank {
  const { core, rank } = peel(distinctIncidence(sources, size));
  if (core.rows === 0 || core.columns === 0) return { rank, method: 'full' };
  const rest = coreRank(core.rows <= core.columns ? core : transpose(core), Random.fromSeed(seed));
  return { rank: rank + rest.rank, method: rest.method };
}

/**
 * Rank of the connections as such, all weights alike. (With weights in general position only the matching number counts.) It is low
 * where neighbourhoods are repeated or add up to one another: the rows of a grid of K×L permutation blocks add up to ones in each of
 * the K row blocks, the columns in each of the L column blocks, so its rank is at most min(N_r − K, N_l − L) + 1.
 */
export const rank = junctionProxy(
  {
    name: 'rank',
    summary: 'rank of the 0/1 matrix relative to min(N_l, N_r), in the worst junction',
    source:
      'Rank over a prime field without fill-in: Wiedemann 1986 (doi 10.1109/TIT.1986.1057137), after exact elimination where that is cheap',
    better: 'higher',
    unit: 'fraction in (0, 1]; 1: full rank',
    cost: `4 · edges · min(N_l, N_r) additions for a large junction of deficient rank, half for a full one; left out where 2 · edges · min(N_l, N_r) is above ${MOST_RANK_ADDITIONS}`,
    invariant: true,
  },
  (sources, size) => {
    const fullRank = Math.min(size.left, size.right);
    const additions = 2 * size.edges * fullRank;
    if (additions > MOST_RANK_ADDITIONS) {
      return `The rank of junction ${size.number} would take ${additions.toPrecision(2)} additions; at most ${MOST_RANK_ADDITIONS} are spent.`;
    }
    return junctionRank(sources, size).rank / fullRank;
  },
);
