import * as fc from 'fast-check';
import { Random } from '../../src/base/random.ts';
import {
  type ArchitectureRequest,
  feasibleFanOuts,
  isExact,
  junctionSizes,
  leastFanIn,
  meanFanOut,
} from '../../src/pattern/architecture.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';

/**
 * A well mixed pattern: edges dealt out in turn, then swapped at random wherever no double edge comes of it. Of balanced degrees, left
 * neurons are renumbered at random, so that any of them can have an edge more.
 */
export function samplePattern(layers: readonly number[], fanOuts: readonly number[], seed: number): Pattern {
  const random = Random.fromSeed(seed);
  const junctions = junctionSizes({ layers, fanOuts }).map((size) => {
    const { left, right, fanIn, edges } = size;
    const rows = Array.from({ length: right }, (_, j) =>
      Array.from({ length: fanIn }, (_, place) => (j * fanIn + place) % left),
    );
    for (let swap = 0; swap < 4 * edges; swap++) {
      const [a, b] = [rows[random.below(right)], rows[random.below(right)]];
      const [x, y] = [random.below(fanIn), random.below(fanIn)];
      if (a.includes(b[y]) || b.includes(a[x])) continue;
      [a[x], b[y]] = [b[y], a[x]];
    }
    const names = Uint32Array.from({ length: left }, (_, k) => k);
    if (!isExact(size)) random.shuffle(names);
    return Uint32Array.from(rows.flat(), (neuron) => names[neuron]);
  });
  return makePattern({ layers, fanOuts }, junctions);
}

/** Small networks of 1 to 3 junctions with feasible fan-outs. */
export const networks: fc.Arbitrary<Pick<ArchitectureRequest, 'layers' | 'fanOuts'>> = fc
  .array(fc.integer({ min: 1, max: 24 }), { minLength: 2, maxLength: 4 })
  .chain((layers) =>
    fc.record({
      layers: fc.constant(layers),
      fanOuts: fc.tuple(
        ...layers.slice(1).map((right, index) => fc.constantFrom(...feasibleFanOuts(layers[index], right))),
      ),
    }),
  );

/** Small networks of 1 to 3 junctions of any fan-in that leaves no neuron without an edge: most are balanced, some exact. */
export const balancedNetworks: fc.Arbitrary<Pick<ArchitectureRequest, 'layers' | 'fanOuts'>> = fc
  .array(fc.integer({ min: 1, max: 24 }), { minLength: 2, maxLength: 4 })
  .chain((layers) =>
    fc.record({
      layers: fc.constant(layers),
      fanOuts: fc.tuple(
        ...layers
          .slice(1)
          .map((right, index) =>
            fc
              .integer({ min: leastFanIn(layers[index], right), max: layers[index] })
              .map((fanIn) => meanFanOut(layers[index], right, fanIn)),
          ),
      ),
    }),
  );

export const balancedPatterns: fc.Arbitrary<Pattern> = fc
  .tuple(balancedNetworks, fc.nat())
  .map(([{ layers, fanOuts }, seed]) => samplePattern(layers, fanOuts, seed));

export const patterns: fc.Arbitrary<Pattern> = fc
  .tuple(networks, fc.nat())
  .map(([{ layers, fanOuts }, seed]) => samplePattern(layers, fanOuts, seed));

/** 8-4-4 (1,2), an example of the definitions; its fingerprint was computed with Python's hashlib. */
export const exampleRows = [
  [
    [4, 5],
    [2, 3],
    [1, 6],
    [0, 7],
  ],
  [
    [1, 3],
    [2, 3],
    [0, 2],
    [0, 1],
  ],
];
export const EXAMPLE_FINGERPRINT = '4de9b29149b4893b7ec410c6929fa350b251b9338b934e7e4fc142aec14c6fac';

export const examplePattern = (): Pattern =>
  makePattern(
    { layers: [8, 4, 4], fanOuts: [1, 2] },
    exampleRows.map((rows) => Uint32Array.from(rows.flat())),
  );
