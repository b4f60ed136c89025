import { plural } from '../base/plural.ts';
import type { StudyResult } from '../study/conclude.ts';
import type { Correlation } from '../validation/link.ts';
import type { FamilyVerdict, ProxyVerdict, Spread } from '../validation/verdict-record.ts';
import { fraction, heading, MISSING, paragraph, percent, type TextOptions, words } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** "+0.41" or "-0.07": a correlation's sign is half of what it says. */
function signed(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  const shown = value.toFixed(2);
  return value >= 0 ? `+${shown}` : shown;
}

const interval = (low: number | null, high: number | null) =>
  low === null || high === null ? '' : `${signed(low)} to ${signed(high)}`;

/** Values of p below this one are written as "p < 0.001". */
const LEAST_P = 0.001;

function pText(p: number | null): string {
  if (p === null) return '';
  return p < LEAST_P ? `, p < ${LEAST_P}` : `, p = ${p.toPrecision(2)}`;
}

function correlationText({ value, low, high, p, reason }: Correlation): string {
  if (value === null) return `undefined${reason === null ? '' : ` (${reason})`}`;
  const range = interval(low, high);
  return `${signed(value)}${range === '' ? '' : `, 95 % interval ${range}`}${pText(p)}`;
}

function familyColumns(): Column<FamilyVerdict>[] {
  const range = ({ low, high }: Spread, show: (value: number) => string) => `${show(low)} to ${show(high)}`;
  return [
    { title: 'family', align: 'left', priority: 0, least: 8, text: (row) => row.family },
    { title: 'candidates', align: 'right', priority: 3, text: (row) => String(row.candidates) },
    { title: 'mean S', align: 'right', priority: 0, text: (row) => fraction(row.scatter.mean) },
    { title: 'S from', align: 'right', priority: 5, text: (row) => range(row.scatter, (value) => fraction(value, 2)) },
    { title: 'accuracy', align: 'right', priority: 0, text: (row) => percent(row.accuracy.mean, 2) },
    { title: 'from', align: 'right', priority: 4, text: (row) => range(row.accuracy, (value) => percent(value)) },
    { title: 'Spearman', align: 'right', priority: 2, text: (row) => signed(row.spearman) },
  ];
}

function proxyLines({ proxies }: StudyResult, options: TextOptions): string[] {
  if (proxies.length === 0) return [];
  const columns: Column<ProxyVerdict>[] = [
    { title: 'rival', align: 'left', priority: 0, least: 8, text: (row) => row.name },
    { title: 'Spearman', align: 'right', priority: 0, text: (row) => signed(row.spearman) },
    { title: '95 % interval', align: 'right', priority: 1, text: (row) => interval(row.low, row.high) },
  ];
  return ['', ...tableLines(columns, proxies, options)];
}

function controlText({ control }: StudyResult): string {
  if (control === null) return 'not measured';
  const told = { true: 'it predicts as well', false: 'it does not predict as well', null: 'too uncertain to compare' };
  return `${correlationText(control.spearman)}; ${told[`${control.predictsAsWell}`]}`;
}

function ceilingText({ noiseCeiling }: StudyResult): string {
  if (noiseCeiling === null) return 'not measured, as that takes two seeds and accuracies that differ';
  return `${fraction(noiseCeiling, 2)}; no proxy can be expected to correlate more`;
}

function choiceLines({ choice }: StudyResult): string[] {
  if (choice === null) return [];
  const { k, precision, precisionByChance, regret, regretOfRandom } = choice;
  const points = (value: number) => `${(100 * value).toFixed(2)} points`;
  return [
    `Choosing by scatter: of the ${k} highest, ${percent(precision, 0)} are among the ${k} most accurate (${percent(precisionByChance, 0)} by chance); the highest is ${points(regret)} below the most accurate, a random pattern ${points(regretOfRandom)}`,
  ];
}

/** Families side by side, correlations with their intervals beside what noise allows and what chance gives, then the answer. */
export function verdictText(report: StudyResult, options: TextOptions): string {
  const { study, dataset, engine, aboveRandom } = report;
  const trained = `${plural(report.candidates, 'candidate')} of ${study}, ${plural(report.seeds, 'seed')} each`;
  const facts = [
    `Scatter and accuracy: Spearman ${correlationText(report.spearman)}`,
    `Kendall tau-b: ${correlationText(report.kendall)}`,
    `Within families: ${correlationText(report.withinFamilies)}`,
    `Above random (${plural(aboveRandom.candidates, 'candidate')}): ${correlationText(aboveRandom)}`,
    `Noise ceiling: ${ceilingText(report)}`,
    `Control, windows relabelled at random: ${controlText(report)}`,
    ...choiceLines(report),
  ];
  const verdict = `Verdict: ${words(report.verdict)}`;
  const lines = [
    ...paragraph(`${trained}, on ${dataset} (${engine})`, options),
    ...['', ...tableLines(familyColumns(), report.families, options), ''],
    ...facts.flatMap((fact) => paragraph(fact, options)),
    ...proxyLines(report, options),
    '',
    ...paragraph(verdict, options).map((line) => heading(line, options.color)),
    ...paragraph(report.meaning, options),
  ];
  return `${lines.join('\n')}\n`;
}
