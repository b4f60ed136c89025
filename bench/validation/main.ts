import { parseArgs } from 'node:util';
import { type AnswerShares, simulate } from './simulate.ts';
import { type Design, worlds } from './world.ts';

const designs: readonly Design[] = [
  { candidates: 25, seeds: 2, everyThird: 2, families: 4 },
  { candidates: 50, seeds: 1, everyThird: 2, families: 4 },
  { candidates: 50, seeds: 2, everyThird: 2, families: 4 },
  { candidates: 80, seeds: 2, everyThird: 2, families: 4 },
  { candidates: 50, seeds: 3, everyThird: 3, families: 4 },
  { candidates: 50, seeds: 3, everyThird: 3, families: 4, isAdaptive: true },
];

const percent = (share: number) => (100 * share).toFixed(1);

function line({ world, design, answers, coverage, bounded, studies, trainings }: AnswerShares): string {
  const { predicts, misleads } = answers;
  const shares = [predicts, misleads, answers['no-link'], answers['cannot-tell']].map(percent).join(' / ');
  const covered = coverage === null ? '' : `, interval holds the gain in ${percent(coverage)} % of ${bounded}`;
  return `${world} | ${design} | ${shares}${covered} (${studies}; ${trainings.toFixed(0)} trainings)`;
}

/**
 * Error rates of the verdict over simulated studies: `npm run bench -- validation [--studies 1500] [--world NAME] [--json]`.
 * Seeded; needs no peer. 1500 studies of every world and design take about a quarter of an hour on one core.
 */
export async function main(parameters: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      studies: { type: 'string', default: '1500' },
      permutations: { type: 'string', default: '999' },
      world: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const shares: AnswerShares[] = [];
  if (!values.json) console.log('world | design | predicts / misleads / no link / cannot tell, %');
  for (const world of worlds.filter(({ name }) => values.world === undefined || name === values.world)) {
    for (const design of designs) {
      const found = simulate(world, design, Number(values.studies), 2026, Number(values.permutations));
      shares.push(found);
      if (!values.json) console.log(line(found));
    }
  }
  if (values.json) console.log(JSON.stringify(shares, null, 2));
}
