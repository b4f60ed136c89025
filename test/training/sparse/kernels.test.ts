import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeMachine } from '../../../src/training/sparse/machine.ts';

/** A machine whose logits can be written: `outputs` neurons, of which `used` are real. */
function machineOf(outputs: number, used = outputs, features = 3) {
  const machine = makeMachine({ layers: [features, outputs], fanOuts: [outputs], usedOutputs: used, features }, false);
  const { floats, words, layout } = machine;
  const part = (address: number, count: number) => floats.subarray(address / 4, address / 4 + count);
  const rows = layout.exampleRows;
  return {
    machine,
    logits: part(layout.logits.address, 16 * outputs),
    shares: part(rows.shares, 16),
    totals: part(rows.totals, 16),
    highest: part(rows.highest, 16),
    faults: part(rows.faults, 16),
    guesses: words.subarray(rows.guesses / 4, rows.guesses / 4 + 16),
    examples: part(layout.examples, 16 * layout.stride),
    inputs: part(layout.junctions[0].input.address, 16 * layout.stride),
  };
}

const zeros = Array<number>(16 * 5).fill(0);
const logit = fc.float({ min: -100, max: 100, noNaN: true });

describe('softmax', () => {
  test('property: is softmax times the share, as near to float64’s as differences of float32 logits allow', () => {
    fc.assert(
      fc.property(fc.array(logit, { minLength: 16 * 5, maxLength: 16 * 5 }), (values) => {
        const { machine, logits, shares, totals, highest } = machineOf(5);
        logits.set(values);
        shares.fill(0.25).fill(0, 9);
        const before = Float64Array.from(logits);
        machine.guess();
        machine.softmax();
        for (let i = 0; i < 16; i++) {
          const own = [0, 1, 2, 3, 4].map((j) => before[16 * j + i]);
          // of two zeros either may be the highest, whatever its sign
          expect(Math.abs(highest[i] - Math.max(...own))).toBe(0);
          const powers = own.map((z) => Math.exp(z - Math.max(...own)));
          const total = powers.reduce((a, b) => a + b, 0);
          expect(Math.abs(totals[i] / total - 1)).toBeLessThan(1e-6);
          for (const [j, p] of powers.entries()) {
            const expected = (i < 9 ? 0.25 : 0) * (p / total);
            // rounding z − highest alone costs up to 2⁻²⁴ of it, which e^x makes a relative error of the power
            const relative = 1e-6 + 2e-7 * (Math.max(...own) - own[j]);
            expect(Math.abs(logits[16 * j + i] - expected)).toBeLessThanOrEqual(relative * expected + 1e-26);
          }
        }
      }),
      {
        numRuns: 100,
        examples: [
          [zeros.map((zero, i) => (i === 4 ? -zero : zero))],
          [zeros.map((zero, i) => (i % 3 ? -zero : zero))],
        ],
      },
    );
  });

  test('the highest logit alone counts exactly 1, however far the others are below', () => {
    const { machine, logits, shares, totals } = machineOf(3);
    logits.fill(-1e30).fill(7, 16, 32);
    shares.fill(1);
    machine.guess();
    machine.softmax();
    expect([...totals]).toEqual(new Array(16).fill(1));
    expect([...logits]).toEqual([...new Array(16).fill(0), ...new Array(16).fill(1), ...new Array(16).fill(0)]);
  });

  test('a logit that is no number makes the total none', () => {
    const { machine, logits, totals } = machineOf(3);
    logits[16 + 5] = Number.NaN;
    logits[32 + 6] = Number.POSITIVE_INFINITY;
    machine.guess();
    machine.softmax();
    expect([...totals].map(Number.isNaN)).toEqual(Array.from({ length: 16 }, (_, i) => i === 5 || i === 6));
  });
});

describe('guesses', () => {
  test('are the highest among the real outputs, the first of equals', () => {
    const { machine, logits, guesses } = machineOf(4, 3);
    logits.fill(1);
    logits[32 + 1] = 2;
    logits[16 + 2] = 3;
    logits[32 + 2] = 3;
    logits[48 + 3] = 9;
    machine.guess();
    expect([...guesses.subarray(0, 4)]).toEqual([0, 2, 1, 0]);
  });

  test('tell which examples have a logit that is not finite, padded outputs too', () => {
    const { machine, logits, faults } = machineOf(4, 3);
    logits[48 + 3] = Number.NEGATIVE_INFINITY;
    logits[0] = Number.NaN;
    machine.guess();
    expect([...faults].map((fault) => fault === 0)).toEqual(Array.from({ length: 16 }, (_, i) => i !== 0 && i !== 3));
  });
});

test('spread turns examples into rows of one feature each', () => {
  const { machine, examples, inputs } = machineOf(2, 2, 7);
  const stride = machine.layout.stride;
  expect(stride).toBe(8);
  for (let i = 0; i < examples.length; i++) examples[i] = i;
  machine.spread();
  for (let feature = 0; feature < stride; feature++) {
    for (let i = 0; i < 16; i++) expect(inputs[16 * feature + i]).toBe(stride * i + feature);
  }
});

test('a network too large for one memory is refused in words', () => {
  const sizes = { layers: [40_000, 40_000], fanOuts: [40_000], usedOutputs: 10, features: 40_000 };
  expect(() => makeMachine(sizes, false)).toThrow(/expected a network that can be trained in 4 GiB/);
});
