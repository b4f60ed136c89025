import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { noiseCeiling, repeatability } from '../../src/validation/ceiling.ts';
import type { Accuracy, Observation } from '../../src/validation/observation.ts';

const observed = (rows: readonly (readonly Accuracy[])[], family = (_: number) => 'one'): Observation[] =>
  rows.map((accuracies, candidate) => ({ candidate, family: family(candidate), scatter: 0, accuracies }));

/** Six targets rated by four judges: table 2 of Shrout & Fleiss (1979). */
const shroutFleiss = [
  [9, 2, 5, 8],
  [6, 1, 3, 2],
  [8, 4, 6, 8],
  [7, 1, 2, 6],
  [10, 5, 6, 9],
  [6, 2, 4, 7],
];

describe('repeatability', () => {
  test('is the published ICC(3,1) and ICC(3,k) of Shrout & Fleiss', () => {
    const found = repeatability(observed(shroutFleiss));
    expect(found?.icc).toBeCloseTo(0.7148407148407149, 12);
    expect(found?.reliability).toBeCloseTo(0.9093155423770695, 12);
  });

  test('a seed that is easier for all changes nothing', () => {
    const easier = shroutFleiss.map(([a, b, c, d]) => [a + 5, b, c, d]);
    expect(repeatability(observed(easier))?.icc).toBeCloseTo(0.7148407148407149, 12);
  });

  test('differences between families are no repeatability of patterns', () => {
    const random = Random.fromSeed(1);
    const rows = Array.from({ length: 200 }, (_, row) => {
      const family = 10 * (row % 4);
      return [family + random.normal(), family + random.normal()];
    });
    expect(repeatability(observed(rows, (row) => `family ${row % 4}`))?.icc).toBeLessThan(0.2);
    expect(repeatability(observed(rows))?.icc).toBeGreaterThan(0.9);
  });

  test('is null where no two candidates share two seeds', () => {
    expect(
      repeatability(
        observed([
          [1, null],
          [null, 2],
          [3, null],
        ]),
      ),
    ).toBeNull();
  });
});

describe('the noise ceiling', () => {
  test('is never null: without a second seed it is 1, and nothing is known', () => {
    expect(noiseCeiling(observed([[0.1], [0.2], [0.3]]))).toEqual({
      ...{ value: 1, low: 0, high: 1 },
      reason: 'no two candidates share two seeds',
    });
  });

  test('is 1 where every seed ranks candidates alike, and 0 where seeds have nothing in common', () => {
    expect(
      noiseCeiling(
        observed([
          [1, 2],
          [2, 3],
          [3, 4],
          [4, 5],
        ]),
      ).value,
    ).toBe(1);
    const random = Random.fromSeed(2);
    const noise = Array.from({ length: 400 }, () => [random.normal(), random.normal()]);
    expect(noiseCeiling(observed(noise)).value).toBeLessThan(0.35);
  });

  test.each([
    [25, 2, 2],
    [50, 1, 2],
    [50, 2, 2],
    [80, 2, 2],
  ])(
    'is within .05 of the truth on average, with %s candidates × %s (every third × %s)',
    (candidates, seeds, third) => {
      for (const patternSd of [0.34, 0.57, 1]) {
        const average = seeds === third ? seeds : candidates / ((2 * candidates) / 3 + candidates / 3 / third);
        const truth = Math.sqrt(patternSd ** 2 / (patternSd ** 2 + 0.57 ** 2 / average));
        let total = 0;
        let covered = 0;
        const studies = 150;
        for (let study = 0; study < studies; study++) {
          const random = Random.fromSeed(study);
          const rows = Array.from({ length: candidates }, (_, row) => {
            const pattern = patternSd * random.normal();
            const own = row % 3 === 0 ? third : seeds;
            return Array.from({ length: third }, (_, seed) => {
              const accuracy = pattern + 0.57 * random.normal();
              return seed < own ? accuracy : null;
            });
          });
          const { value, low, high } = noiseCeiling(observed(rows, (row) => `family ${row % 5}`));
          total += value;
          if (low <= truth && truth <= high) covered++;
        }
        expect(Math.abs(total / studies - truth)).toBeLessThan(0.05);
        expect(covered / studies).toBeGreaterThan(0.86);
      }
    },
  );

  test('a diverged or missing training leaves its candidate out of the block, not the others', () => {
    const rows: Accuracy[][] = [
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 'diverged'],
      [null, 5],
    ];
    expect(noiseCeiling(observed(rows)).reason).toBeNull();
  });
});
