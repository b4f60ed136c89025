import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { spearman } from '../../src/validation/correlation.ts';
import { decide, type VerdictOptions } from '../../src/validation/verdict.ts';
import type { Observation } from '../../src/validation/verdict-record.ts';

const options = (seed = 1): VerdictOptions => ({
  random: Random.fromSeed(seed),
  entryKeys: ['1:1 forward', '1:1 backward'],
  otherMetric: 'fair-share',
  effort: { resamples: 400, permutations: 999 },
});

interface Law {
  readonly count: number;
  readonly seeds?: number;
  /** accuracy of a candidate but for noise */
  readonly accuracy: (scatter: number, family: number, random: Random) => number;
  /** deviation between seeds */
  readonly noise?: number;
  readonly control?: (scatter: number, accuracy: number, random: Random) => number | null;
}

/** Candidates of three families spread over S, the first of them random patterns at S near .4. */
function observed({ count, seeds = 3, accuracy, noise = 0.01, control = () => null }: Law, seed = 5): Observation[] {
  return Array.from({ length: count }, (_, candidate) => {
    const random = Random.fromSeed(seed).fork(candidate);
    const family = candidate % 3;
    const scatter = [0.38 + 0.04 * random.float(), random.float(), 0.3 + 0.7 * random.float()][family];
    const worth = accuracy(scatter, family, random);
    return {
      candidate,
      family: ['uniform-random', 'anneal', 'local'][family],
      scatter,
      otherScatter: candidate % 5 === 0 ? null : scatter ** 2,
      vector: [scatter, 1],
      control: control(scatter, worth, random),
      accuracies: Array.from({ length: seeds }, () => worth + noise * random.normal()),
    };
  });
}

const upward = (scatter: number, _: number, random: Random) => 0.3 + 0.4 * scatter + 0.03 * random.normal();
const downward = (scatter: number, _: number, random: Random) => 0.7 - 0.4 * scatter + 0.03 * random.normal();
const unrelated = (_: number, __: number, random: Random) => 0.5 + 0.05 * random.normal();

test('a clear rise of accuracy with scatter is told as scatter-predicts', () => {
  const verdict = decide(
    observed({ count: 45, accuracy: upward, control: (_, __, random) => random.float() }),
    options(),
  );
  expect(verdict).toMatchObject({ candidates: 45, seeds: 3, verdict: 'scatter-predicts' });
  expect(verdict.control?.predictsAsWell).toBe(false);
  expect(verdict.meaning).toMatch(
    /^Patterns of higher scatter were strongly the more accurate ones: Spearman \+0\.\d\d, 95 % interval \+0/,
  );
  expect(verdict.noiseCeiling).toBeGreaterThan(0.9);
});

test('a clear fall is told as scatter-misleads, as plainly', () => {
  const verdict = decide(observed({ count: 45, accuracy: downward }), options());
  expect(verdict.verdict).toBe('scatter-misleads');
  expect(verdict.meaning).toMatch(/the less accurate ones: Spearman -0\.\d\d.*favours the worse ones/);
  expect(verdict.choice?.regret).toBeGreaterThan(verdict.choice?.regretOfRandom ?? 1);
});

test('no rise and no fall over many candidates is a result', () => {
  const verdict = decide(observed({ count: 90, accuracy: unrelated }), options());
  expect(verdict.verdict).toBe('no-link-found');
  expect(verdict.meaning).toMatch(/a link stronger than 0\.[1-4]\d either way is unlikely. That is a result/);
});

test('the same over few candidates is too few to tell, and says how many it takes', () => {
  const verdict = decide(observed({ count: 12, accuracy: unrelated }), options());
  expect(verdict.verdict).toBe('too-few-to-tell');
  expect(verdict.meaning).toMatch(
    /12 candidates with 3 training seeds each: anything in that interval fits.* about \d+ candidates/,
  );
});

test('a link that holds only above the random level is told beside a pooled one that shows nothing', () => {
  const candidate = (number: number, family: string, scatter: number, accuracy: number): Observation => {
    const accuracies = [accuracy - 0.001, accuracy + 0.001];
    return { candidate: number, family, scatter, otherScatter: null, vector: [scatter, 1], control: null, accuracies };
  };
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const verdict = decide(
    [
      ...eight.map((i) => candidate(i, 'uniform-random', 0.4 + i / 1000, 0.58)),
      ...eight.map((i) => candidate(10 + i, 'anneal', 0.5 + i / 20, 0.6 - i / 100)),
      ...eight.map((i) => candidate(20 + i, 'local', 0.1 + i / 50, i % 2 === 0 ? 0.3 + i / 100 : 0.7)),
    ],
    options(),
  );
  expect(verdict.verdict).toBe('too-few-to-tell');
  expect(verdict.meaning).toMatch(
    /Among the \d+ candidates above the level of random patterns.* less accurate ones \(Spearman -[01]/,
  );
  const flat = decide(observed({ count: 12, accuracy: unrelated }), options());
  expect(flat.meaning).not.toContain('above the level of random');
});

test('fewer than eight candidates decide nothing, however clear', () => {
  const verdict = decide(observed({ count: 7, accuracy: (scatter) => scatter, noise: 0 }), options());
  expect(verdict.spearman.value).toBeCloseTo(1, 12);
  expect(verdict.verdict).toBe('too-few-to-tell');
  expect(verdict.meaning).toContain('7 trained candidates cannot show a link; it takes at least 8.');
});

test('a control that predicts as well takes the link away from the windows', () => {
  const verdict = decide(observed({ count: 45, accuracy: upward, control: (_, accuracy) => accuracy }), options());
  expect(verdict.control).toMatchObject({ predictsAsWell: true });
  expect(verdict.verdict).toBe('no-link-found');
  expect(verdict.meaning).toMatch(/randomly relabelled windows does as well/);
});

test('a control that cannot tell candidates apart predicts nothing', () => {
  const verdict = decide(observed({ count: 45, accuracy: upward, control: () => 0.5 }), options());
  expect(verdict.control).toMatchObject({ predictsAsWell: false, advantage: null });
  expect(verdict.control?.spearman).toMatchObject({ value: null, reason: 'all candidates have the same value' });
  expect(verdict.verdict).toBe('scatter-predicts');
});

test('a rise between families that falls within them is no link', () => {
  const law = (scatter: number, family: number) => [0.2, 0.5, 0.8][family] - 0.2 * (scatter - [0.2, 0.5, 0.8][family]);
  const shifted = observed({ count: 60, accuracy: () => 0, noise: 0 }).map((observation, index) => {
    const family = index % 3;
    const scatter = [0.2, 0.5, 0.8][family] + 0.1 * (Random.fromSeed(2).fork(index).float() - 0.5);
    return { ...observation, scatter, accuracies: [law(scatter, family), law(scatter, family)] };
  });
  const verdict = decide(shifted, options());
  expect(verdict.spearman.value).toBeGreaterThan(0.5);
  expect(verdict.withinFamilies.high).toBeLessThan(0);
  expect(verdict.verdict).toBe('no-link-found');
  expect(verdict.meaning).toMatch(/Between families accuracy went up with scatter.*within them the other way/);
});

test('a link that families alone carry is told with that reserve', () => {
  const level = [0.2, 0.5, 0.8];
  const stepped = observed({ count: 45, accuracy: (_, family, random) => level[family] + 0.01 * random.normal() });
  const verdict = decide(
    stepped.map((observation, index) => ({ ...observation, scatter: level[index % 3] })),
    options(),
  );
  expect(verdict.withinFamilies).toMatchObject({ value: null, reason: 'inside every family all candidates are alike' });
  expect(verdict.verdict).toBe('scatter-predicts');
  expect(verdict.meaning).toMatch(/it may be what sets families apart rather than scatter\.$/);
});

test('noise that drowns the candidates is named beside a missing link', () => {
  const verdict = decide(observed({ count: 90, seeds: 2, accuracy: () => 0.5, noise: 0.05 }, 8), options());
  expect(verdict.noiseCeiling).toBeLessThan(0.5);
  expect(verdict.verdict).toBe('no-link-found');
  expect(verdict.meaning).toMatch(/no proxy could do much better\.$/);
});

test('with one seed the ceiling is not known, and the meaning says so', () => {
  const verdict = decide(observed({ count: 45, seeds: 1, accuracy: upward }), options());
  expect(verdict).toMatchObject({ seeds: 1, noiseCeiling: null, verdict: 'scatter-predicts' });
  expect(verdict.meaning).toMatch(/With one seed each, how much of this is training noise is not known\.$/);
});

test('all S equal, or all accuracies equal, is undefined with a reason', () => {
  const flat = observed({ count: 20, accuracy: upward }).map((observation) => ({ ...observation, scatter: 0.5 }));
  const verdict = decide(flat, options());
  expect(verdict.spearman).toEqual({
    value: null,
    low: null,
    high: null,
    p: null,
    reason: 'all candidates have the same value',
  });
  expect(verdict.verdict).toBe('too-few-to-tell');
  expect(verdict.meaning).toContain('all candidates have the same value');
  const level = decide(observed({ count: 20, accuracy: () => 0.5, noise: 0 }), options());
  expect(level.kendall.reason).toBe('all candidates have the same accuracy');
});

test('what was not trained is left out, and nothing at all is too few', () => {
  const [first, ...others] = observed({ count: 10, accuracy: upward });
  expect(decide([{ ...first, accuracies: [] }, ...others], options())).toMatchObject({ candidates: 9 });
  expect(decide([], options())).toMatchObject({
    candidates: 0,
    seeds: 0,
    choice: null,
    control: null,
    verdict: 'too-few-to-tell',
  });
});

test('families, rivals and those above random are reported apart', () => {
  const list = observed({ count: 45, accuracy: upward }).map((observation) => ({
    ...observation,
    proxies: { rank: observation.scatter * 10, 'spectral gap': observation.candidate % 2 === 0 ? null : 1 },
  }));
  const verdict = decide(list, options());
  expect(verdict.families.map(({ family, candidates }) => [family, candidates])).toEqual([
    ['anneal', 15],
    ['local', 15],
    ['uniform-random', 15],
  ]);
  const anneal = list.filter(({ family }) => family === 'anneal');
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const within = spearman(
    anneal.map(({ scatter }) => scatter),
    anneal.map(({ accuracies }) => mean(accuracies)),
  );
  expect(verdict.families[0].spearman).toBeCloseTo(within as number, 12);
  expect(verdict.families[0].scatter).toMatchObject({
    low: Math.min(...anneal.map(({ scatter }) => scatter)),
    high: Math.max(...anneal.map(({ scatter }) => scatter)),
  });
  expect(verdict.aboveRandom.candidates).toBe(
    list.filter(({ family, scatter }) => family !== 'uniform-random' && scatter > verdict.families[2].scatter.mean)
      .length,
  );
  const names = ['1:1 forward', '1:1 backward', 'mean of the vector', 'S in fair-share', 'rank', 'spectral gap'];
  expect(verdict.proxies.map(({ name }) => name)).toEqual(names);
  const [forward, backward, , other, rank, gap] = verdict.proxies;
  expect(forward.spearman).toBe(verdict.spearman.value);
  expect(backward).toMatchObject({ spearman: null, reason: 'all candidates have the same value' });
  expect(other.spearman).toBeGreaterThan(0.5);
  expect(rank.spearman).toBe(verdict.spearman.value);
  expect(gap.spearman).toBeNull();
});

test('the same observations and seed give the same verdict, whatever their order says of ties', () => {
  const list = observed({ count: 30, accuracy: upward });
  expect(decide(list, options())).toEqual(decide(list, options()));
  const turned = decide([...list].reverse(), options());
  expect(turned.spearman.value).toBeCloseTo(decide(list, options()).spearman.value as number, 12);
});

test('a study without a link is told one in about one of twenty', () => {
  const told = Array.from({ length: 100 }, (_, study) => {
    const list = observed({ count: 24, seeds: 1, accuracy: unrelated }, 100 + study);
    return decide(list, { ...options(study), effort: { resamples: 200, permutations: 199 } }).verdict;
  });
  expect(
    told.filter((verdict) => verdict === 'scatter-predicts' || verdict === 'scatter-misleads').length,
  ).toBeLessThan(13);
});

test('property: whatever was observed, the verdict is JSON without a number that is none', () => {
  const level = fc.constantFrom(0, 0.25, 0.5, 1);
  const observation = fc.record({
    candidate: fc.nat(),
    family: fc.constantFrom('uniform-random', 'anneal'),
    scatter: level,
    otherScatter: fc.option(level),
    vector: fc.tuple(level, level),
    control: fc.option(level),
    accuracies: fc.array(level, { maxLength: 2 }),
  });
  const quick = { ...options(), effort: { resamples: 20, permutations: 19 } };
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 14 }), (list) => {
      const verdict = decide(list, { ...quick, random: Random.fromSeed(1) });
      expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
      expect(verdict.meaning).toMatch(/^[A-Z].*\.$/);
      expect(verdict.meaning).not.toMatch(/NaN|undefined|null|Infinity/);
    }),
    { numRuns: 150 },
  );
});
