import { defaultSearchOrder } from '../../src/search/default-order.ts';
import { runSearch } from '../../src/search/search.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

/** Searches, aborts after three rounds, and must then end by itself. */
const stop = new AbortController();
const islands = [{ strategy: 'uniform-random' }, { strategy: 'anneal' }];
const problem = makeProblem({ layers: [64, 256, 64], fanOuts: [32, 8] }, { metric: 'fair-share' });
const request = {
  ...{ problem, islands, seed: 1, keep: 2, workers: 2, order: defaultSearchOrder },
  budget: { kind: 'time', seconds: 3600 },
} as const;
for await (const event of runSearch(request, stop.signal)) {
  if (event.kind === 'round' && event.progress.round === 3) stop.abort();
  if (event.kind === 'ended') process.stdout.write(`${event.why} after round ${event.progress.round}`);
}
