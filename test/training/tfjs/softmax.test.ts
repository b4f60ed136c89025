import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countCorrect, softmaxCrossEntropy } from '../../../src/training/tfjs/softmax.ts';

const run = (logits: number[], labels: number[], outputs: number, used = outputs) => {
  const delta = new Float32Array(logits.length);
  const rows = labels.length;
  const sums = softmaxCrossEntropy(Float32Array.from(logits), Uint8Array.from(labels), rows, outputs, used, delta);
  return { ...sums, delta: [...delta] };
};

describe('softmax cross-entropy', () => {
  test('of equal logits is log(outputs), and pushes the label up by what it pushes the others down', () => {
    const { loss, correct, delta } = run([2, 2, 2, 2], [1], 4);
    expect(loss).toBeCloseTo(Math.log(4), 12);
    expect(correct).toBe(0);
    expect(delta).toEqual([0.25, -0.75, 0.25, 0.25]);
  });

  test('property: equals −log of the softmax, and its gradient equals the difference quotient', () => {
    const logit = fc.integer({ min: -3000, max: 3000 }).map((thousandths) => thousandths / 1000);
    const batch = fc.array(fc.tuple(fc.array(logit, { minLength: 3, maxLength: 3 }), fc.nat(2)), {
      minLength: 1,
      maxLength: 4,
    });
    const meanLoss = (rows: readonly (readonly number[])[], labels: readonly number[]) =>
      rows.reduce((sum, row, i) => {
        const total = row.reduce((all, z) => all + Math.exp(z), 0);
        return sum - Math.log(Math.exp(row[labels[i]]) / total) / rows.length;
      }, 0);
    fc.assert(
      fc.property(batch, (examples) => {
        const rows = examples.map(([row]) => row);
        const labels = examples.map(([, label]) => label);
        const { loss, delta } = run(rows.flat(), labels, 3);
        expect(loss / rows.length).toBeCloseTo(meanLoss(rows, labels), 5);
        for (const [i, expected] of delta.entries()) {
          const moved = (by: number) => rows.map((row, r) => row.map((z, j) => (3 * r + j === i ? z + by : z)));
          const quotient = (meanLoss(moved(1e-4), labels) - meanLoss(moved(-1e-4), labels)) / 2e-4;
          expect(expected).toBeCloseTo(quotient, 5);
        }
      }),
    );
  });

  test('stays finite for logits of any size', () => {
    const { loss, delta } = run([1e30, 0, -1e30, 3e38, -3e38, 0], [0, 0], 3);
    expect(loss).toBe(0);
    expect(delta.every(Number.isFinite)).toBe(true);
    expect(run([-3e38, 3e38], [0], 2).loss).toBeGreaterThan(1e38);
  });

  test('of logits that are not finite is not finite', () => {
    expect(run([Number.NaN, 0], [0], 2).loss).toBeNaN();
    expect(Number.isFinite(run([Number.POSITIVE_INFINITY, 0], [1], 2).loss)).toBe(false);
  });

  test('counts padded outputs in the loss but never guesses them', () => {
    const { loss, correct } = run([1, 5, 9], [1], 3, 2);
    expect(loss).toBeGreaterThan(4);
    expect(correct).toBe(1);
  });

  test('takes the first of equal outputs for the guess', () => {
    expect(run([7, 7, 7, 7], [0, 1], 2).correct).toBe(1);
  });
});

describe('counting correct guesses', () => {
  test('looks at as many rows as it is told, and at used outputs only', () => {
    const logits = Float32Array.from([1, 2, 9, 4, 3, 9, 0, 0, 0]);
    expect(countCorrect(logits, Uint8Array.of(1, 0, 2), 2, 3, 2)).toBe(2);
  });
  test('is NaN when any output is not finite, padded ones too', () => {
    expect(countCorrect(Float32Array.of(1, 2, Number.NaN), Uint8Array.of(1), 1, 3, 2)).toBeNaN();
    expect(countCorrect(Float32Array.of(1, Number.NEGATIVE_INFINITY), Uint8Array.of(0), 1, 2, 2)).toBeNaN();
  });
});
