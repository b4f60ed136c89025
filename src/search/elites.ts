import type { Pattern } from '../pattern/pattern.ts';
import type { Metric } from '../scatter/metric.ts';
import type { NumberedCandidate } from './candidate.ts';
import { BestOf, compareCandidates } from './ranking.ts';
import type { Elite } from './strategy.ts';

/** Elites that every island sees. */
const ELITES = 4;

type Offered = Omit<NumberedCandidate, 'fingerprint' | 'family' | 'island' | 'round' | 'otherVector' | 'audit'>;

/** The same pattern in memory that threads share. */
function sharedPattern(pattern: Pattern): Pattern {
  const junctions = pattern.junctions.map((sources) => {
    const shared = new Uint32Array(new SharedArrayBuffer(sources.byteLength));
    shared.set(sources);
    return shared;
  });
  return { ...pattern, junctions };
}

/**
 * What islands learn of each other. The best of all is always among the elites, then the best of each other strategy, as far as
 * there is room; only then seconds of a strategy, best first. Four patterns of one strategy are often near copies, and where one
 * strategy builds perfect scatter there would be nothing else to learn from. They depend on what was offered, not on its order.
 */
export class Elites {
  readonly #metric: Metric;
  readonly #target: number | null;
  readonly #order: readonly string[];
  readonly #byStrategy = new Map<string, BestOf<Offered>>();
  #chosen: readonly (Elite & { readonly member: Offered })[] = [];

  /** @param target wanted S, or null for the highest. @param order what decides after S */
  constructor(metric: Metric, target: number | null, order: readonly string[]) {
    this.#metric = metric;
    this.#target = target;
    this.#order = order;
  }

  offer(candidate: Offered): void {
    const own = this.#byStrategy.get(candidate.strategy) ?? new BestOf<Offered>(ELITES, this.#target, this.#order);
    this.#byStrategy.set(candidate.strategy, own);
    if (own.offer(candidate)) this.#choose();
  }

  /** First in the order of all that were offered. */
  get best(): Offered | null {
    return this.#chosen[0]?.member ?? null;
  }

  /** Best first, in shared memory. */
  get members(): readonly Elite[] {
    return this.#chosen.map(({ pattern, score }) => ({ pattern, score }));
  }

  #choose(): void {
    const compare = compareCandidates(this.#target, this.#order);
    const strategies = [...this.#byStrategy.values()];
    const firsts = strategies.flatMap(({ members }) => members.slice(0, 1)).sort(compare);
    const others = strategies.flatMap(({ members }) => members.slice(1)).sort(compare);
    const chosen = [...firsts, ...others].slice(0, ELITES).sort(compare);
    this.#chosen = chosen.map(
      (member) =>
        this.#chosen.find((elite) => elite.member === member) ?? {
          member,
          pattern: sharedPattern(member.pattern),
          score: { metric: this.#metric, scatter: member.scatter, vector: member.vector },
        },
    );
  }
}
