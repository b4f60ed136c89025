import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { patternFault } from '../../src/pattern/pattern.ts';
import { invariantScatter } from '../../src/scatter/invariant.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { labelShare, renumberHidden } from '../../src/study/label-share.ts';
import { permutationGridPattern } from '../../strategies/shared/permutation-grid-pattern.ts';

const architecture = defineArchitecture({ layers: [64, 128, 16], fanOuts: [16, 4] });
const entries = scatterEntries(architecture, { windows: 'integral', spans: 'io' }, 'indicator');
const problem = { architecture, entries, metric: 'indicator', target: null } as const;
const pattern = permutationGridPattern(problem, Random.fromSeed(4));

/** Input–output path counts, which no renumbering of hidden neurons changes. */
function paths({ layers, junctions }: typeof pattern): number[] {
  const [first, second] = junctions;
  const fanIns = junctions.map((sources, index) => sources.length / layers[index + 1]);
  const counts = new Array<number>(layers[0] * layers[2]).fill(0);
  for (let output = 0; output < layers[2]; output++) {
    for (const hidden of second.subarray(output * fanIns[1], (output + 1) * fanIns[1])) {
      for (const input of first.subarray(hidden * fanIns[0], (hidden + 1) * fanIns[0]))
        counts[output * layers[0] + input]++;
    }
  }
  return counts;
}

describe('renumbered hidden neurons', () => {
  test('leave the network and its invariant scatter as they were, and change S', () => {
    const other = renumberHidden(pattern, Random.fromSeed(9));
    expect(patternFault(other)).toBeNull();
    expect(other.junctions).not.toEqual(pattern.junctions);
    expect(paths(other)).toEqual(paths(pattern));
    const [before, after] = [pattern, other].map((one) => scorePattern(one, entries, 'indicator'));
    expect(invariantScatter(after, entries, architecture)).toEqual(invariantScatter(before, entries, architecture));
    expect(after.scatter).toBeLessThan(before.scatter);
  });

  test('tell how much of S is labels; null without a hidden layer', () => {
    const share = labelShare([pattern], entries, 'indicator', Random.fromSeed(1));
    expect(share?.meanChange).toBeGreaterThan(0.05);
    expect(share?.mostChange).toBeGreaterThanOrEqual(share?.meanChange ?? 1);
    const single = { layers: [4, 4], fanOuts: [1], junctions: [Uint32Array.from([0, 1, 2, 3])] };
    expect(labelShare([single], [], 'indicator', Random.fromSeed(1))).toBeNull();
  });
});
