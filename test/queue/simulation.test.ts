import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

const FULL = process.env.SCATTERSHOT_TESTS === 'full';
const SEEDS = FULL ? 5_000 : 200;
/** One seed again, to look at its failure. */
const ONLY = process.env.SCATTERSHOT_SEED;

test('whatever is lost, doubled, late, killed or forgotten, every job is counted once with its result', {
  timeout: 1_800_000,
}, async () => {
  const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed) : [Number(ONLY)];
  const failed: string[] = [];
  const sum = { studies: 0, workers: 0, halts: 0, flushes: 0, outages: 0, begun: 0, jobs: 0, poisoned: 0, again: 0 };
  for (const seed of seeds) {
    const { wrong, kills, ...counts } = await simulate(seed);
    if (wrong.length > 0) failed.push(`SCATTERSHOT_SEED=${seed}: ${wrong.join('; ')}`);
    sum.studies += kills.study;
    sum.workers += kills.worker;
    for (const name of ['halts', 'flushes', 'outages', 'begun', 'jobs', 'poisoned', 'again'] as const)
      sum[name] += counts[name];
  }
  if (FULL || ONLY !== undefined) console.log(JSON.stringify({ seeds: seeds.length, failed: failed.length, ...sum }));
  expect(failed).toEqual([]);
  // Else it would show nothing: every kind of fault has happened.
  if (ONLY === undefined) expect(Object.entries(sum).filter(([, count]) => count === 0)).toEqual([]);
});

test('a seed gives the same run again', async () => {
  expect(await simulate(7)).toEqual(await simulate(7));
});
