import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { measureProxies, proxies, requireProxy } from '../../src/proxies/index.ts';
import { proxyNames } from '../../src/proxies/names.ts';
import { isSettledByDegrees, worstJunction } from '../../src/proxies/proxy.ts';
import { examplePattern, patterns } from '../pattern/sample-patterns.ts';
import { architectureOf, complete, junctionsOf, patternOf, renumber, ring } from './known-junctions.ts';

describe.each([...proxies.values()])('$name', (proxy) => {
  test('is registered by its kebab-case name and says what it is', () => {
    expect(proxy.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(proxies.get(proxy.name)).toBe(proxy);
    for (const text of [proxy.summary, proxy.source, proxy.unit, proxy.cost]) expect(text.length).toBeGreaterThan(10);
  });

  test('refuses an architecture of other sizes', () => {
    const other = defineArchitecture({ layers: [8, 4, 4], fanOuts: [1, 3] });
    expect(() => proxy.measure(examplePattern(), other)).toThrow(
      /got a pattern of 8-4-4 \(1,2\); expected 8-4-4 \(1,3\)/,
    );
  });

  test('property: gives finite numbers, or null with a reason, junction by junction or none, and changes nothing', () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const before = pattern.junctions.map((sources) => sources.slice());
        const { value, junctions, reason } = proxy.measure(pattern, architectureOf(pattern));
        expect([0, pattern.junctions.length]).toContain(junctions.length);
        for (const number of [value, ...junctions]) if (number !== null) expect(Number.isFinite(number)).toBe(true);
        if (value === null) expect(reason).not.toBeNull();
        expect(proxy.compute(pattern, architectureOf(pattern))).toBe(value);
        expect(pattern.junctions).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });
});

describe('renumbering the neurons of every layer', () => {
  const invariant = [...proxies.values()].filter((proxy) => proxy.invariant);

  test.each(invariant)('property: changes nothing in $name', (proxy) => {
    fc.assert(
      fc.property(patterns, fc.nat(), (pattern, seed) => {
        const twin = renumber(pattern, seed);
        const [ours, theirs] = [pattern, twin].map((each) => proxy.measure(each, architectureOf(each)));
        const pairs = [ours.value, ...ours.junctions].map((value, i) => [
          value,
          [theirs.value, ...theirs.junctions][i],
        ]);
        for (const [a, b] of pairs) expect(Math.abs((a ?? 0) - (b ?? 0))).toBeLessThan(1e-8);
        expect(ours.junctions.length).toBe(theirs.junctions.length);
      }),
      { numRuns: 60 },
    );
  });

  test('changes locality, the only one that says it may', () => {
    const local = patternOf([8, 8], [[0, 0, 2, 2, 4, 4, 6, 6].map((k) => [k, k + 1])]);
    const twin = renumber(local, 3);
    const locality = requireProxy('locality');
    expect(locality.compute(twin, architectureOf(twin))).not.toBe(locality.compute(local, architectureOf(local)));
    expect([...proxies.values()].filter((proxy) => !proxy.invariant)).toEqual([locality]);
  });
});

describe('the registry', () => {
  test('measures all proxies, or those named, in the order given', () => {
    const [pattern, architecture] = [examplePattern(), architectureOf(examplePattern())];
    expect([...measureProxies(pattern, architecture).keys()]).toEqual([...proxies.keys()]);
    const some = measureProxies(pattern, architecture, ['rank', 'four-cycles']);
    expect([...some.keys()]).toEqual(['rank', 'four-cycles']);
    expect(some.get('rank')).toEqual(requireProxy('rank').measure(pattern, architecture));
  });

  test('names what it has when asked for what it has not', () => {
    expect(() => requireProxy('girth')).toThrow(/no proxy "girth"; expected one of distinct-neighbourhoods, rank/);
  });
});

describe('the worst junction', () => {
  const sizes = [
    ...junctionsOf(
      patternOf(
        [6, 6, 2],
        [
          numbersRing(6),
          [
            [0, 1, 2],
            [3, 4, 5],
          ],
        ],
      ),
    ),
  ].map(({ size }) => size);

  test('is the lowest or highest of those that their degrees do not settle', () => {
    expect(sizes.map(isSettledByDegrees)).toEqual([false, true]);
    expect(worstJunction(sizes, [0.7, 0.1], 'higher')).toBe(0.7);
    expect(worstJunction([sizes[0], sizes[0]], [0.7, 0.1], 'higher')).toBe(0.1);
    expect(worstJunction([sizes[0], sizes[0]], [0.7, 0.1], 'lower')).toBe(0.7);
    expect(worstJunction([sizes[1], sizes[1]], [0.7, 0.1], 'higher')).toBe(0.1);
  });

  test('is unknown when one that counts was left out, and only then', () => {
    expect(worstJunction([sizes[0], sizes[0]], [0.7, null], 'higher')).toBeNull();
    expect(worstJunction(sizes, [0.7, null], 'higher')).toBe(0.7);
  });

  test('stars, dense junctions and their complements are settled, a ring is not', () => {
    const settled = ({ size }: { size: Parameters<typeof isSettledByDegrees>[0] }) => isSettledByDegrees(size);
    expect(settled(complete(5, 4))).toBe(true);
    expect(settled(ring(3))).toBe(true);
    expect(settled(ring(4))).toBe(false);
  });
});

function numbersRing(neurons: number): number[][] {
  return Array.from({ length: neurons }, (_, j) => [j, (j + 1) % neurons]);
}

test('the list of names is the registry’s, in its order', () => {
  expect(proxyNames).toEqual([...proxies.keys()]);
});
