import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { findDataset } from '../../../src/training/datasets/index.ts';
import { letters } from '../../../src/training/datasets/letters.ts';
import { loadText, parseTextName, type TextSettings, textDataName } from '../../../src/training/datasets/text-sets.ts';
import { checkJobs } from '../../../src/training/jobs.ts';
import { failureOf, testFolder } from '../../pattern/formats/refusals.ts';

/** Words of three letters that end in a or b: the class of a hidden last letter has shares that can be counted. */
const words = Array.from({ length: 60 }, (_, n) => `${String.fromCharCode(99 + (n % 20))}${n % 3 === 0 ? 'oa' : 'ob'}`);
const file = Buffer.from(words.join('\n'));

function settingsOf(options = ''): TextSettings {
  const data = {
    ...letters,
    examples: words.length,
    usual: { train: null, validation: 6, test: 12 },
    files: [
      {
        ...{ name: 'words.txt', sizeBytes: file.length },
        digest: { algorithm: 'sha256' as const, hex: createHash('sha256').update(file).digest('hex') },
      },
    ],
  };
  const plan = Object.fromEntries(
    options
      .split(',')
      .map((each) => each.split('='))
      .map(([key, n]) => [key, Number(n)]),
  );
  return { data, plan: { seed: 0, ...data.usual, ...(options === '' ? {} : plan) } };
}

function cacheWith(content: Uint8Array): string {
  const cache = testFolder();
  mkdirSync(join(cache, 'datasets', 'letters'), { recursive: true });
  writeFileSync(join(cache, 'datasets', 'letters', 'words.txt'), content);
  return cache;
}

describe('a data set made of text', () => {
  test('is dealt to splits in which every class has its share, each word in one of them', async () => {
    const dataset = unwrap(await loadText(settingsOf(), cacheWith(file)));
    checkJobs([], dataset);
    const { train, validation, test: tested } = dataset;
    expect([train.examples, validation.examples, tested.examples]).toEqual([42, 6, 12]);
    expect(dataset).toMatchObject({ features: 256, classes: 26 });
    const all = [train, validation, tested].flatMap(({ labels }) => [...labels]);
    const o = all.filter((label) => label === 14).length;
    for (const { labels, examples } of [train, validation, tested]) {
      const share = labels.filter((label) => label === 14).length;
      // to within one at either end of a part
      expect(Math.abs(share - (o * examples) / 60)).toBeLessThanOrEqual(2);
    }
  });

  test('has another digest with another seed, and the same test split with a smaller training split', async () => {
    const cache = cacheWith(file);
    const [whole, part, other] = await Promise.all(
      ['', 'train=10', 'seed=3'].map(async (options) => unwrap(await loadText(settingsOf(options), cache))),
    );
    expect(part.train.examples).toBe(10);
    expect(part.test).toEqual(whole.test);
    expect(other.test).not.toEqual(whole.test);
    expect(new Set([whole.digest, part.digest, other.digest]).size).toBe(3);
  });

  test('that is not here, or not what was published, is refused with how to fetch it', async () => {
    const nextStep = 'Fetch it with: scattershot data fetch letters';
    expect(await loadText(settingsOf(), testFolder())).toMatchObject({ ok: false, reason: 'not-fetched', nextStep });
    const wrong = Buffer.from(file);
    wrong[0] ^= 1;
    expect(await loadText(settingsOf(), cacheWith(wrong))).toMatchObject({ reason: 'broken-data', nextStep });
    const controller = new AbortController();
    controller.abort();
    const { signal } = controller;
    expect(failureOf(await loadText(settingsOf(), cacheWith(file), { signal })).reason).toBe('aborted');
  });
});

describe('names of data sets made of text', () => {
  test.each(['letters', 'spam', 'letters:seed=3', 'letters:train=200000,validation=5000', 'spam:train=1000,test=500'])(
    '%s is the shortest name of what it means',
    (name) => {
      expect(findDataset(name)).toMatchObject({ name, kind: 'published' });
    },
  );

  test('property: settings survive being named and parsed', () => {
    const count = fc.integer({ min: 1, max: 1900 });
    const options = fc.record({ train: count, validation: count, test: count, seed: fc.nat() });
    fc.assert(
      fc.property(fc.constantFrom('letters', 'spam'), options, (name, plan) => {
        const text = Object.entries(plan).map(([key, value]) => `${key}=${value}`);
        const settings = parseTextName(`${name}:${text.join()}`)!;
        expect(settings.plan).toEqual(plan);
        expect(parseTextName(textDataName(settings))).toEqual(settings);
      }),
    );
  });

  test.each([
    ['spam:train=5000', /spam has 5946 examples, .*got 5000, 600 and 1200/],
    ['letters:test=0', /at least one each; got 60000, 10000 and 0/],
    ['letters:scale=unit', /unknown option "scale=unit"/],
    ['spam:', /unknown option ""/],
  ])('%s is refused with what is expected', (name, message) => {
    expect(() => findDataset(name)).toThrow(RangeError);
    expect(() => findDataset(name)).toThrow(message);
  });
});
