import {
  type Code,
  defineFunction,
  type FunctionCode,
  f32x4,
  i32,
  i32x4,
  type Local,
  v128,
} from '../../../base/wasm/assembler.ts';
import { loopBelow, ROW_BYTES, vectorOffsets } from './arithmetic.ts';

/** Addresses of what is worked out for each example of a tile, one row each. */
export interface ExampleRows {
  /** the highest logit of all outputs */
  readonly highest: number;
  /** number of the highest of the real outputs, an integer; the first of equals */
  readonly guesses: number;
  /** 0 where every logit is finite, else NaN */
  readonly faults: number;
  /** given: what the example's loss counts in the mean; 0 for a column without example */
  readonly shares: number;
  /** Σ exp(logit − highest) */
  readonly totals: number;
}

const plus = (base: number, i: number) => base + vectorOffsets[i];

/**
 * guess: over one tile of logits, `highest` and `faults` of all outputs and `guesses` among the first `used`.
 */
export function guessKernel(logits: number, outputs: number, used: number, at: ExampleRows): FunctionCode {
  return defineFunction('guess', [], (_, local) => {
    const [row, j] = [local('i32'), local('i32')];
    const best = vectorOffsets.map(() => local('v128'));
    const guess = vectorOffsets.map(() => local('v128'));
    const [value, higher, number] = [local('v128'), local('v128'), local('v128')];
    const start = best.map((each, i) => each.set(v128.load(row.get, plus(logits, i))));
    return [
      start,
      loopBelow(j, i32.const(used), [
        number.set(i32x4.splat(j.get)),
        best.map((each, i) => [
          value.set(v128.load(row.get, plus(logits, i))),
          higher.set(f32x4.above(value.get, each.get)),
          each.set(v128.select(value.get, each.get, higher.get)),
          guess[i].set(v128.select(number.get, guess[i].get, higher.get)),
        ]),
        row.increase(i32.const(ROW_BYTES)),
        j.increase(i32.const(1)),
      ]),
      row.set(i32.const(0)),
      guess.map((each, i) => [v128.store(row.get, each.get, plus(at.guesses, i)), each.set(v128.zero)]),
      loopBelow(row, i32.const(outputs * ROW_BYTES), [
        best.map((each, i) => [
          value.set(v128.load(row.get, plus(logits, i))),
          each.set(f32x4.pseudoMax(each.get, value.get)),
          guess[i].set(f32x4.add(guess[i].get, f32x4.subtract(value.get, value.get))),
        ]),
        row.increase(i32.const(ROW_BYTES)),
      ]),
      row.set(i32.const(0)),
      best.map((each, i) => [
        v128.store(row.get, each.get, plus(at.highest, i)),
        v128.store(row.get, guess[i].get, plus(at.faults, i)),
      ]),
    ];
  });
}

/** Below this, a power is 0 beside the 1 of the highest logit; its products would be too small to be normal numbers. */
const LOWEST_EXPONENT = -60;

/**
 * e^x for x ≤ 0 by arithmetic alone, so that it is the same everywhere: 2^n · e^r, |r| ≤ ln 2 / 2, by the series of e^r up to r⁷
 * (the rest is below 6e-9). 1 for 0; 0 below −60; NaN for NaN.
 */
function power(x: Local, r: Local, n: Local, p: Local): Code {
  // ln 2 in two parts, the first of few enough bits that n times it is exact
  const coarse = 0.693359375;
  const fine = Math.LN2 - coarse;
  const series = [1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1];
  return [
    n.set(f32x4.nearest(f32x4.multiply(x.get, f32x4.const(Math.LOG2E)))),
    r.set(f32x4.subtract(x.get, f32x4.multiply(n.get, f32x4.const(coarse)))),
    r.set(f32x4.subtract(r.get, f32x4.multiply(n.get, f32x4.const(fine)))),
    p.set(f32x4.const(series[0])),
    series.slice(1).map((factor) => p.set(f32x4.add(f32x4.multiply(p.get, r.get), f32x4.const(factor)))),
    n.set(i32x4.shiftLeft(i32x4.add(i32x4.fromF32(n.get), i32x4.splat(i32.const(127))), i32.const(23))),
    v128.andNot(f32x4.multiply(p.get, n.get), f32x4.below(x.get, f32x4.const(LOWEST_EXPONENT))),
  ];
}

/**
 * softmax: after `guess`, turns logits z into softmax(z) · share, the gradient of the mean loss except the −share of the label's
 * output; `totals` is what the loss needs. All outputs take part, padded ones too: classes that never occur.
 */
export function softmaxKernel(logits: number, outputs: number, at: ExampleRows): FunctionCode {
  return defineFunction('softmax', [], (_, local) => {
    const row = local('i32');
    const [x, r, n, p, total, highest] = Array.from({ length: 6 }, () => local('v128'));
    return vectorOffsets.map((_offset, i) => [
      row.set(i32.const(0)),
      highest.set(v128.load(row.get, plus(at.highest, i))),
      total.set(v128.zero),
      loopBelow(row, i32.const(outputs * ROW_BYTES), [
        x.set(f32x4.subtract(v128.load(row.get, plus(logits, i)), highest.get)),
        p.set(power(x, r, n, p)),
        total.set(f32x4.add(total.get, p.get)),
        v128.store(row.get, p.get, plus(logits, i)),
        row.increase(i32.const(ROW_BYTES)),
      ]),
      row.set(i32.const(0)),
      v128.store(row.get, total.get, plus(at.totals, i)),
      total.set(f32x4.divide(v128.load(row.get, plus(at.shares, i)), total.get)),
      loopBelow(row, i32.const(outputs * ROW_BYTES), [
        v128.store(row.get, f32x4.multiply(v128.load(row.get, plus(logits, i)), total.get), plus(logits, i)),
        row.increase(i32.const(ROW_BYTES)),
      ]),
    ]);
  });
}
