import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { makePattern } from '../../src/pattern/pattern.ts';
import { patternDifference } from '../../src/study/pattern-difference.ts';

const architecture = defineArchitecture({ layers: [4, 2], fanOuts: [1] });
const pattern = (...sources: number[]) => makePattern(architecture, [Uint32Array.from(sources)]);

test('edges of the one and not the other are told, right neuron and left neuron', () => {
  expect(patternDifference(pattern(0, 1, 2, 3), pattern(0, 2, 1, 3))).toEqual([
    {
      ...{ junction: 1, left: 4, right: 2, shared: 2 },
      onlyFirst: Uint32Array.of(0, 1, 1, 2),
      onlySecond: Uint32Array.of(0, 2, 1, 1),
    },
  ]);
});

test('a pattern differs from itself nowhere, and from one of other layers it is not told apart edge by edge', () => {
  const [same] = patternDifference(pattern(0, 1, 2, 3), pattern(0, 1, 2, 3));
  expect(same).toMatchObject({ shared: 4, onlyFirst: new Uint32Array(0), onlySecond: new Uint32Array(0) });
  const other = makePattern(defineArchitecture({ layers: [4, 4], fanOuts: [1] }), [Uint32Array.of(0, 1, 2, 3)]);
  expect(() => patternDifference(pattern(0, 1, 2, 3), other)).toThrow(/got 4-2 and 4-4/);
});
