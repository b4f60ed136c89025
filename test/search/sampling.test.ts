import { describe, expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { LEVEL_TOLERANCE, type Sample, type SampleRequest, samplePatterns } from '../../src/search/sampling.ts';

const architecture = defineArchitecture({ layers: [32, 64, 16], fanOuts: [8, 4] });
const entries = scatterEntries(architecture, { windows: 'integral', spans: 'io' }, 'indicator');
const problem = { architecture, entries, metric: 'indicator', target: null } as const;

const samples = [
  { strategy: 'uniform-random', target: null },
  { strategy: 'target', start: 'grid', target: 0.8 },
  { strategy: 'target', start: 'local', target: 0.5 },
  { strategy: 'anneal', target: 0.9 },
  { strategy: 'target', start: 'grid', target: 1 },
  { strategy: 'uniform-random', target: null },
];

async function sampled(changes: Partial<SampleRequest> = {}): Promise<Sample[]> {
  const request = { problem, samples, seed: 5, workers: 1, ...changes };
  const all: Sample[] = [];
  for await (const sample of samplePatterns(request, new AbortController().signal)) all.push(sample);
  return all;
}

const candidates = (all: readonly Sample[]) =>
  all.flatMap((sample) => (sample.kind === 'made' ? [sample.candidate] : []));

describe('candidates of a plan', () => {
  test('are of the wanted scatter, each of its strategy and kind of start', async () => {
    const found = candidates(await sampled());
    expect(found.map(({ number, family }) => [number, family])).toEqual([
      [1, 'uniform-random'],
      [2, 'target/grid'],
      [3, 'target/local'],
      [4, 'anneal'],
      [5, 'target/grid'],
      [6, 'uniform-random'],
    ]);
    for (const [index, { target }] of samples.entries()) {
      if (target !== null) expect(Math.abs(found[index].scatter - target)).toBeLessThanOrEqual(LEVEL_TOLERANCE);
    }
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(found.length);
  });

  test('are the same on any number of threads, and whatever was made before', async () => {
    const prints = (all: readonly Sample[]) => candidates(all).map(({ fingerprint }) => fingerprint);
    const all = prints(await sampled());
    expect(prints(await sampled({ workers: 3 }))).toEqual(all);
    const made = all.map((fingerprint, place) => (place < 3 ? fingerprint : null));
    expect(prints(await sampled({ made }))).toEqual(all.slice(3));
  });

  test('no two are the same pattern, even where there are hardly any', async () => {
    const tiny = defineArchitecture({ layers: [2, 2], fanOuts: [1] });
    const few = {
      ...problem,
      architecture: tiny,
      entries: scatterEntries(tiny, { windows: 'integral', spans: 'io' }, 'indicator'),
    };
    const all = await sampled({ problem: few, samples: Array.from({ length: 3 }, () => samples[0]) });
    expect(all.map(({ kind }) => kind)).toEqual(['made', 'made', 'not-made']);
  });

  test('a strategy that fails leaves its place out', async () => {
    const all = await sampled({ samples: [samples[0], { strategy: 'target', start: 'nowhere', target: 0.5 }] });
    expect(all.map(({ kind }) => kind)).toEqual(['made', 'not-made']);
  });

  test('an abort ends them without an error', async () => {
    const controller = new AbortController();
    controller.abort();
    const all: Sample[] = [];
    for await (const sample of samplePatterns({ problem, samples, seed: 1, workers: 1 }, controller.signal))
      all.push(sample);
    expect(all).toEqual([]);
  });

  test('nothing wanted is the caller’s mistake', async () => {
    await expect(sampled({ samples: [] })).rejects.toThrow(RangeError);
  });
});
