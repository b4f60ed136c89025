import { expect, test } from 'vitest';
import { describeNetwork, type ScoreReport, scoreText } from '../../src/report/score.ts';
import type { EntryReport } from '../../src/study/pattern-report.ts';

const forward: EntryReport = {
  ...{ span: '1:1', direction: 'forward', value: 0.75, bound: 1, random: 0.6432, vacuous: false },
  ...{ windows: 8, windowSize: 8, ideal: 1 },
};
const backward: EntryReport = { ...forward, direction: 'backward', value: 1, windows: 128 };
const span: EntryReport = {
  ...forward,
  span: '1:2',
  value: 1,
  random: 1,
  vacuous: true,
  windowSize: null,
  ideal: null,
};

const report: ScoreReport = {
  ...describeNetwork({ layers: [64, 1024, 64], fanOuts: [128, 8] }),
  ...{
    fingerprint: 'f'.repeat(64),
    context: {},
    fromFile: [],
    fromOptions: [],
    arrays: null,
    order: null,
    orderFromSizes: false,
    weighted: [],
    structure: [
      { junction: 1, nm: '1:8', transposable: null, permutationGrid: null, clashFree: [2, 4] },
      { junction: 2, nm: null, transposable: null, permutationGrid: null, clashFree: [] },
    ],
  },
  ...{
    scatter: 0.75,
    metric: 'indicator',
    vector: [forward, backward, span],
    bound: 1,
    random: 0.62,
    certificate: null,
  },
  other: { metric: 'fair-share', scatter: 0.7, vector: [0.7, 0.99999, 1] },
  otherReason: null,
  ...{ invariant: null, invariantReason: 'left out' },
};

const lines = (score: ScoreReport, width = 100, unicode = true) =>
  scoreText(score, { width, color: false, unicode }).trimEnd().split('\n');

test('every entry stands beside its bound, its random level, its windows and the other metric', () => {
  const text = lines(report);
  expect(text[0]).toBe('S = 0.7500 (indicator, random patterns 0.6200, at most 1.0000 with these degrees)');
  expect(text[1]).toBe('S = 0.7000 (fair-share)');
  expect(text.slice(-4)).toEqual([
    'entry          value   bound  random      windows  ideal  fair-share  note',
    '1:1 forward   0.7500  1.0000  0.6432        8 × 8      1      0.7000',
    '1:1 backward  1.0000  1.0000  0.6432      128 × 8      1      0.9999  optimal',
    '1:2 forward   1.0000  1.0000  1.0000  8 × various      -      1.0000  vacuous',
  ]);
});

test('kinds of regular sparsity are told by junction, and how the order of arrays was found', () => {
  const told = lines(report, 500);
  expect(told).toContain('Junction 1 is N:M sparse along its inputs (1:8), clash-free for 2, 4 memories.');
  expect(told).toContain('Junction 2 is neither N:M sparse nor a permutation grid nor clash-free.');
  const found = { arrays: ['a', 'b'], order: 'left-right', orderFromSizes: true } as const;
  expect(lines({ ...report, ...found }, 500).join(' ')).toContain('only so do their sizes follow on one another');
});

test('a vacuous entry is said to support no claim, and only where there is one', () => {
  expect(lines(report)).toContain('A vacuous entry is 1 for every pattern and supports no claim.');
  expect(lines({ ...report, vector: [forward] }).join('\n')).not.toContain('vacuous');
});

test('where every entry is vacuous it is said that nothing is certified, and why', () => {
  const text = lines({ ...report, vector: [span, { ...span, direction: 'backward' }] }, 200).join('\n');
  expect(text).toContain('Every entry is vacuous: any pattern of these degrees scores 1, so that nothing is certified');
  expect(lines(report).join('\n')).not.toContain('nothing is certified');
});

test('a certificate is put in words, and its absence is silent', () => {
  expect(lines({ ...report, certificate: 'optimal' })[2]).toMatch(/^Certified: /);
  expect(lines(report).join('\n')).not.toContain('Certified');
});

test('where the other metric was not computed, its column is left out and the reason given', () => {
  const text = lines({ ...report, other: null, otherReason: 'fair-share was left out: too many paths' });
  expect(text[1]).toBe('fair-share was left out: too many paths');
  expect(text.find((line) => line.startsWith('entry'))).not.toContain('fair-share');
});

test('at 40 columns windows and ideal go, value and bound stay', () => {
  expect(lines(report, 40, false).slice(-3)[0]).toBe('1:1 forward   0.7500  1.0000');
  for (const line of lines(report, 40, false)) expect(line.length).toBeLessThanOrEqual(40);
});

const text = (changes: Partial<ScoreReport>) => lines({ ...report, ...changes }, 1000).join('\n');

test('which network was read, from what, and what the score was measured with is said', () => {
  expect(text({})).toContain('Network 64-1024-64, fan-out 128,8, fan-in 8,128, density 12.5 % (12.5 %, 12.5 %).\n');
  expect(text({ arrays: ['a', 'b'], order: 'left-right' })).toContain('%). Read from a, b, transposed.\n');
  expect(text({})).toContain(
    'Measured as assumed: metric indicator, windows integral, spans io, every layer a row, all inputs used, all outputs used.',
  );
  const context = { metric: 'fair-share', shapes: [[8, 8], [1024], [64]], usedInputs: 60 } as const;
  expect(text({ context, fromFile: ['shapes', 'usedInputs'], fromOptions: ['metric', 'spans'] })).toContain(
    'Measured as the file says: shapes 8x8,1024,64, 60 inputs used; as the options say: metric fair-share, spans io; as assumed: windows integral, all outputs used.',
  );
});

test('complete junctions and values other than 0 and 1 are told', () => {
  const dense = describeNetwork({ layers: [4, 4, 4], fanOuts: [4, 2] });
  expect(text(dense)).toContain('Junction 1 is complete: every edge is there, which certifies nothing.');
  expect(text({ weighted: [1, 2] })).toContain(
    'Junctions 1, 2 have values other than 0 and 1: whatever is not 0 was taken as an edge.',
  );
  for (const word of ['complete', 'values other than']) expect(text({})).not.toContain(word);
});

test('an array that makes a network either way round is told how it was read', () => {
  const told = 'The array was read as [right, left], as PyTorch keeps weights; --transposed reads [left, right]';
  const sizes = describeNetwork({ layers: [20, 40], fanOuts: [10] });
  expect(text({ ...sizes, order: 'right-left' })).toContain(told);
  const square = describeNetwork({ layers: [20, 20, 20], fanOuts: [10, 5] });
  expect(text({ ...square, order: 'right-left', arrays: ['kernel', 'kernel_1'] })).toContain(
    'Arrays were read as [right, left]',
  );
  for (const changes of [
    { ...sizes, order: 'left-right' },
    { ...sizes, order: null },
    { ...sizes, order: 'right-left', arrays: ['junction1'] },
    { ...describeNetwork({ layers: [20, 20], fanOuts: [10] }), order: 'right-left' },
    { ...describeNetwork({ layers: [20, 40, 10], fanOuts: [10, 1] }), order: 'right-left' },
  ] as const) {
    expect(text(changes)).not.toContain('--transposed');
  }
});
