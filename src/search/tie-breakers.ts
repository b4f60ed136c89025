import { type Architecture, type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { requireProxy } from '../proxies/index.ts';
import { OTHER_SCATTER } from '../proxies/names.ts';
import { type Criterion, compareLexicographic, rankingOrder, SCATTER } from '../proxies/ranking.ts';
import type { Ties } from './candidate.ts';
import { type RankingFields, rankingValues } from './ranking.ts';

/** Estimated milliseconds above which a search leaves a criterion out: ranking must not take longer than making and scoring. */
export const MOST_TIE_BREAKER_MS = 200;

interface NetworkCosts {
  readonly junctions: readonly JunctionSize[];
  readonly architecture: Architecture;
}

const edgesOf = (junctions: readonly JunctionSize[]) => junctions.reduce((sum, { edges }) => sum + edges, 0);

/** Additions of a millisecond (pairs: input–output pairs looked at), as measured on one core, to within a factor of 2. */
const rate = { path: 8e5, pairs: 1e5, cycle: 2e5, spectrum: 2e5, field: 3e5 } as const;

/** Lanczos steps that a spectrum takes at most, as seen for random junctions; two additions an edge and step. */
const LANCZOS_STEPS = 100;

const spectrumMs = ({ junctions }: NetworkCosts) => (2 * LANCZOS_STEPS * edgesOf(junctions)) / rate.spectrum;

/**
 * What a measurement costs, in milliseconds, from the sizes alone, since what is left out must not depend on the machine. Those
 * not named here (two passes over the edges, or new) count as cheap.
 */
const estimatedMs: Readonly<Record<string, (sizes: NetworkCosts) => number>> = {
  'path-evenness': ({ junctions, architecture: { usedInputs, usedOutputs } }) =>
    Math.min(usedOutputs * edgesOf(junctions.slice(0, -1)), usedInputs * edgesOf(junctions.slice(1))) / rate.path +
    (usedInputs * usedOutputs) / rate.pairs,
  'four-cycles': ({ junctions }) =>
    junctions.reduce((sum, { edges, fanIn, fanOut }) => sum + (edges * (Math.min(fanIn, fanOut) - 1)) / 2, 0) /
    rate.cycle,
  'spectral-gap': spectrumMs,
  'ramanujan-deficit': spectrumMs,
  rank: ({ junctions }) =>
    junctions.reduce((sum, { edges, left, right }) => sum + 4 * edges * Math.min(left, right), 0) / rate.field,
};

interface SearchOrder {
  /** scatter first; those left out are among them, and decide nothing */
  readonly criteria: readonly Criterion[];
  /** names of criteria that would cost too much for each candidate of such an architecture */
  readonly leftOut: readonly string[];
}

/** @param order what decides after S, in turn. @throws RangeError for an unknown or repeated name */
export function searchOrder(order: readonly string[], architecture: Architecture): SearchOrder {
  const criteria = rankingOrder(order);
  const sizes = { junctions: junctionSizes(architecture), architecture };
  const costs = criteria.map(({ name }) => ({ name, ms: estimatedMs[name]?.(sizes) ?? 0 }));
  return { criteria, leftOut: costs.filter(({ ms }) => ms > MOST_TIE_BREAKER_MS).map(({ name }) => name) };
}

/**
 * Measures what decides between candidates of equal scatter, and only as far as it can matter: one criterion after the other,
 * and no further once the candidate is behind one that must be beaten, since nothing that comes later would change that.
 */
export class TieBreakers {
  readonly #criteria: readonly Criterion[];
  readonly #comparators: readonly ReturnType<typeof compareLexicographic>[];
  readonly #measured: readonly string[];
  readonly #leftOut: ReadonlySet<string>;
  readonly #architecture: Architecture;

  /** @throws RangeError for an unknown or repeated name */
  constructor(order: readonly string[], architecture: Architecture) {
    const { criteria, leftOut } = searchOrder(order, architecture);
    this.#criteria = criteria;
    this.#comparators = criteria.map((criterion) => compareLexicographic([criterion]));
    this.#measured = criteria.map(({ name }) => name).filter((name) => name !== SCATTER && name !== OTHER_SCATTER);
    this.#leftOut = new Set(leftOut);
    this.#architecture = architecture;
  }

  /**
   * @param toBeat what the candidate must be better than to be kept; null: everything is measured
   * @param target wanted S, or null for the highest
   * @returns by criterion; null for what is left out, or comes after one in which the candidate is behind
   */
  measure(
    pattern: Pattern,
    scores: Pick<RankingFields, 'scatter' | 'otherScatter'>,
    toBeat: Omit<RankingFields, 'number'> | null,
    target: number | null,
  ): Ties {
    const ties: Record<string, number | null> = Object.fromEntries(this.#measured.map((name) => [name, null]));
    const wanted = toBeat === null ? null : rankingValues(toBeat, target, this.#criteria);
    let undecided = wanted !== null;
    for (const [index, { name }] of this.#criteria.entries()) {
      if (name in ties && !this.#leftOut.has(name)) {
        ties[name] = requireProxy(name).compute(pattern, this.#architecture);
      }
      if (wanted === null || !undecided) continue;
      const behind = this.#comparators[index](rankingValues({ ...scores, ties }, target, this.#criteria), wanted);
      if (behind > 0) return ties;
      undecided = behind === 0;
    }
    return ties;
  }
}
