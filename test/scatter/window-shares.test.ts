import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { metrics } from '../../src/scatter/metric.ts';
import { windowProduct } from '../../src/scatter/reference.ts';
import { windowShares } from '../../src/scatter/window-shares.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';

const architecture = defineArchitecture({ layers: [16, 24, 8], fanOuts: [6, 2] });

test.each(metrics)(
  'shares under %s are those of the reference’s window products, and an entry is their mean',
  (metric) => {
    const entries = scatterEntries(architecture, { spans: 'all' }, metric);
    const pattern = uniformRandomPattern({ architecture, entries, metric, target: null }, Random.fromSeed(3));
    const { vector } = scorePattern(pattern, entries, metric);
    for (const [index, entry] of entries.entries()) {
      const shares = windowShares(pattern, entry, metric);
      const product = windowProduct(pattern, entry);
      if (shares === null) throw new Error('small enough');
      const { rows, columns, values } = shares;
      let sum = 0;
      for (let n = 0; n < rows; n++) {
        for (let w = 0; w < columns; w++) {
          const count = entry.direction === 'forward' ? product.get(n, w) : product.get(w, n);
          const need = metric === 'indicator' ? 1 : Math.max(1, entry.ideal ?? 1);
          const share = Math.min(1, count / need);
          sum += share;
          expect(values[n * columns + w]).toBe(share === 1 ? 255 : Math.floor(255 * share));
        }
      }
      expect(sum / (rows * columns)).toBeCloseTo(vector[index], 10);
    }
  },
);

test('a matrix of more than four million numbers is no picture', () => {
  const large = defineArchitecture({ layers: [4096, 4096], fanOuts: [1] });
  const [entry] = scatterEntries(large, {}, 'indicator');
  const pattern = {
    layers: large.layers,
    fanOuts: large.fanOuts,
    junctions: [Uint32Array.from({ length: 4096 }, (_, n) => n)],
  };
  expect(windowShares(pattern, { ...entry, windows: { ...entry.windows, count: 2000 } }, 'indicator')).toBeNull();
});
