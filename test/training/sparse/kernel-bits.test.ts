import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernelChoices, optimizerSettings, randomNets, trainedBy } from './random-nets.ts';

const [oracle, ...natives] = kernelChoices;
const numRuns = process.env.SCATTERSHOT_TESTS === 'full' ? 500 : 20;

describe.each(natives.map((choice) => [choice.name, choice] as const))('the kernels %s', (_, choice) => {
  test.each(optimizerSettings)('by %s give the bits of the WebAssembly kernels on random nets', (_name, change) => {
    fc.assert(
      fc.property(randomNets, (item) => {
        const { arrays: _own, ...got } = trainedBy(choice, item, change);
        const { arrays: _expected, ...expected } = trainedBy(oracle, item, change);
        expect(got).toEqual(expected);
      }),
      { numRuns },
    );
  });

  test('with fast math train to weights close to the default’s', () => {
    const net = { layers: [30, 50, 10], fanOuts: [10, 2], usedInputs: 30, usedOutputs: 10 };
    const item = { net, batch: 64, mostTiles: undefined, seed: 7 };
    const fast = trainedBy(choice, item, {}, true).arrays;
    const exact = trainedBy(oracle, item, {}).arrays;
    const largest = Math.max(...fast.flatMap((array, i) => [...array].map((x, e) => Math.abs(x - exact[i][e]))));
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(1e-4);
  });
});

test('every run compares WebAssembly’s kernels with something, or says that there is nothing to compare', () => {
  expect(oracle.name).toBe('wasm');
  if (natives.length === 0) console.warn('no native kernels run here: their bits were not compared');
});
