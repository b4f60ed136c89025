import { fraction, heading, MISSING, paragraph, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** One entry of a scored vector, as `score --json` has it. */
export interface ScoredEntry {
  /** "1:2" */
  readonly span: string;
  readonly direction: 'forward' | 'backward';
  readonly value: number;
  /** highest value that these degrees allow; null where none is known */
  readonly bound: number | null;
  /** what a random pattern of the same degrees gets */
  readonly random: number | null;
  /** every pattern scores 1 here */
  readonly vacuous: boolean;
  readonly windows: number;
  /** neurons per window and their ideal count; null where windows differ */
  readonly windowSize: number | null;
  readonly ideal: number | null;
}

/** The score of one pattern, as `score --json` has it. */
export interface ScoreReport {
  readonly scatter: number;
  readonly metric: string;
  readonly vector: readonly ScoredEntry[];
  readonly bound: number | null;
  /** mean S of random patterns; null where it was not sampled */
  readonly random: number | null;
  readonly certificate: 'optimal' | null;
  readonly other: { readonly metric: string; readonly scatter: number; readonly vector: readonly number[] } | null;
  /** why `other` is null; null where it is not */
  readonly otherReason: string | null;
}

function windowsText(entry: ScoredEntry, options: TextOptions): string {
  return `${entry.windows} ${options.unicode ? '×' : 'x'} ${entry.windowSize ?? 'various'}`;
}

const idealText = (ideal: number | null) => (ideal === null ? MISSING : String(Number(ideal.toPrecision(4))));

function entryColumns(report: ScoreReport, options: TextOptions): Column<ScoredEntry>[] {
  const { other, vector } = report;
  const optimal = (entry: ScoredEntry) => entry.bound !== null && entry.value === entry.bound;
  const note = (entry: ScoredEntry) => {
    if (entry.vacuous) return 'vacuous';
    return optimal(entry) ? 'optimal' : '';
  };
  const columns: Column<ScoredEntry>[] = [
    { title: 'entry', align: 'left', priority: 0, text: (entry) => `${entry.span} ${entry.direction}` },
    { title: 'value', align: 'right', priority: 0, text: (entry) => fraction(entry.value) },
    { title: 'bound', align: 'right', priority: 1, text: (entry) => fraction(entry.bound) },
    { title: 'random', align: 'right', priority: 2, text: (entry) => fraction(entry.random) },
    { title: 'windows', align: 'right', priority: 4, text: (entry) => windowsText(entry, options) },
    { title: 'ideal', align: 'right', priority: 5, text: (entry) => idealText(entry.ideal) },
  ];
  const otherColumn: Column<ScoredEntry>[] =
    other === null
      ? []
      : [
          {
            title: other.metric,
            align: 'right',
            priority: 3,
            text: (entry) => fraction(other.vector[vector.indexOf(entry)] ?? null),
          },
        ];
  return [...columns, ...otherColumn, { title: 'note', align: 'left', priority: 1, text: note }];
}

function scoreLine(report: ScoreReport): string {
  const random = report.random === null ? '' : `, random patterns ${fraction(report.random)}`;
  const bound = report.bound === null ? '' : `, at most ${fraction(report.bound)} with these degrees`;
  return `S = ${fraction(report.scatter)} (${report.metric}${random}${bound})`;
}

/** S and what is known about it, then the vector as a table, each entry beside its bound and its random level. */
export function scoreText(report: ScoreReport, options: TextOptions): string {
  const lines = paragraph(scoreLine(report), options).map((line) => heading(line, options.color));
  if (report.other !== null) lines.push(`S = ${fraction(report.other.scatter)} (${report.other.metric})`);
  else if (report.otherReason !== null) lines.push(...paragraph(report.otherReason, options));
  if (report.certificate === 'optimal') {
    lines.push(
      ...paragraph('Certified: every entry that is not vacuous reaches its bound; no pattern scores higher.', options),
    );
  }
  if (report.vector.every((entry) => entry.vacuous)) {
    const every = 'Every entry is vacuous: any pattern of these degrees scores 1, so that nothing is certified';
    lines.push(...paragraph(`${every} and scatter tells nothing here.`, options));
  } else if (report.vector.some((entry) => entry.vacuous)) {
    lines.push(...paragraph('A vacuous entry is 1 for every pattern and supports no claim.', options));
  }
  lines.push('', ...tableLines(entryColumns(report, options), report.vector, options));
  return `${lines.join('\n')}\n`;
}
