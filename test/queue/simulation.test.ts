import { expect, test } from 'vitest';
import { type Simulated, simulate } from './simulation.ts';

const FULL = process.env.SCATTERSHOT_TESTS === 'full';
const SEEDS = Number(process.env.SCATTERSHOT_SEEDS ?? (FULL ? 2_000 : 200));
/** One seed again, to look at its failure. */
const ONLY = process.env.SCATTERSHOT_SEED;

/** Every kind of fault, as a run counts it. */
function faultsOf({ kills, messages, ...run }: Simulated): Record<string, number> {
  return {
    'messages lost': messages.lost,
    'messages doubled': messages.doubled,
    'messages delayed up to two minutes': messages.delayed,
    'messages reordered': messages.reordered,
    'study killed': kills.study,
    'worker killed': kills.worker,
    'study or worker stopped up to three minutes': run.halts,
    'queue forgot everything': run.flushes,
    'queue down up to three minutes': run.outages,
    'of these, with everything forgotten': run.restarts,
    'jobs ended as poisoned': run.poisoned,
    'results done again, since a blob was lost': run.again,
    'jobs done more than once': run.begun - run.jobs,
  };
}

test('whatever is lost, doubled, late, killed or forgotten, every job is counted once with its result', {
  timeout: 7_200_000,
}, async () => {
  const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed) : [Number(ONLY)];
  const failed: string[] = [];
  const sums: Record<string, number> = {};
  let [jobs, messages] = [0, 0];
  for (const seed of seeds) {
    const run = await simulate(seed);
    if (run.wrong.length > 0) failed.push(`SCATTERSHOT_SEED=${seed}: ${run.wrong.join('; ')}`);
    for (const [fault, count] of Object.entries(faultsOf(run))) sums[fault] = (sums[fault] ?? 0) + count;
    jobs += run.jobs;
    messages += run.messages.messages;
  }
  if (FULL || ONLY !== undefined) {
    const rows = { studies: seeds.length, jobs, messages, ...sums, violations: failed.length };
    console.log(
      Object.entries(rows)
        .map(([name, count]) => `| ${name} | ${count} |\n`)
        .join(''),
    );
  }
  expect(failed).toEqual([]);
  // Else it would show nothing: every kind of fault has happened.
  if (ONLY === undefined) expect(Object.entries(sums).filter(([, count]) => count === 0)).toEqual([]);
});

test('a seed gives the same run again', async () => {
  expect(await simulate(7)).toEqual(await simulate(7));
});
