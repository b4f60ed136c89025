import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ScattershotError } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { train } from '../../src/study/train.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

const data = fileURLToPath(new URL('../fixtures/data/bytes.npz', import.meta.url));
const architecture = defineArchitecture({ layers: [6, 12, 6], fanOuts: [4, 2] });
const problem = { architecture, entries: scatterEntries(architecture), metric: 'indicator', target: null } as const;
const pattern = uniformRandomPattern(problem, Random.fromSeed(1));
const plain = { data, settings: { epochs: 2, batchSize: 8 }, engine: 'sparse', workers: 1, seeds: [3, 4] } as const;

test('a pattern is trained once a seed without a database, to the accuracies that a store would keep', async () => {
  const cacheFolder = temporaryFolder();
  const events: StudyEvent[] = [];
  const free = await train(pattern, { ...plain, cacheFolder, onEvent: (event) => events.push(event) });
  expect(readdirSync(cacheFolder)).toEqual([]);
  expect(free).toMatchObject({ study: null, candidate: null, engine: 'sparse', trainedBefore: 0 });
  expect(free.runs.map(({ seed, status, epochs }) => [seed, status, epochs.length])).toEqual([
    [3, 'finished', 2],
    [4, 'finished', 2],
  ]);
  const results = events.filter((event) => event.kind === 'training' && event.event.kind === 'result');
  expect(results).toHaveLength(2);
  const store = openedStore(`${temporaryFolder()}/a.db`);
  const kept = await train(pattern, { ...plain, cacheFolder, store });
  const lasting = ({ runs }: typeof kept) => runs.map(({ samplesPerSecond: _, ...run }) => run);
  expect(lasting(kept)).toEqual(lasting(free));
  expect(kept.testAccuracy).toBe(free.testAccuracy);
  expect(kept).toMatchObject({ study: expect.stringMatching(/^file-/), candidate: 1 });
  expect(await train(pattern, { ...plain, cacheFolder, store })).toMatchObject({ trainedBefore: 2 });
});

test('what the caller did wrong is thrown as RangeError or TypeError, what the world did as ScattershotError', async () => {
  await expect(train(pattern, { ...plain, seeds: [1, 1] })).rejects.toThrow(RangeError);
  await expect(train(pattern, { ...plain, data: 'no-such-data' })).rejects.toThrow(RangeError);
  await expect(train({ ...pattern, fanOuts: [4, 4] }, plain)).rejects.toThrow(RangeError);
  await expect(train(pattern, { ...plain, epochs: 3 } as object)).rejects.toThrow(/no option "epochs"/);
  await expect(train(null as unknown as typeof pattern, plain)).rejects.toThrow(TypeError);
  const large = { ...pattern, layers: [784, 12, 6] };
  await expect(train(large, plain)).rejects.toThrow(RangeError);
  const aborted = train(pattern, { ...plain, signal: AbortSignal.abort() });
  await expect(aborted).rejects.toThrow(ScattershotError);
  await expect(aborted).rejects.toMatchObject({ reason: 'interrupted' });
});
