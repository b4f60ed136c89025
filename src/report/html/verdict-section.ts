import { plural } from '../../base/plural.ts';
import { gainTitle, gainUnit, gainUnitName, type MaybeScore } from '../../base/score.ts';
import type { StudyReport } from '../../study/study-report.ts';
import type { ValidationResult } from '../../study/validation-result.ts';
import type { Estimate } from '../../validation/gain.ts';
import { fraction, MISSING, percent, words } from '../format.ts';
import { gainChart } from './charts.ts';
import { html, type Markup } from './markup.ts';
import { type HtmlColumn, htmlTable } from './table.ts';

const signed = (value: number, digits = 2) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

/** "+0.92 (+0.61 to +1.20)"; an open side is ∞ */
function gainText(gain: Estimate | null): string {
  if (gain === null) return MISSING;
  const low = gain.low === null ? '−∞' : signed(gain.low);
  const high = gain.high === null ? '+∞' : signed(gain.high);
  return `${signed(gain.value)} (${low} to ${high})`;
}

/** A correlation with its sign. */
const signedOrMissing = (value: number | null): string => (value === null ? MISSING : signed(value));

const pText = (p: number | null): string => (p === null ? MISSING : p < 0.0001 ? '< 0.0001' : p.toFixed(4));

const rangeText = ({ value, low, high }: { readonly value: number; readonly low: number; readonly high: number }) =>
  `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

type Fact = readonly [value: string, name: string];

const factList = (facts: readonly Fact[]): Markup =>
  html`<ul class="facts">${facts.map(([value, name]) => html`<li><b>${value}</b><span>${name}</span></li>`)}</ul>`;

/** The verdict as a sentence with its number and interval; then the figures that it rests on. */
function answered(result: ValidationResult): Markup {
  const { verdict, meaning, gain, plan, ceiling, candidates, seeds, diverged, score } = result;
  const rests = `gain from the random level to the top, ${gainTitle(score)} (95 %); worth something beyond ±${plan.margin}`;
  const number = verdict === 'cannot-tell' && gain !== null ? ` The gain is ${gainText(gain)}${gainUnit(score)}.` : '';
  const facts: Fact[] = [
    [gainText(gain), rests],
    [`${candidates} candidates`, `up to ${plural(seeds, 'seed')}${diverged === 0 ? '' : `, ${diverged} diverged`}`],
    [rangeText(ceiling), ceiling.reason === null ? 'noise ceiling' : `noise ceiling: ${ceiling.reason}`],
  ];
  return html`<p class="verdict"><span class="answer">${words(verdict)}</span> ${meaning}${number}</p>${factList(facts)}`;
}

function searched({ study, candidates, top, randomLevel }: StudyReport): Markup {
  const best = candidates.reduce<number | null>((most, { record }) => Math.max(most ?? 0, record.scatter), null);
  const found =
    best === null
      ? 'No candidate is kept yet.'
      : `The highest scatter found is ${fraction(best)}; no pattern of these sizes can exceed ${fraction(top)}, and random patterns have ${fraction(randomLevel)} on average.`;
  const facts: Fact[] = [
    [String(study.evaluated), 'patterns scored'],
    [String(candidates.length), 'candidates kept'],
    [study.status, 'state of the study'],
  ];
  return html`<p class="verdict">${found}</p><p>No link between scatter and accuracy was tested here, so there is no verdict.</p>${factList(facts)}`;
}

function unfinished({ study, candidates }: StudyReport): Markup {
  const done = candidates.filter(({ accuracy }) => accuracy !== null).length;
  const command = study.kind === 'demo' ? 'demo' : 'validate';
  return html`<p class="verdict">There is no verdict yet: the study is ${study.status}, with ${done} of ${candidates.length} candidates trained.</p><p>Go on with: <code>scattershot ${command} --resume ${study.name}</code></p>`;
}

/** What a reader wants to know first. */
export function verdictSection(report: StudyReport): Markup {
  if (report.result !== null) return answered(report.result);
  return report.settings?.validation === undefined ? searched(report) : unfinished(report);
}

type Question = ValidationResult['questions'][number];

const questionColumns = (score: MaybeScore): readonly HtmlColumn<Question>[] => [
  { title: 'asked of', kind: 'text', text: ({ name }) => name },
  { title: 'candidates', kind: 'number', text: ({ candidates }) => String(candidates) },
  { title: 'families', kind: 'number', text: ({ families }) => String(families) },
  { title: 'pairs in order', kind: 'number', text: ({ inOrder }) => percent(inOrder, 0) },
  { title: 'p', kind: 'number', text: ({ p }) => pText(p) },
  { title: `gain, ${gainUnitName(score)} (95 %)`, kind: 'number', text: ({ gain }) => gainText(gain) },
  { title: 'answer', kind: 'text', text: ({ answer }) => words(answer) },
  { title: 'why', kind: 'wrap', text: ({ why }) => why },
];

type Family = ValidationResult['families'][number];

const familyColumns: readonly HtmlColumn<Family>[] = [
  { title: 'family', kind: 'text', text: ({ family }) => family },
  { title: 'candidates', kind: 'number', text: ({ candidates }) => String(candidates) },
  { title: 'scatter from', kind: 'number', text: ({ low }) => fraction(low) },
  { title: 'to', kind: 'number', text: ({ high }) => fraction(high) },
  { title: 'pairs in order', kind: 'number', text: ({ inOrder }) => percent(inOrder, 0) },
];

/** Questions, families, twins, ceiling: what the verdict rests on. */
export async function evidenceSection(result: ValidationResult): Promise<Markup> {
  const { questions, families, twins, control, labels = null, ceiling, spearman, kendall } = result;
  const chart = questions.some(({ gain }) => gain !== null) ? await gainChart(result) : null;
  const figure =
    chart === null
      ? null
      : html`<figure>${chart}<figcaption>Gain from the random level to the top, with its 95 % interval. Shaded: a gain that is worth nothing.</figcaption></figure>`;
  const twinsText =
    twins === null
      ? 'No twins were trained.'
      : `${twins.twins} twins (one pattern, inputs renumbered): ${twins.why}; gain ${gainText(twins.gain)}${gainUnit(result.score)}, 90 % interval, p ${pText(twins.p)}.`;
  const labelled =
    labels === null
      ? null
      : html`<p>Renumbering hidden neurons, which leaves the network as it is, changes scatter by ${labels.meanChange.toFixed(3)} on average and by up to ${labels.mostChange.toFixed(3)}.</p>`;
  const correlation = (estimate: Estimate | null) => (estimate === null ? MISSING : gainText(estimate));
  return html`<h2>Questions and families</h2>
${figure}${htmlTable(questions, questionColumns(result.score))}
<p class="note">Pairs are of two patterns of one family that differ in scatter; in order: the one of higher scatter ${result.score === undefined ? 'was the more accurate' : `had the better ${result.score.name}`}. p by permutation within families; each question at .025.</p>
${htmlTable(families, familyColumns)}
<h3>Is it the windows?</h3>
<p>${twinsText}</p>
<p>Scatter with relabelled windows as control: ${control.why}. Partial rank correlation of scatter given the control ${correlation(control.scatterGivenControl)}, of the control given scatter ${correlation(control.controlGivenScatter)}.</p>
${labelled}
<h3>Noise</h3>
<p>Noise ceiling ${rangeText(ceiling)}: the highest correlation with ${result.score === undefined ? 'accuracies' : 'scores'} this noisy that can be expected even of the truth${ceiling.reason === null ? '' : ` (${ceiling.reason})`}. Pooled over families, as a description only: Spearman ${gainText(spearman)}, Kendall ${gainText(kendall)}.</p>`;
}

type Proxy = ValidationResult['proxies'][number];

/** Every rival that was measured, whatever it came to. */
export const rivalColumns: readonly HtmlColumn<Proxy>[] = [
  { title: 'proxy', kind: 'text', text: ({ name }) => name },
  { title: 'pairs in order', kind: 'number', text: ({ inOrder }) => percent(inOrder, 0) },
  { title: 'p, Holm', kind: 'number', text: ({ pHolm }) => pText(pHolm) },
  { title: 'gain over its range (95 %)', kind: 'number', text: ({ gain }) => gainText(gain) },
  { title: 'given the others', kind: 'number', text: ({ givenOthers }) => signedOrMissing(givenOthers) },
  { title: 'p, Holm', kind: 'number', text: ({ pGivenOthersHolm }) => pText(pGivenOthersHolm) },
];
