import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { constraintConflict, isDecided } from '../../src/pattern/constraints/conflict.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { constraintFault } from '../../src/pattern/constraints/fault.ts';
import { junctionRules } from '../../src/pattern/constraints/rules.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import { constrainedTiny, everyJunction, isSupported, keeps, tinyPattern } from './constraint-oracle.ts';

const architectureOf = (layers: number[], fanOuts: number[]) => defineArchitecture({ layers, fanOuts });

/** 8 left neurons to 4 right ones, fan-in 4. */
const pattern: Pattern = makePattern({ layers: [8, 4], fanOuts: [2] }, [
  Uint32Array.from([0, 1, 4, 5, 0, 2, 4, 6, 1, 3, 5, 7, 2, 3, 6, 7]),
]);

test('a forbidden edge that is there and a forced one that is not are named', () => {
  expect(constraintFault(pattern, { forbidden: [[[3, 0]]], forced: [[[6, 1]]] })).toBeNull();
  expect(
    constraintFault(pattern, {
      forbidden: [
        [
          [3, 0],
          [6, 1],
        ],
      ],
    }),
  ).toEqual({
    junction: 1,
    right: 1,
    message: 'junction 1, right neuron 1: the edge from left neuron 6 is forbidden',
  });
  expect(constraintFault(pattern, { forced: [[[3, 0]]] })?.message).toBe(
    'junction 1, right neuron 0: the forced edge from left neuron 3 is missing',
  );
});

test('2:4 holds of the rows, and transposed only where the columns keep it too', () => {
  const nm = (transposable: boolean) => ({ structure: [{ n: 2, m: 4, transposable }] });
  expect(constraintFault(pattern, nm(false))).toBeNull();
  expect(constraintFault(pattern, nm(true))).toBeNull();
  const lopsided = makePattern({ layers: [8, 4], fanOuts: [2] }, [
    Uint32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]),
  ]);
  expect(constraintFault(lopsided, nm(false))?.message).toBe(
    'junction 1, right neuron 0: does not keep 2 of left neurons 4 to 7',
  );
});

test('a left neuron that keeps too many of a block of right neurons breaks a transposable structure', () => {
  const twice = makePattern({ layers: [4, 4], fanOuts: [2] }, [Uint32Array.from([0, 2, 0, 2, 1, 3, 1, 3])]);
  expect(constraintFault(twice, { structure: [{ n: 1, m: 2, transposable: false }] })).toBeNull();
  expect(constraintFault(twice, { structure: [{ n: 1, m: 2, transposable: true }] })?.message).toBe(
    'junction 1, right neuron 0: left neuron 0 keeps 2 of right neurons 0 to 1; expected 1',
  );
});

test('right neurons with the same left neurons are named', () => {
  expect(constraintFault(pattern, { distinctNeighbourhoods: true })).toBeNull();
  const twins = makePattern({ layers: [4, 4], fanOuts: [2] }, [Uint32Array.from([0, 2, 1, 3, 0, 2, 1, 3])]);
  expect(constraintFault(twins, { distinctNeighbourhoods: true })?.message).toMatch(
    /right neuron [23]: has the same left neurons as right neuron [01]$/,
  );
});

test('two left neurons of one memory in one cycle clash', () => {
  const clashing = makePattern({ layers: [4, 4], fanOuts: [2] }, [Uint32Array.from([0, 2, 1, 3, 0, 2, 1, 3])]);
  expect(constraintFault(clashing, { parallelism: [2] })).toMatchObject({ junction: 1, right: 0 });
  expect(constraintFault(clashing, { parallelism: [4] })).toBeNull();
  expect(constraintFault(clashing, { parallelism: [1] })).toBeNull();
  expect(constraintFault(clashing, { parallelism: [null] })).toBeNull();
});

const misfits: readonly (readonly [string, Constraints, RegExp])[] = [
  ['a parallelism that does not divide the left neurons', { parallelism: [3] }, /junction 1: .*divide the 8.*got 3/],
  ['a parallelism of no whole number', { parallelism: [1.5] }, /got 1\.5/],
  ['N:M of another density', { structure: [{ n: 1, m: 4, transposable: false }] }, /fan-in of 2 .*got 4/],
  [
    'N:M whose M does not divide the left neurons',
    { structure: [{ n: 3, m: 6, transposable: false }] },
    /multiple of 6/,
  ],
  ['N above M', { structure: [{ n: 4, m: 2, transposable: false }] }, /got 4:2/],
  [
    'transposable N:M of too few right neurons',
    { structure: [{ n: 4, m: 8, transposable: true }] },
    /right neurons; got 4/,
  ],
  ['a left neuron that does not exist', { forbidden: [[[8, 0]]] }, /0 to 7 and 0 to 3; got \[8, 0\]/],
  ['a right neuron that does not exist', { forced: [[[0, -1]]] }, /got \[0, -1\]/],
  ['lists for too many junctions', { parallelism: [2, 2] }, /parallelisms of 1 junctions; got 2/],
];

test('a parallelism that cuts across the blocks is no matter for a pattern that keeps both, only for a search', () => {
  const both: Constraints = { parallelism: [4], structure: [{ n: 1, m: 2, transposable: false }] };
  const evenOdd = (rows: number[][]) => makePattern({ layers: [8, 4], fanOuts: [2] }, [Uint32Array.from(rows.flat())]);
  const keeping = evenOdd([
    [0, 2, 5, 7],
    [1, 3, 4, 6],
    [0, 2, 5, 7],
    [1, 3, 4, 6],
  ]);
  expect(constraintFault(keeping, both)).toBeNull();
  const clashing = evenOdd([
    [0, 2, 4, 6],
    [1, 3, 5, 7],
    [0, 2, 4, 6],
    [1, 3, 5, 7],
  ]);
  expect(constraintFault(clashing, both)?.message).toContain('reads 4 different memories');
  const unblocked = evenOdd([
    [0, 1, 2, 3],
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [4, 5, 6, 7],
  ]);
  expect(constraintFault(unblocked, both)?.message).toContain('does not keep 1 of left neurons 2 to 3');
  expect(() => constraintConflict(architectureOf([8, 4], [2]), both)).toThrow(
    /not supported by a search in junction 1/,
  );
});

test.each(misfits)('%s is an error that says what was expected', (_, constraints, message) => {
  expect(() => constraintFault(pattern, constraints)).toThrow(RangeError);
  expect(() => constraintFault(pattern, constraints)).toThrow(message);
});

test('property: a pattern keeps constraints exactly when it does by their definitions', () => {
  const property = fc.property(constrainedTiny, fc.nat(), ({ tiny, constraints }, draw) => {
    const all = everyJunction(tiny);
    const junction = all[draw % all.length];
    const fault = constraintFault(tinyPattern(tiny, junction), constraints);
    expect(fault === null).toBe(keeps(tiny, junction, constraints));
  });
  fc.assert(property, { numRuns: 600, seed: 5 });
});

test('property: a conflict is found exactly when no junction of all keeps the constraints, where that is decided', () => {
  const counts = { impossible: 0, possible: 0, undecided: 0 };
  const property = fc.property(constrainedTiny, ({ tiny, constraints }) => {
    fc.pre(isSupported(constraints));
    const architecture = architectureOf([tiny.left, tiny.right], [tiny.fanOut]);
    const exists = everyJunction(tiny).some(
      (junction) => constraintFault(tinyPattern(tiny, junction), constraints) === null,
    );
    const conflict = constraintConflict(architecture, constraints);
    if (conflict !== null) {
      counts.impossible++;
      expect(exists).toBe(false);
    } else if (isDecided(junctionRules(architecture, constraints)[0])) {
      counts.possible++;
      expect(exists).toBe(true);
    } else counts.undecided++;
  });
  fc.assert(property, { numRuns: 800, seed: 7 });
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50);
});

const conflicts: readonly (readonly [string, number[], number[], Constraints, string])[] = [
  [
    'a right neuron with too few left neurons left',
    [8, 4],
    [2],
    { forbidden: [[0, 1, 2, 3, 4].map((k) => [k, 2] as const)] },
    'junction 1: right neuron 2 needs 4 edges, but forbidden edges leave at most 3',
  ],
  [
    'right neurons that share too few left neurons',
    [6, 6],
    [2],
    { forbidden: [[0, 1, 2].flatMap((j) => [2, 3, 4, 5].map((k) => [k, j] as const))] },
    'junction 1: right neurons 0, 1 and 2 need 6 edges, but forbidden edges leave at most 4',
  ],
  [
    'a left neuron with too few right neurons left',
    [4, 8],
    [4],
    { forbidden: [[0, 1, 2, 3, 4].map((j) => [3, j] as const)] },
    'junction 1: left neuron 3 needs 4 edges, but forbidden edges leave at most 3',
  ],
  [
    'too many forced edges',
    [8, 4],
    [2],
    {
      forced: [
        [
          [5, 0],
          [5, 1],
          [5, 2],
        ],
      ],
    },
    'junction 1: left neuron 5 has 3 forced edges, but room for 2',
  ],
  [
    'forced edges of one memory',
    [8, 4],
    [2],
    {
      parallelism: [2],
      forced: [
        [
          [0, 1],
          [2, 1],
          [4, 1],
        ],
      ],
    },
    'junction 1: right neuron 1 has 3 forced edges from memory 0, but room for 2',
  ],
  [
    'forced edges that clash in one cycle of two right neurons',
    [8, 8],
    [2],
    {
      parallelism: [4],
      forced: [
        [
          [0, 2],
          [4, 3],
        ],
      ],
    },
    'junction 1: cycle 1 has 2 forced edges from memory 0, but room for 1',
  ],
  [
    'a memory that a cycle cannot read',
    [8, 8],
    [2],
    { parallelism: [4], forbidden: [[1, 5].flatMap((k) => [6, 7].map((j) => [k, j] as const))] },
    'junction 1: cycle 3 needs 1 edge from memory 1, but forbidden edges leave at most 0',
  ],
  [
    'a block of which too little is left',
    [8, 4],
    [2],
    {
      structure: [{ n: 2, m: 4, transposable: false }],
      forbidden: [
        [
          [4, 3],
          [5, 3],
          [6, 3],
        ],
      ],
    },
    'junction 1: right neuron 3 needs 2 edges from left neurons 4 to 7, but forbidden edges leave at most 1',
  ],
  [
    'an edge that must and must not be',
    [8, 4, 4],
    [2, 1],
    { forbidden: [[], [[1, 2]]], forced: [[], [[1, 2]]] },
    'junction 2: the edge from left neuron 1 to right neuron 2 is both forced and forbidden',
  ],
  [
    'more right neurons than neighbourhoods',
    [4, 8],
    [4],
    { distinctNeighbourhoods: true },
    'junction 1: 8 right neurons cannot all differ: there are only 6 sets of 2 of 4 left neurons',
  ],
  [
    'more right neurons than neighbourhoods of 1:2',
    [4, 6],
    [3],
    { structure: [{ n: 1, m: 2, transposable: false }], distinctNeighbourhoods: true },
    'junction 1: 6 right neurons cannot all differ: there are only 4 sets of 2 of 4 left neurons that keep the other constraints',
  ],
];

test.each(conflicts)('impossible: %s', (_, layers, fanOuts, constraints, message) => {
  expect(constraintConflict(architectureOf(layers, fanOuts), constraints)).toBe(message);
});
