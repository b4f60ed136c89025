import { expect, test } from 'vitest';
import { verdictText } from '../../src/report/verdict.ts';
import type { StudyResult } from '../../src/study/conclude.ts';

const link = (value: number, low: number | null, high: number | null, p: number) => ({
  value,
  low,
  high,
  p,
  reason: null,
});
const spread = (mean: number) => ({ mean, low: mean - 0.01, high: mean + 0.02 });

/** What the text does not tell of a family. */
const untold = { low: null, high: null, p: null, reason: null };

const report: StudyResult = {
  ...{ study: 'morse-demo', dataset: 'morse', engine: 'tfjs', candidates: 24, seeds: 2 },
  ...{ backend: 'wasm', device: '2 CPU threads' },
  spearman: link(-0.412, -0.7, 0.02, 0.051),
  kendall: link(-0.3, null, null, 0.0002),
  withinFamilies: link(0.1, -0.3, 0.5, 0.6),
  aboveRandom: { value: null, low: null, high: null, p: null, reason: 'needs at least 4 candidates', candidates: 3 },
  noiseCeiling: 0.913,
  families: [
    { family: 'random', candidates: 8, scatter: spread(0.64), accuracy: spread(0.59), spearman: 0.1, ...untold },
    { family: 'local', candidates: 4, scatter: spread(0.23), accuracy: spread(0.65), spearman: null, ...untold },
  ],
  control: { spearman: link(0.05, -0.3, 0.4, 0.8), advantage: null, predictsAsWell: false },
  proxies: [{ name: 'spectral gap', spearman: 0.66, low: 0.2, high: 0.9, p: 0.01, reason: null }],
  choice: { k: 6, precision: 0.3333, precisionByChance: 0.25, regret: 0.021, regretOfRandom: 0.0154 },
  verdict: 'no-link-found',
  meaning: 'More scatter did not mean more accuracy here.',
};

const lines = (some: StudyResult, width = 100, color = false) =>
  verdictText(some, { width, color, unicode: true }).trimEnd().split('\n');

test('families, correlations, ceiling, control, choice, rivals and the answer are all told', () => {
  expect(lines(report, 200)).toEqual([
    '24 candidates of morse-demo, 2 seeds each, on morse (tfjs)',
    '',
    'family  candidates  mean S        S from  accuracy              from  Spearman',
    'random           8  0.6400  0.63 to 0.66   59.00 %  58.0 % to 61.0 %     +0.10',
    'local            4  0.2300  0.22 to 0.25   65.00 %  64.0 % to 67.0 %         -',
    '',
    'Scatter and accuracy: Spearman -0.41, 95 % interval -0.70 to +0.02, p = 0.051',
    'Kendall tau-b: -0.30, p < 0.001',
    'Within families: +0.10, 95 % interval -0.30 to +0.50, p = 0.60',
    'Above random (3 candidates): undefined (needs at least 4 candidates)',
    'Noise ceiling: 0.91; no proxy can be expected to correlate more',
    'Control, windows relabelled at random: +0.05, 95 % interval -0.30 to +0.40, p = 0.80; it does not predict as well',
    'Choosing by scatter: of the 6 highest, 33 % are among the 6 most accurate (25 % by chance); the highest is 2.10 points below the most accurate, a random pattern 1.54 points',
    '',
    'rival         Spearman   95 % interval',
    'spectral gap     +0.66  +0.20 to +0.90',
    '',
    'Verdict: no link found',
    'More scatter did not mean more accuracy here.',
  ]);
});

test('what was not measured is said to be not measured', () => {
  const text = lines({ ...report, noiseCeiling: null, control: null, proxies: [], choice: null }, 200).join('\n');
  expect(text).toContain('Noise ceiling: not measured');
  expect(text).toContain('Control, windows relabelled at random: not measured');
  expect(text).not.toMatch(/rival|Choosing/);
});

test.each([
  [true, 'it predicts as well'],
  [null, 'too uncertain to compare'],
])('a control that predicts as well (%s) is told in words', (predictsAsWell, words) => {
  const control = { spearman: report.spearman, advantage: null, predictsAsWell };
  expect(lines({ ...report, control }, 200).join('\n')).toContain(`; ${words}`);
});

test('at 40 columns nothing is wider and the meaning is whole', () => {
  const text = lines(report, 40);
  for (const line of text) expect(line.length).toBeLessThanOrEqual(40);
  expect(text.slice(-2).join(' ')).toBe(report.meaning);
});

test('colour only makes headings bold: the words are the same', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what colour adds
  const bare = lines(report, 100, true).map((line) => line.replace(/\u001b\[\d+m/g, ''));
  expect(bare).toEqual(lines(report));
  expect(lines(report, 100, true)).not.toEqual(lines(report));
});
