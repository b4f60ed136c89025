import { max, min } from 'simple-statistics';
import type { TopLevelSpec } from 'vega-lite';
import { cleanText } from '../../base/clean-text.ts';
import { gainTitle, type MaybeScore, scoreAxis, scoreName } from '../../base/score.ts';
import type { StudyReport } from '../../study/study-report.ts';
import type { ValidationResult } from '../../study/validation-result.ts';
import { curvesByScatter } from './curves.ts';
import { draw, ink, markShapes, palette } from './draw.ts';
import type { Markup } from './markup.ts';
import { families, levelMeans, scatterPoints } from './points.ts';

/** Sizes in pixels of a drawing that is shrunk to its column, so that its text can still be read on a telephone. */
const WIDTH = 430;
const HEIGHT = 270;

/** Longest name in a chart, in bytes. */
const MOST_NAME = 60;

const name = (text: string) => cleanText(text, MOST_NAME);

/** From the lowest value to the highest, with a little room. */
const fitting = { zero: false, nice: false, padding: 14 } as const;

const axisOf = (score: MaybeScore) => ({ axis: { title: name(scoreAxis(score)) }, scale: { zero: false } }) as const;

function byFamily(names: readonly string[]) {
  const domain = names.map(name);
  const range = domain.map((_, index) => palette[index % palette.length]);
  return {
    color: { field: 'family', type: 'nominal', scale: { domain, range } },
    shape: {
      ...{ field: 'family', type: 'nominal' },
      scale: { domain, range: domain.map((_, index) => markShapes[index % markShapes.length]) },
    },
  } as const;
}

/** Upright lines at the random level and the top, each with its name. */
function levelMarks({ randomLevel, top }: StudyReport) {
  const values = [
    { at: randomLevel, what: `random ${randomLevel.toFixed(2)}` },
    { at: top, what: `top ${top.toFixed(2)}` },
  ];
  const x = { field: 'at', type: 'quantitative' } as const;
  return [
    { data: { values }, mark: { type: 'rule', strokeDash: [4, 3], stroke: ink.faint }, encoding: { x } },
    {
      data: { values },
      mark: { type: 'text', align: 'right', baseline: 'top', dx: -4, y: 2, fontSize: 12, fill: ink.text },
      encoding: { x, text: { field: 'what' } },
    },
  ] as const;
}

/** The gain of each question with its interval, against the margin within which a gain is worth nothing. */
export function gainChart({ questions, plan, score }: ValidationResult): Promise<Markup> {
  const { margin } = plan;
  const known = questions.flatMap(({ name: question, gain }) => (gain === null ? [] : [{ question, ...gain }]));
  const ends = known.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [least, most] = [Math.min(-2 * margin, ...ends), Math.max(2 * margin, ...ends)];
  const room = 0.08 * (most - least);
  const values = known.map(({ question, value, low, high }) => ({
    ...{ question: name(question), value, low: low ?? least - room, high: high ?? most + room },
  }));
  const domain = [least - room, most + room];
  const x = {
    type: 'quantitative',
    scale: { domain, nice: false },
    axis: { title: name(`gain, ${gainTitle(score)}`) },
  } as const;
  const y = { field: 'question', type: 'nominal', axis: { title: null, labelLimit: 260 }, sort: null } as const;
  const spec = {
    ...{ width: 320, height: 34 * values.length },
    layer: [
      {
        data: { values: [{ from: -margin, to: margin }] },
        mark: { type: 'rect', fill: ink.grid },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
      },
      {
        data: { values: [{ at: 0 }] },
        mark: { type: 'rule', stroke: ink.faint },
        encoding: { x: { ...x, field: 'at' } },
      },
      {
        data: { values },
        mark: { type: 'rule', stroke: ink.accent, strokeWidth: 2 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 90, fill: ink.accent, opacity: 1 },
        encoding: { x: { ...x, field: 'value' }, y },
      },
    ],
  } as const;
  return draw('The gain of each question with its 95 % interval, and the margin', spec as unknown as TopLevelSpec);
}

/** Mean accuracy by the scatter that was wanted, one line a family. */
export function levelChart(report: StudyReport): Promise<Markup> {
  const names = families(report);
  // Families of one level stand beside each other, so that their intervals can be told apart.
  const step = 0.007 * (report.top - report.randomLevel);
  const aside = (family: string) => step * (names.indexOf(family) - (names.length - 1) / 2);
  const values = levelMeans(report).map((row) => ({
    ...row,
    family: name(row.family),
    level: row.level + aside(row.family),
  }));
  const x = {
    field: 'level',
    type: 'quantitative',
    scale: fitting,
    axis: { title: 'scatter wanted' },
  } as const;
  const { color, shape } = byFamily(names);
  const y = { field: 'accuracy', type: 'quantitative', ...axisOf(report.score) } as const;
  const spec = {
    ...{ width: WIDTH, height: HEIGHT },
    layer: [
      { data: { values }, mark: { type: 'line', strokeWidth: 1.5, opacity: 0.6 }, encoding: { x, y, color } },
      {
        data: { values: values.filter(({ low }) => low !== null) },
        mark: { type: 'rule', opacity: 0.7 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { x, y, color, shape },
      },
      ...levelMarks(report),
    ],
  } as const;
  return draw(`Mean ${name(scoreName(report.score))} by level of scatter and family`, spec as unknown as TopLevelSpec);
}

/** Every trained candidate, with the interval that its seeds leave. */
export function scatterChart(report: StudyReport): Promise<Markup> {
  const { color, shape } = byFamily(families(report));
  const values = scatterPoints(report).map((row) => ({ ...row, family: name(row.family) }));
  const many = values.length > 200;
  const x = { field: 'scatter', type: 'quantitative', scale: fitting, axis: { title: 'scatter' } } as const;
  const y = { field: 'accuracy', type: 'quantitative', ...axisOf(report.score) } as const;
  const spec = {
    ...{ width: WIDTH, height: HEIGHT },
    layer: [
      {
        data: { values: values.filter(({ low }) => low !== null) },
        mark: { type: 'rule', opacity: many ? 0.15 : 0.35 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: many ? 16 : 45, opacity: many ? 0.6 : 0.9 },
        encoding: { x, y, color, shape },
      },
      ...levelMarks(report),
    ],
  } as const;
  return draw(
    `Scatter against ${name(scoreName(report.score))}, one mark a candidate`,
    spec as unknown as TopLevelSpec,
  );
}

/** How often the higher value of each proxy was the more accurate. */
export function rivalsChart({ proxies }: ValidationResult): Promise<Markup> {
  const values = proxies
    .flatMap(({ name: proxy, inOrder, pHolm }) =>
      inOrder === null ? [] : [{ proxy: name(proxy), share: 100 * inOrder, clear: pHolm !== null && pHolm < 0.05 }],
    )
    .sort((a, b) => b.share - a.share);
  const x = { type: 'quantitative', scale: { domain: [0, 100] }, axis: { title: 'pairs in order, %' } } as const;
  const y = { field: 'proxy', type: 'nominal', sort: null, axis: { title: null, labelLimit: 260 } } as const;
  const color = {
    ...{ field: 'clear', type: 'nominal', legend: null },
    scale: { domain: [true, false], range: [ink.accent, ink.faint] },
  } as const;
  const spec = {
    ...{ width: 280, height: { step: 19 } },
    layer: [
      {
        data: { values: [{ at: 50 }] },
        mark: { type: 'rule', stroke: ink.faint },
        encoding: { x: { ...x, field: 'at' } },
      },
      {
        data: { values: values.map((row) => ({ ...row, from: 50 })) },
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'share' }, y, color },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 80, opacity: 1 },
        encoding: { x: { ...x, field: 'share' }, y, color },
      },
    ],
  } as const;
  return draw('Share of pairs in order, by proxy', spec as unknown as TopLevelSpec);
}

/** Validation accuracy by epoch: some single trainings, and the mean of each third of scatter. */
export function curvesChart(report: StudyReport): Promise<Markup> {
  const { runs, means, bands } = curvesByScatter(report);
  const x = { field: 'epoch', type: 'quantitative', axis: { title: 'epoch', tickMinStep: 1, format: 'd' } } as const;
  const y = {
    ...{ field: 'accuracy', type: 'quantitative', scale: { zero: false } },
    axis: { title: name(`validation ${scoreAxis(report.score)}`) },
  } as const;
  const color = {
    ...{ field: 'band', type: 'nominal' },
    scale: { domain: bands, range: bands.map((_, index) => palette[index]) },
  } as const;
  const spec = {
    ...{ width: WIDTH, height: HEIGHT },
    layer: [
      {
        data: { values: runs },
        mark: { type: 'line', strokeWidth: 1, opacity: 0.25 },
        encoding: { x, y, color, detail: { field: 'run', type: 'nominal' } },
      },
      {
        data: { values: means },
        mark: { type: 'line', strokeWidth: 3, point: { size: 50 } },
        encoding: { x, y, color },
      },
    ],
  } as const;
  return draw(`Validation ${name(scoreName(report.score))} by epoch`, spec as unknown as TopLevelSpec);
}

/** Range of every entry of the scatter vector over the candidates, with its random level and its bound. */
export function vectorsChart({ entries, candidates }: StudyReport): Promise<Markup> {
  const values = entries.map(({ key, bound, random }, index) => {
    const own = candidates.map(({ record }) => record.vector[index]);
    return { entry: name(key), bound, random, low: min(own), high: max(own) };
  });
  const x = { type: 'quantitative', scale: { domain: [0, 1] }, axis: { title: 'value' } } as const;
  const y = { field: 'entry', type: 'nominal', sort: null, axis: { title: null } } as const;
  const tick = (field: string, color: string, thickness: number) => ({
    data: { values },
    mark: { type: 'tick', thickness, size: 17, fill: color, opacity: 1 },
    encoding: { x: { ...x, field }, y },
  });
  const spec = {
    ...{ width: 330, height: { step: 25 } },
    layer: [
      {
        data: { values },
        mark: { type: 'bar', height: 9, fill: ink.accent, opacity: 0.55 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
      },
      tick('random', ink.text, 1.5),
      tick('bound', ink.accent, 3),
    ],
  };
  return draw('Entries of the scatter vector', spec as unknown as TopLevelSpec);
}
