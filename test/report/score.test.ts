import { expect, test } from 'vitest';
import { type ScoredEntry, type ScoreReport, scoreText } from '../../src/report/score.ts';

const forward: ScoredEntry = {
  ...{ span: '1:1', direction: 'forward', value: 0.75, bound: 1, random: 0.6432, vacuous: false },
  ...{ windows: 8, windowSize: 8, ideal: 1 },
};
const backward: ScoredEntry = { ...forward, direction: 'backward', value: 1, windows: 128 };
const span: ScoredEntry = {
  ...forward,
  span: '1:2',
  value: 1,
  random: null,
  vacuous: true,
  windowSize: null,
  ideal: null,
};

const report: ScoreReport = {
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
    '1:2 forward   1.0000  1.0000       -  8 × various      -      1.0000  vacuous',
  ]);
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
