import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { compareRivals } from '../../src/validation/rivals.ts';

const random = Random.fromSeed(9);
const outcomes = Array.from({ length: 60 }, (_, candidate) => {
  const scatter = random.float();
  const family = `f${candidate % 4}`;
  return {
    candidate,
    family,
    scatter,
    accuracy: 0.8 + 0.02 * scatter + 0.05 * (candidate % 4) + 0.002 * random.normal(),
  };
});

const rivals = [
  { name: 'scatter', values: outcomes.map(({ scatter }) => scatter) },
  { name: 'noise', values: outcomes.map(() => random.normal()) },
  { name: 'scatter again', values: outcomes.map(({ scatter }) => 2 * scatter + 1) },
  { name: 'constant', values: outcomes.map(() => 1) },
  {
    name: 'of some',
    values: outcomes.map(({ scatter }, index) => (index % 2 === 0 ? scatter : null)),
    reason: 'Odd ones have none.',
  },
];

test('each proxy is judged alone, within families, with Holm over the table', () => {
  const found = compareRivals(rivals, outcomes, Random.fromSeed(1), 999);
  expect(found.map(({ name }) => name)).toEqual(rivals.map(({ name }) => name));
  const [scatter, noise, again, constant, some] = found;
  expect(scatter.pHolm).toBeLessThan(0.01);
  expect(scatter.gain?.value).toBeCloseTo(2, 0);
  expect(again.inOrder).toBe(scatter.inOrder);
  expect(noise.pHolm).toBeGreaterThan(0.05);
  expect(constant).toMatchObject({ inOrder: null, p: null, pHolm: null, gain: null });
  expect(some).toMatchObject({ candidates: 30, reason: 'Odd ones have none.' });
  expect(scatter.reason).toBeNull();
  for (const { p, pHolm } of found) if (p !== null && pHolm !== null) expect(pHolm).toBeGreaterThanOrEqual(p);
});

test('given the others, two proxies that say the same add nothing to each other', () => {
  const found = compareRivals(rivals, outcomes, Random.fromSeed(1), 99);
  expect(found[0].givenOthers).toBeNull();
  expect(found[2].givenOthers).toBeNull();
  const alone = compareRivals(rivals.slice(0, 2), outcomes, Random.fromSeed(1), 99);
  expect(alone[0].pGivenOthers).toBeLessThan(0.001);
});

test('without outcomes nothing is said', () => {
  expect(compareRivals([{ name: 'a', values: [] }], [], Random.fromSeed(1))[0]).toMatchObject({
    p: null,
    givenOthers: null,
  });
});

test('the size of a proxy’s unit does not matter, and equal values are never compared', () => {
  const coarse = outcomes.map(({ scatter }) => Math.round(10 * scatter));
  const inUnits = (unit: number) => ({ name: String(unit), values: coarse.map((value) => unit * value) });
  const found = compareRivals([1, 2 ** -60, 2 ** 60].map(inUnits), outcomes, Random.fromSeed(1), 99);
  for (const { inOrder, gain } of found) {
    expect(inOrder).toBe(found[0].inOrder);
    expect(gain?.value).toBeCloseTo(found[0].gain?.value ?? 0, 9);
  }
});
