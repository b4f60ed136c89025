import { gainUnit, type MaybeScore, scoreName, scoreTitle } from '../../base/score.ts';
import type { StudyReport } from '../../study/study-report.ts';
import type { ValidationResult } from '../../study/validation-result.ts';
import { fraction } from '../format.ts';
import { curvesChart, levelChart, rivalsChart, scatterChart, vectorsChart } from './charts.ts';
import { html, type Markup } from './markup.ts';
import { type HtmlColumn, htmlTable } from './table.ts';
import { rivalColumns } from './verdict-section.ts';

const figure = (chart: Markup, caption: string): Markup =>
  html`<figure>${chart}<figcaption>${caption}</figcaption></figure>`;

const spreadText = (sd: number, score: MaybeScore) =>
  score == null ? sd.toFixed(2) : String(Number(sd.toPrecision(3)));

const bars = ({ spread, score }: StudyReport, of: string) =>
  spread === null
    ? ' No interval: no two candidates of one family share two seeds.'
    : ` Lines: 95 % intervals from the spread between ${of} (${spreadText(spread.trainingSd, score)}${gainUnit(score)} between trainings of one candidate).`;

/** Accuracy by level and family, scatter against accuracy, learning curves. Null where nothing was trained. */
export async function chartsSection(report: StudyReport): Promise<Markup | null> {
  if (!report.candidates.some(({ accuracy }) => accuracy !== null)) return null;
  const isPlanned = report.settings?.validation !== undefined;
  const levels = isPlanned
    ? figure(
        await levelChart(report),
        `Mean ${scoreName(report.score)} of the candidates of one family at one level; random patterns stand at the random level.${bars(report, 'seeds and between the patterns of one family, levels taken together, which makes them wide')}`,
      )
    : null;
  const scatter = figure(
    await scatterChart(report),
    `One mark a candidate: its mean over seeds, what seeds have in common taken off.${bars(report, 'seeds')}`,
  );
  const hasCurves = report.evaluations.some(({ epochs, status }) => epochs.length > 0 && status === 'finished');
  const curves = hasCurves
    ? figure(
        await curvesChart(report),
        'Thick: the mean of all trainings at such scatter. Thin: some single trainings, evenly chosen.',
      )
    : null;
  return html`<h2>${scoreTitle(report.score)}</h2><div class="row">${levels}${scatter}${curves}</div>`;
}

/** Rivals of scatter on the same candidates. */
export async function rivalsSection(result: ValidationResult): Promise<Markup | null> {
  if (result.proxies.length === 0) return null;
  const hasPairs = result.proxies.some(({ inOrder }) => inOrder !== null);
  const chart = hasPairs
    ? figure(
        await rivalsChart(result),
        'At 50 % a proxy says nothing; far on either side it orders pairs of one family. Coloured: p below .05 after Holm over the table.',
      )
    : null;
  const leftOut = result.proxies.flatMap(({ name, reason }) =>
    typeof reason === 'string' ? [html`<p>${name}: ${reason}</p>\n`] : [],
  );
  return html`<h2>Rivals on the same candidates</h2>
${chart}${htmlTable(result.proxies, rivalColumns)}
${leftOut}<p class="note">Every proxy that was measured stands here. Given the others: partial rank correlation with ${scoreName(result.score)} within families.</p>`;
}

interface EntryRange {
  readonly key: string;
  readonly windows: string;
  readonly bound: number;
  readonly random: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

function entryRanges({ entries, candidates }: StudyReport): EntryRange[] {
  return entries.map(({ key, windows, windowSize, vacuous, bound, random }, index) => {
    const own = candidates.map(({ record }) => record.vector[index]).sort((a, b) => a - b);
    const size = windowSize === null ? 'uneven' : `of ${windowSize}`;
    return {
      ...{ key, bound, random, low: own[0], median: own[own.length >> 1], high: own[own.length - 1] },
      windows: `${windows} ${size}${vacuous ? ', always 1' : ''}`,
    };
  });
}

const entryColumns: readonly HtmlColumn<EntryRange>[] = [
  { title: 'entry', kind: 'text', text: ({ key }) => key },
  { title: 'windows', kind: 'text', text: ({ windows }) => windows },
  { title: 'lowest', kind: 'number', text: ({ low }) => fraction(low) },
  { title: 'median', kind: 'number', text: ({ median }) => fraction(median) },
  { title: 'highest', kind: 'number', text: ({ high }) => fraction(high) },
  { title: 'random', kind: 'number', text: ({ random }) => fraction(random) },
  { title: 'bound', kind: 'number', text: ({ bound }) => fraction(bound) },
];

/** Entries of the scatter vector over the candidates. Null where there are no candidates. */
export async function vectorsSection(report: StudyReport): Promise<Markup | null> {
  if (report.candidates.length === 0 || report.entries.length === 0) return null;
  const chart = figure(
    await vectorsChart(report),
    'Bar: range over the candidates. Thin mark: mean of random patterns. Thick mark: the highest that degrees and windows allow.',
  );
  return html`<h2>Scatter vectors</h2><p>Scatter is the least entry of the vector (metric ${report.study.metric}).</p><div class="row wide">${chart}${htmlTable(entryRanges(report), entryColumns)}</div>`;
}
