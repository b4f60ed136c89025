import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { type Dataset, type Split, splitNames } from '../../../src/training/datasets/dataset.ts';
import { generateMorse, MORSE_FRAME } from '../../../src/training/datasets/morse.ts';
import { morseCodebook } from '../../../src/training/datasets/morse-codebook.ts';
import { type MorseRequest, morseSettings } from '../../../src/training/datasets/morse-settings.ts';

const small = { train: 60, validation: 5, test: 3 };
const generate = async (request: MorseRequest): Promise<Dataset> =>
  unwrap(await generateMorse(morseSettings({ examplesPerClass: small, ...request })));

const frameOf = (split: Split, example: number) =>
  split.inputs.subarray(example * MORSE_FRAME, (example + 1) * MORSE_FRAME);

/** Runs of non-zero samples and the gaps before them, of a frame without noise. */
function runsOf(frame: Float32Array): { gap: number; length: number }[] {
  const runs: { gap: number; length: number }[] = [];
  let gap = 0;
  for (let i = 0; i < frame.length; i++) {
    if (frame[i] === 0) gap++;
    else if (i > 0 && frame[i - 1] !== 0) runs[runs.length - 1].length++;
    else {
      runs.push({ gap, length: 1 });
      gap = 0;
    }
  }
  return runs;
}

const eachExample = (split: Split) =>
  Array.from({ length: split.examples }, (_, example) => ({
    code: morseCodebook[split.labels[example]].code,
    runs: runsOf(frameOf(split, example)),
  }));

function histogram(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Every whole number from low to high, about equally often: χ² below its mean + 4 deviations. */
function expectUniform(values: readonly number[], low: number, high: number): void {
  const counts = histogram(values);
  const bins = high - low + 1;
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: bins }, (_, i) => low + i));
  const expected = values.length / bins;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquare).toBeLessThan(bins - 1 + 4 * Math.sqrt(2 * (bins - 1)));
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

describe('the codebook', () => {
  test('is the published one', () => {
    const published = JSON.parse(
      readFileSync(new URL('../../fixtures/morse-codebook.json', import.meta.url), 'utf8'),
    ) as { classes: unknown };
    expect(morseCodebook).toEqual(published.classes);
    expect(morseCodebook).toHaveLength(64);
  });

  test('has one codeword twice, of ( and H^', () => {
    const codes = morseCodebook.map(({ code }) => code);
    const twice = morseCodebook.filter(
      ({ code }, index) => codes.indexOf(code) !== index || codes.lastIndexOf(code) !== index,
    );
    expect(twice.map(({ label }) => label).sort()).toEqual(['(', 'H^']);
  });

  test('fits the frame even when every symbol and space is as long as can be', () => {
    const longest = morseCodebook.map(({ code }) => [...code].reduce((sum, s) => sum + (s === '.' ? 3 : 9) + 3, -3));
    expect(Math.max(...longest)).toBe(57);
  });
});

describe('the 2018 data', () => {
  test('has the asked number of examples of every class in every split, shuffled, in shared memory', async () => {
    const dataset = await generate({});
    expect(dataset.features).toBe(64);
    expect(dataset.classes).toBe(64);
    for (const name of splitNames) {
      const split = dataset[name];
      expect(split.examples).toBe(64 * small[name]);
      expect([...histogram([...split.labels]).values()]).toEqual(Array.from({ length: 64 }, () => small[name]));
      expect([...split.labels.slice(0, 2 * small[name])]).not.toEqual(
        Array.from({ length: 2 * small[name] }, (_, i) => Math.floor(i / small[name])),
      );
      expect(split.inputs.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(split.labels.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  test('spells each example’s codeword from the frame’s start, dots 1 to 3, dashes 4 to 9, spaces 1 to 3 long, evenly', async () => {
    const { train } = await generate({});
    const lengths: Record<string, number[]> = { '.': [], '-': [] };
    const spaces: number[] = [];
    for (const { code, runs } of eachExample(train)) {
      expect(runs.map(({ length }) => (length <= 3 ? '.' : '-')).join('')).toBe(code);
      expect(runs[0].gap).toBe(0);
      spaces.push(...runs.slice(1).map(({ gap }) => gap));
      for (const [symbol, { length }] of runs.entries()) lengths[code[symbol]].push(length);
    }
    expectUniform(lengths['.'], 1, 3);
    expectUniform(lengths['-'], 4, 9);
    expectUniform(spaces, 1, 3);
  });

  test('has symbol samples of mean 12/16 and deviation 1.34/16, in three decimals', async () => {
    const { train } = await generate({});
    const samples = [...train.inputs].filter((value) => value > 0);
    expect(mean(samples)).toBeCloseTo(12 / 16, 3);
    expect(deviation(samples)).toBeCloseTo(1.34 / 16, 3);
    expect(samples.every((value) => value === Math.fround(Math.round(value * 1000) / 1000) && value <= 1)).toBe(true);
    expect(new Set(samples).size).toBeGreaterThan(300);
  });

  test('with noise σ has half of a normal distribution where there was silence', async () => {
    const { train } = await generate({ noise: 2 });
    // No codeword of two dots and a space reaches sample 20.
    const class_ = morseCodebook.findIndex(({ code }) => code === '..');
    const silence = [...train.labels].flatMap((label, example) =>
      label === class_ ? [...frameOf(train, example).subarray(20)] : [],
    );
    expect(silence.length).toBe(small.train * 44);
    expect(silence.filter((value) => value === 0).length / silence.length).toBeCloseTo(0.5, 1);
    expect(mean(silence)).toBeCloseTo(2 / Math.sqrt(2 * Math.PI) / 16, 2);
    expect(mean(silence.map((value) => value ** 2))).toBeCloseTo(2 / 16 ** 2, 3);
  });
});

test('the 2017 data has noise σ = 1 and the 17 levels 0/16 to 16/16, all of them', async () => {
  const { train } = await generate({ version: '2017' });
  const levels = [...histogram([...train.inputs]).keys()].sort((a, b) => a - b);
  expect(levels).toEqual(Array.from({ length: 17 }, (_, level) => level / 16));
  expect(Object.is(levels[0], 0)).toBe(true);
  const zeros = train.inputs.filter((value) => value === 0).length;
  // Silence rounds to 0 when its noise is below 0.5: Φ(0.5) = 0.6915 of it.
  const silent = await generate({ version: '2017', noise: 0 });
  const silence = silent.train.inputs.filter((value) => value === 0).length;
  expect(zeros / silence).toBeCloseTo(0.6915, 1);
});

describe('the difficult data', () => {
  test('starts anywhere that leaves room, with dashes of 3 to 9', async () => {
    const { train } = await generate({ difficult: true, noise: 0 });
    const dashes: number[] = [];
    const starts: number[] = [];
    const ends = new Set<number>();
    for (const { code, runs } of eachExample(train)) {
      expect(runs).toHaveLength(code.length);
      for (const [symbol, { length }] of runs.entries()) if (code[symbol] === '-') dashes.push(length);
      const used = runs.reduce((sum, { gap, length }) => sum + gap + length, -runs[0].gap);
      ends.add(runs[0].gap + used);
      // A uniform start leaves a uniform eighth of the room before it.
      starts.push(Math.floor((8 * (runs[0].gap + 0.5)) / (MORSE_FRAME - used + 1)));
    }
    expectUniform(dashes, 3, 9);
    expect(Math.max(...ends)).toBe(MORSE_FRAME);
    expect(mean(starts)).toBeCloseTo(3.5, 1);
    expect(new Set(starts).size).toBe(8);
  });

  test('has noise σ = 4 unless told otherwise', () => {
    expect(morseSettings({ difficult: true }).noise).toBe(4);
    expect(morseSettings({ difficult: true, noise: 1 }).noise).toBe(1);
  });
});

describe('one set of settings', () => {
  test.each([
    [{}, 'b202aaaab2b14046a467631545611555bd279402e7c6db4d4bf74c7dce3e1390'],
    [{ version: '2017' }, 'de9b08e5681dcb3158c0603790c1db0f1152fc3ab5c4c4f1047afc00d5f47217'],
    [{ difficult: true, seed: 9 }, '871db6aea3a22c835c9829db4e68e915dfcc98db694b005ce50d42563071e9c1'],
  ] as const)('is the same data for ever: %j', async (request, digest) => {
    expect((await generate(request)).digest).toBe(digest);
  });

  test('is the same data every time, and another seed, noise or version is other data', async () => {
    const examplesPerClass = { train: 2, validation: 1, test: 1 };
    const requests: MorseRequest[] = [{}, {}, { seed: 1 }, { noise: 0.5 }, { version: '2017', noise: 0 }];
    const datasets = await Promise.all(requests.map((request) => generate({ ...request, examplesPerClass })));
    expect(datasets[1].train.inputs).toEqual(datasets[0].train.inputs);
    expect(new Set(datasets.map(({ digest }) => digest)).size).toBe(4);
  });

  test('keeps its test split when only the training split grows', async () => {
    const [a, b] = await Promise.all(
      [2, 3].map((train) => generate({ examplesPerClass: { train, validation: 1, test: 2 } })),
    );
    expect(b.test).toEqual(a.test);
    expect(b.digest).not.toBe(a.digest);
  });

  test('gives each split examples of its own', async () => {
    const dataset = await generate({ examplesPerClass: { train: 2, validation: 2, test: 2 } });
    const frames = splitNames.flatMap((name) =>
      Array.from({ length: dataset[name].examples }, (_, example) => frameOf(dataset[name], example).join()),
    );
    expect(new Set(frames).size).toBeGreaterThan(frames.length - 5);
  });
});

test('an interrupted generation ends soon, as a failure with a reason', async () => {
  const controller = new AbortController();
  const progress: number[] = [];
  const outcome = await generateMorse(morseSettings({ examplesPerClass: small }), {
    signal: controller.signal,
    onProgress: (fraction) => {
      progress.push(fraction);
      if (progress.length === 3) controller.abort();
    },
  });
  expect(outcome).toMatchObject({ ok: false, reason: 'aborted' });
  expect(progress).toHaveLength(3);
});

test('progress rises to 1', async () => {
  const progress: number[] = [];
  const examplesPerClass = { train: 2, validation: 1, test: 1 };
  await generateMorse(morseSettings({ examplesPerClass }), { onProgress: (fraction) => progress.push(fraction) });
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress.at(-1)).toBe(1);
});
