import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkedLayout } from '../../../src/training/sparse/checked-layout.ts';
import { layOut } from '../../../src/training/sparse/layout.ts';
import { randomNets } from './random-nets.ts';

test.each(['wasm', 'native'] as const)('property: arrays of any %s layout lie in its memory and apart', (kind) => {
  fc.assert(
    fc.property(randomNets, ({ net: { usedInputs, ...net }, batch, mostTiles }) => {
      const layout = layOut({ ...net, features: usedInputs, batch, mostTiles }, kind);
      expect(checkedLayout(layout)).toBe(layout);
    }),
  );
});

test('a layout whose arrays overlap, or leave its memory, is refused', () => {
  const layout = layOut({ layers: [20, 30, 8], fanOuts: [6, 8], usedOutputs: 8, features: 17, batch: 100 }, 'native');
  const { parameters, totalBytes } = layout;
  expect(() => checkedLayout({ ...layout, totalBytes: totalBytes - 64 })).toThrow(/the layout of a network has/);
  const overlapping = { ...parameters, first: parameters.values + 64 };
  expect(() => checkedLayout({ ...layout, parameters: overlapping })).toThrow(/the layout of a network has/);
});
