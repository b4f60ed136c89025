import { describe, expect, test } from 'vitest';
import { simulate } from '../../bench/validation/simulate.ts';
import { type Design, worlds } from '../../bench/validation/world.ts';

/** Studies of each world: the whole run of 1500 is `npm run bench -- validation`. */
const STUDIES = 120;

/** What a share may exceed its limit by through the luck of so few studies: three standard errors, one study at least. */
const luck = (limit: number) => Math.max(1 / STUDIES, 3 * Math.sqrt((limit * (1 - limit)) / STUDIES));

const least: Design = { candidates: 25, seeds: 2, everyThird: 2, families: 4 };
const usual: Design = { candidates: 50, seeds: 1, everyThird: 2, families: 4 };

const run = (name: string, design: Design) => {
  const world = worlds.find((candidate) => candidate.name === name);
  if (world === undefined) throw new Error(`there is no world named ${name}`);
  return simulate(world, design, STUDIES, 7, 299);
};

describe.each([
  ['25 × 2', least],
  ['50 × 1, every third × 2', usual],
])('in made-up studies of %s', (_, design) => {
  test.each(['null, families 0 apart', 'null, families 1 apart', 'null, families 3 apart', 'random only, gain 3'])(
    '%s: claims at most 3 %%',
    (name) => {
      const { answers } = run(name, design);
      expect(answers.predicts + answers.misleads).toBeLessThanOrEqual(0.03 + luck(0.03));
    },
  );

  test.each(['slopes differ', 'one family carries it'])('%s: claims at most 7 %%', (name) => {
    const { answers } = run(name, design);
    expect(answers.predicts + answers.misleads).toBeLessThanOrEqual(0.07 + luck(0.07));
  });

  test('a gain of 1 point is found', () => {
    const { answers, coverage } = run('gain 1', design);
    expect(answers.predicts).toBeGreaterThanOrEqual(0.94 - luck(0.06));
    expect(coverage).toBeGreaterThan(0.88);
  });

  test('a gain of the margin is hardly ever called no link', () => {
    expect(run('gain .5, the margin', design).answers['no-link']).toBeLessThanOrEqual(0.02 + luck(0.02));
  });

  test('a peak below the random level misleads above it', () => {
    const { answers } = run('peak at .45', design);
    expect(answers.predicts).toBe(0);
    expect(answers.misleads).toBeGreaterThan(0.7);
  });
});

describe('seed after seed, until the answer is there', () => {
  const adaptive: Design = { candidates: 50, seeds: 3, everyThird: 3, families: 4, isAdaptive: true };

  test('claims no more without a link, and says no more often that a gain of the margin is none', () => {
    const { answers } = run('null, families 1 apart', adaptive);
    expect(answers.predicts + answers.misleads).toBeLessThanOrEqual(0.03 + luck(0.03));
    expect(run('gain .5, the margin', adaptive).answers['no-link']).toBeLessThanOrEqual(0.02 + luck(0.02));
  });

  test('finds a gain of 1 point with fewer trainings', () => {
    const { answers, trainings } = run('gain 1', adaptive);
    expect(answers.predicts).toBeGreaterThanOrEqual(0.94 - luck(0.06));
    expect(trainings).toBeLessThan(0.75 * 150);
  });
});
