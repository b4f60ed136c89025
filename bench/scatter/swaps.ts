import { Random } from '../../src/base/random.ts';
import type { Entry } from '../../src/pattern/entries.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import type { Metric } from '../../src/scatter/metric.ts';

const DRAWN = 1 << 16;
/** swaps between two looks at the clock */
const STRETCH = 128;

/**
 * Swaps evaluated per second while climbing: random pairs of edges of all junctions in turn, accepted where the sum of the vector
 * does not fall. Drawing the pairs is not timed; refused double edges count, as they do in a search.
 * @param budgetMs counted time, after half as much that is not
 */
export function swapsPerSecond(
  pattern: Pattern,
  entries: readonly Entry[],
  metric: Metric,
  seed: number,
  budgetMs = 400,
): number {
  const scorer = new IncrementalScorer(pattern, entries, metric);
  const random = Random.fromSeed(seed);
  const junctions = scorer.edges.length;
  const edges = Uint32Array.from({ length: 2 * DRAWN }, (_, i) =>
    random.below(scorer.edges[Math.floor(i / 2) % junctions]),
  );
  let swap = 0;
  const climb = () => {
    for (const end = swap + STRETCH; swap < end; swap++) {
      const pair = swap % DRAWN;
      if (!scorer.propose(1 + (pair % junctions), edges[2 * pair], edges[2 * pair + 1])) continue;
      let change = 0;
      for (let e = 0; e < entries.length; e++) change += scorer.proposed[e] - scorer.vector[e];
      if (change >= 0) scorer.accept();
    }
  };
  const run = (ms: number) => {
    const [from, start] = [swap, performance.now()];
    do climb();
    while (performance.now() - start < ms);
    return ((swap - from) / (performance.now() - start)) * 1000;
  };
  run(budgetMs / 2);
  return run(budgetMs);
}
