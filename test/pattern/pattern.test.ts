import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import {
  denseJunction,
  fingerprint,
  makePattern,
  type Pattern,
  patternFault,
  sortRows,
} from '../../src/pattern/pattern.ts';
import { balancedPatterns, EXAMPLE_FINGERPRINT, examplePattern, exampleRows, patterns } from './sample-patterns.ts';

const sizes = { layers: [8, 4, 4], fanOuts: [1, 2] };

/** The example with the edges of one junction replaced. */
function broken(junction: number, edges: readonly number[]): Pattern {
  const junctions = examplePattern().junctions.map((sources, i) =>
    i === junction - 1 ? Uint32Array.from(edges) : sources,
  );
  return { ...sizes, junctions };
}

describe('a fault', () => {
  test('is not found in a sound pattern', () => {
    expect(patternFault(examplePattern())).toBeNull();
  });

  test('in a row names junction, right neuron and left neuron', () => {
    expect(patternFault(broken(1, [4, 5, 2, 3, 1, 8, 0, 7]))).toEqual({
      junction: 1,
      right: 2,
      message: 'junction 1, right neuron 2: left neuron 8 is out of range; expected 0 to 7',
    });
    expect(patternFault(broken(2, [1, 3, 2, 3, 0, 2, 1, 1]))?.message).toBe(
      'junction 2, right neuron 3: left neuron 1 is connected twice',
    );
    expect(patternFault(broken(2, [3, 1, 2, 3, 0, 2, 0, 1]))?.message).toBe(
      'junction 2, right neuron 0: left neurons are not in ascending order',
    );
  });

  test('in a fan-out names the right neuron that takes the first edge too many', () => {
    // left neuron 3 feeds right neurons 0, 1 and 3; left neuron 0 only right neuron 2
    expect(patternFault(broken(2, [1, 3, 2, 3, 0, 2, 1, 3]))).toEqual({
      junction: 2,
      right: 3,
      message: 'junction 2, right neuron 3: left neuron 3 has fan-out 3; expected 2',
    });
  });

  test('in a number of edges is found before any edge is read', () => {
    expect(patternFault(broken(2, [1, 3, 2, 3, 0, 2, 0]))?.message).toBe('junction 2 has 7 edges; expected 8');
    expect(patternFault(broken(1, []))?.message).toBe('junction 1 has 0 edges; expected 8');
  });

  test('in the sizes is found: junctions missing or left over, and fan-outs that no junction has', () => {
    const { junctions } = examplePattern();
    expect(patternFault({ ...sizes, junctions: junctions.slice(0, 1) })).toMatchObject({ junction: 2, right: null });
    expect(patternFault({ ...sizes, fanOuts: [1], junctions: junctions.slice(0, 1) })).toMatchObject({ junction: 2 });
    expect(patternFault({ ...sizes, junctions: [...junctions, junctions[1]] })).toMatchObject({ junction: 3 });
    expect(patternFault({ layers: [8], fanOuts: [], junctions: [] })).not.toBeNull();
    expect(patternFault({ layers: [4, 6], fanOuts: [2], junctions: [new Uint32Array(8)] })?.message).toBe(
      'junction 1: 4 to 6 neurons cannot have fan-out 2',
    );
    expect(patternFault({ layers: [4, 2], fanOuts: [3], junctions: [new Uint32Array(12)] })).toMatchObject({
      junction: 1,
    });
    expect(patternFault({ layers: [4, 2], fanOuts: [0], junctions: [new Uint32Array(0)] })).toMatchObject({
      junction: 1,
    });
  });

  test('property: is found whenever one edge of a pattern is moved to another left neuron', () => {
    fc.assert(
      fc.property(patterns, fc.nat(), fc.nat(), (pattern, pick, shift) => {
        const index = pick % pattern.junctions.length;
        const left = pattern.layers[index];
        const moved = pattern.junctions[index].slice();
        const e = pick % moved.length;
        const target = (moved[e] + 1 + (shift % left)) % left;
        fc.pre(target !== moved[e]);
        moved[e] = target;
        sortRows(moved, pattern.layers[index + 1], moved.length / pattern.layers[index + 1]);
        const fault = patternFault({ ...pattern, junctions: pattern.junctions.with(index, moved) });
        expect(fault?.junction).toBe(index + 1);
        expect(fault?.right).not.toBeNull();
      }),
    );
  });
});

describe('making a pattern', () => {
  test('sorts rows in place, and copies the sizes', () => {
    const sources = Uint32Array.from([5, 4, 3, 2, 6, 1, 7, 0]);
    const layers = [8, 4];
    const pattern = makePattern({ layers, fanOuts: [1] }, [sources]);
    layers[0] = 99;
    expect([...sources]).toEqual([4, 5, 2, 3, 1, 6, 0, 7]);
    expect(pattern.layers).toEqual([8, 4]);
    expect(pattern.junctions[0]).toBe(sources);
  });

  test('throws what is wrong', () => {
    expect(() => makePattern(sizes, [])).toThrow(RangeError);
    expect(() => makePattern(sizes, broken(2, [1, 3, 2, 3, 0, 2, 1, 1]).junctions)).toThrow('right neuron 3');
    expect(() => makePattern({ layers: [4, 6], fanOuts: [2] }, [new Uint32Array(8)])).toThrow('cannot have fan-out 2');
  });

  test('property: a pattern whose rows are shuffled is the same pattern', () => {
    fc.assert(
      fc.property(patterns, fc.nat(), (pattern, seed) => {
        const random = Random.fromSeed(seed);
        const shuffled = pattern.junctions.map((sources, index) => {
          const fanIn = sources.length / pattern.layers[index + 1];
          const copy = sources.slice();
          for (let e = 0; e < copy.length; e += fanIn) random.shuffle(copy.subarray(e, e + fanIn));
          return copy;
        });
        expect(makePattern(pattern, shuffled)).toEqual(pattern);
      }),
    );
  });

  test('the dense junction connects everything', () => {
    expect([...denseJunction(3, 2)]).toEqual([0, 1, 2, 0, 1, 2]);
    expect(patternFault({ layers: [3, 2], fanOuts: [2], junctions: [denseJunction(3, 2)] })).toBeNull();
  });
});

describe('the fingerprint', () => {
  test('is the one that Python’s hashlib gives', () => {
    expect(fingerprint(examplePattern())).toBe(EXAMPLE_FINGERPRINT);
    const small = makePattern({ layers: [4, 2], fanOuts: [1] }, [Uint32Array.from([0, 1, 2, 3])]);
    expect(fingerprint(small)).toBe('839544a0a1e094bfdd182805694745f40eac30ca5fb43f3ae112db1c13c08fc4');
  });

  test('sees only a junction’s own part of a longer buffer', () => {
    const buffer = Uint32Array.from([99, 99, ...exampleRows[0].flat(), 99]);
    const view = { ...examplePattern(), junctions: [buffer.subarray(2, 10), examplePattern().junctions[1]] };
    expect(fingerprint(view)).toBe(EXAMPLE_FINGERPRINT);
  });

  test('tells apart nets of equal edges, and rows that change places', () => {
    const a = makePattern({ layers: [4, 2], fanOuts: [1] }, [Uint32Array.from([0, 1, 2, 3])]);
    const b = makePattern({ layers: [4, 2], fanOuts: [1] }, [Uint32Array.from([2, 3, 0, 1])]);
    const c = makePattern({ layers: [4, 4], fanOuts: [1] }, [Uint32Array.from([0, 1, 2, 3])]);
    expect(new Set([a, b, c].map(fingerprint)).size).toBe(3);
  });
});

describe('balanced degrees', () => {
  // 5 left neurons, 3 right ones of fan-in 2: six edges, so one left neuron has two
  const sizes = { layers: [5, 3], fanOuts: [6 / 5] };

  test('allow one edge more to some left neurons, to none two more, and none without an edge', () => {
    expect(patternFault({ ...sizes, junctions: [Uint32Array.of(0, 1, 1, 2, 3, 4)] })).toBeNull();
    expect(patternFault({ ...sizes, junctions: [Uint32Array.of(0, 1, 0, 2, 0, 3)] })?.message).toBe(
      'junction 1, right neuron 2: left neuron 0 has fan-out 3; expected 1 or 2',
    );
    expect(patternFault({ ...sizes, junctions: [Uint32Array.of(0, 1, 0, 1, 2, 3)] })?.message).toBe(
      'junction 1: left neuron 4 has fan-out 0; expected 1 or 2',
    );
    expect(
      patternFault({ layers: [5, 3], fanOuts: [1.3], junctions: [Uint32Array.of(0, 1, 1, 2, 3, 4)] })?.message,
    ).toBe('junction 1: 5 to 3 neurons cannot have fan-out 1.3');
  });

  test('property: samples of any size are whole, and a left neuron that loses an edge to another is found', () => {
    fc.assert(
      fc.property(balancedPatterns, (pattern) => {
        expect(patternFault(pattern)).toBeNull();
        for (const { number, left, leastFanOut, mostFanOut } of junctionSizes(pattern)) {
          const degrees = new Uint32Array(left);
          for (const neuron of pattern.junctions[number - 1]) degrees[neuron]++;
          expect(Math.min(...degrees)).toBe(leastFanOut);
          expect(Math.max(...degrees)).toBe(mostFanOut);
        }
      }),
    );
  });

  test('have a fingerprint of their own lines', () => {
    const pattern = makePattern(sizes, [Uint32Array.of(0, 1, 1, 2, 3, 4)]);
    const hash = createHash('sha256').update('scattershot/pattern 1\n5,3\nfan-in 2\n');
    hash.update(new Uint8Array(Uint32Array.of(0, 1, 1, 2, 3, 4).buffer));
    expect(fingerprint(pattern)).toBe(hash.digest('hex'));
  });
});
