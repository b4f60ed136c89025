import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { fingerprint } from '../../src/pattern/pattern.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import type { Store } from '../../src/store/index.ts';
import { finishedWith, newCandidate, newEvaluation, tinyPattern } from './sample-rows.ts';
import { storeWithStudy } from './samples.ts';

function storeWith(...added: NumberedCandidate[]) {
  const opened = storeWithStudy();
  opened.store.recordRound(opened.study.id, { added, evaluated: added.length, seconds: 0, checkpoint: null });
  return opened;
}

function train(store: Store, study: number, candidate: number, seed: number, accuracy: number, digest?: string) {
  const begun = store.beginEvaluation(study, newEvaluation(candidate, seed, digest));
  if (begun.kind === 'known') throw new Error('expected a new evaluation');
  store.finishEvaluation(begun.id, finishedWith(accuracy));
}

function diverge(store: Store, study: number, candidate: number, seed: number) {
  const begun = store.beginEvaluation(study, newEvaluation(candidate, seed));
  if (begun.kind === 'known') throw new Error('expected a new evaluation');
  const end = { status: 'diverged', reason: 'its loss is no longer finite', testAccuracy: null } as const;
  store.finishEvaluation(begun.id, { ...end, samplesPerSecond: null, durationMs: null });
}

test('a candidate comes back as it was found, its fractions bit for bit', () => {
  const vector = [0.1 + 0.2, 1 / 3];
  const ties = { rank: 2 / 3, 'four-cycles': 1e-300, 'spectral-gap': null };
  const other = { otherScatter: null, otherVector: null };
  const candidate = newCandidate(4, { scatter: 0.1 + 0.2, vector, ...other, ties, island: 3 });
  const { store, study } = storeWith(candidate);
  const { pattern, ...expected } = candidate;
  const [record] = store.candidates(study);
  expect(record).toEqual({ ...expected, accuracy: null, diverged: 0, createdAt: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(store.loadPattern(study.id, 4)).toEqual(pattern);
});

test('property: every stored pattern comes back with its fingerprint', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1_000_000), { minLength: 1, maxLength: 8 }), (seeds) => {
      const patterns = [...new Map(seeds.map((seed) => [fingerprint(tinyPattern(seed)), tinyPattern(seed)])).values()];
      const { store, study } = storeWith(...patterns.map((pattern, index) => newCandidate(index + 1, { pattern })));
      for (const [index, pattern] of patterns.entries())
        expect(store.loadPattern(study.id, index + 1)).toEqual(pattern);
      store.close();
    }),
    { numRuns: 10 },
  );
});

test('a candidate that is not kept has no pattern', () => {
  const { store, study } = storeWith(newCandidate(1));
  expect(() => store.loadPattern(study.id, 2)).toThrow(RangeError);
});

test('where every training diverged, they are counted all the same', () => {
  const { store, study } = storeWith(newCandidate(1));
  diverge(store, study.id, 1, 1);
  diverge(store, study.id, 1, 2);
  expect(store.candidates(study)[0]).toMatchObject({ accuracy: null, diverged: 2 });
});

test('what the accuracies are of is that which most trainings share, the others counted', () => {
  const { store, study } = storeWith(newCandidate(1));
  expect(store.accuracyTraining(study.id)).toBeNull();
  const other = 'cc'.repeat(32);
  train(store, study.id, 1, 1, 0.1, other);
  train(store, study.id, 1, 1, 0.5);
  train(store, study.id, 1, 2, 0.7);
  const { settingsDigest, trainingSettings, datasetDigest, dataset, engine, backend } = newEvaluation(1, 1);
  const made = { trainingSettings, datasetDigest, engine, backend };
  const of = (digest: string, trainings: number) => ({
    ...{ settingsDigest: digest, dataset, ...made },
    others: [{ trainings, ...made }],
  });
  expect(store.accuracyTraining(study.id)).toEqual(of(settingsDigest, 1));
  expect(store.accuracyTraining(study.id, other)).toEqual(of(other, 2));
  expect(store.candidates(study)[0].accuracy?.n).toBe(2);
});

test('accuracy is the mean and deviation over finished trainings only', () => {
  const { store, study } = storeWith(newCandidate(1), newCandidate(2));
  train(store, study.id, 1, 1, 0.5);
  expect(store.candidates(study)[0].accuracy).toEqual({ mean: 0.5, sd: null, n: 1 });
  train(store, study.id, 1, 2, 0.7);
  diverge(store, study.id, 1, 3);
  store.beginEvaluation(study.id, newEvaluation(2, 1));
  const [first, second] = store.candidates(study);
  expect(first.accuracy?.mean).toBeCloseTo(0.6, 15);
  expect(first.accuracy?.sd).toBeCloseTo(Math.sqrt(0.02), 15);
  expect(first.accuracy?.n).toBe(2);
  expect(first.diverged).toBe(1);
  expect(second.accuracy).toBeNull();
});

test('accuracies under different training settings are never averaged together', () => {
  const { store, study } = storeWith(newCandidate(1), newCandidate(2));
  train(store, study.id, 1, 1, 0.9, 'long');
  train(store, study.id, 1, 2, 0.25, 'short');
  train(store, study.id, 2, 1, 0.5, 'short');
  const means = (settingsDigest?: string) =>
    store.candidates(study, { settingsDigest }).map(({ accuracy }) => accuracy?.mean ?? null);
  expect(means()).toEqual([0.25, 0.5]);
  expect(means('long')).toEqual([0.9, null]);
});

test('a candidate is named by its number or by the start of its fingerprint', () => {
  const { store, study } = storeWith(
    newCandidate(12, { fingerprint: `12ab${'0'.repeat(60)}` }),
    newCandidate(3, { fingerprint: `12ac${'0'.repeat(60)}` }),
    newCandidate(4, { fingerprint: `77ff${'0'.repeat(60)}` }),
  );
  const found = (name: string) => unwrap(store.findCandidate(study, name)).number;
  expect([found('12'), found('12ab'), found('12AC'), found(' 4 '), found('77')]).toEqual([12, 12, 3, 4, 4]);
  expect(store.findCandidate(study, '12a')).toMatchObject({
    reason: 'ambiguous-candidate',
    message: '"12a" is the start of 2 fingerprints: candidates 3 (12ac00000000), 12 (12ab00000000)',
  });
  for (const name of ['', '5', 'xyz', '%', '12ab_']) {
    expect(store.findCandidate(study, name)).toMatchObject({ reason: 'no-such-candidate' });
  }
});

test('an ambiguous start names five matches and counts the rest', () => {
  const many = [1, 2, 3, 4, 5, 6, 7].map((number) => newCandidate(number, { fingerprint: `aa${number}` }));
  const { store, study } = storeWith(...many);
  expect(store.findCandidate(study, 'aa')).toMatchObject({ message: expect.stringMatching(/5 \(aa5\), and 2 more$/) });
});
