import { expect, test } from 'vitest';
import { defineArchitecture } from '../../../src/pattern/architecture.ts';
import { edgeSizes } from '../../../src/training/sparse-gpu/sizes.ts';
import { stepCosts } from '../../../src/training/sparse-gpu/step-costs.ts';

const costsOf = (layers: number[], fanOuts: number[], candidates: number, orders = 1) => {
  const sizes = edgeSizes(defineArchitecture({ layers, fanOuts }), layers[0], 256, 'adam');
  return stepCosts(sizes, { candidates, orders, rows: 256 });
};
const total = (costs: ReturnType<typeof costsOf>, of: 'readBytes' | 'writtenBytes' | 'askedBytes' | 'operations') =>
  costs.reduce((sum, cost) => sum + cost[of], 0);

test('a step of a small network costs what can be counted by hand', () => {
  // 4 → 2 → 2 neurons, fan-outs 1 and 2: 4 edges into fan-ins of 2 each; 8 examples are 32 bytes a neuron.
  const architecture = defineArchitecture({ layers: [4, 2, 2], fanOuts: [1, 2] });
  const costs = stepCosts(edgeSizes(architecture, 3, 8, 'sgd'), { candidates: 3, orders: 2, rows: 8 });
  expect(
    costs.map(({ kernel, junction, readBytes, writtenBytes }) => [kernel, junction, readBytes, writtenBytes]),
  ).toEqual([
    ['gather', 0, 4 * 2 * 8 * (3 + 1), 2 * 3 * 32],
    ['forward', 1, 2 * 4 * 32 + 4 * 3 * (4 + 6), 3 * 2 * 32],
    ['forward', 2, 3 * 2 * 32 + 4 * 3 * (4 + 6), 3 * 2 * 32],
    ['loss', 0, 3 * 2 * 32 + 3 * 12 + 2 * 4 * 2 * 8, 3 * 2 * 32 + 3 * 12],
    ['backward', 2, 3 * (2 * 32 + 2 * 32 + 4 * (2 * 2 + 6)), 3 * 2 * 32],
    ['update', 2, 3 * (2 * 32 + 2 * 32 + 4 * 4 + 2 * 4 * 6), 3 * 2 * 4 * 6],
    ['update', 1, 2 * 4 * 32 + 3 * (2 * 32 + 4 * 4 + 2 * 4 * 6), 3 * 2 * 4 * 6],
  ]);
});

test.each([
  [[64, 1024, 64], [128, 8], 1024, 4_984_355_840, 2_496_475_136, 22_807_904_256],
  [[784, 112, 10], [11, 5], 1024, 735_976_448, 371_019_776, 10_236_561_408],
  [[4096, 512, 16], [1, 1], 1024, 2_336_570_368, 1_174_614_016, 5_652_168_704],
] as const)(
  '%j with fan-outs %j and %i candidates costs what docs/gpu.md says',
  (layers, fanOuts, candidates, read, written, operations) => {
    const costs = costsOf([...layers], [...fanOuts], candidates);
    expect(costs).toHaveLength(7);
    expect(total(costs, 'readBytes')).toBe(read);
    expect(total(costs, 'writtenBytes')).toBe(written);
    expect(total(costs, 'operations')).toBe(operations);
  },
);

test('the number of dispatches does not depend on how many candidates or orders there are', () => {
  for (const candidates of [1, 16, 1024])
    expect(costsOf([64, 1024, 64], [128, 8], candidates, candidates)).toHaveLength(7);
});
