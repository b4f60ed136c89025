import { plural } from '../base/plural.ts';
import type { FoundCandidate } from '../study/found-candidate.ts';
import type { SearchResult } from '../study/search-result.ts';
import { fraction, heading, paragraph, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

const tieColumns = (rows: readonly FoundCandidate[]): Column<FoundCandidate>[] =>
  [...new Set(rows.flatMap(({ ties }) => Object.keys(ties)))].map((name) => ({
    title: name,
    align: 'right',
    priority: 6,
    text: (row) => fraction(row.ties[name] ?? null),
  }));

const columns: readonly Column<FoundCandidate>[] = [
  { title: '#', align: 'right', priority: 0, text: (row) => String(row.candidate) },
  { title: 'strategy', align: 'left', priority: 1, text: (row) => row.strategy },
  { title: 'S', align: 'right', priority: 0, text: (row) => fraction(row.scatter) },
  { title: 'certificate', align: 'left', priority: 3, text: (row) => row.certificate ?? '' },
  { title: 'vector', align: 'left', priority: 4, text: (row) => row.vector.map((value) => fraction(value)).join(' ') },
  { title: 'fingerprint', align: 'left', priority: 5, text: (row) => row.fingerprint.slice(0, 10) },
];

/** The best and how far it is from the best possible, or from what was wanted. */
function verdict({ best, study, target }: SearchResult & { readonly best: FoundCandidate }): string {
  const by = `(candidate ${best.candidate}, ${best.strategy})`;
  if (target !== null) {
    const within = `${target.reached ? 'within' : 'not within'} ${target.tolerance}`;
    const off = `off by ${fraction(target.offBy)}, ${within} of it`;
    return `${study}: nearest to ${target.wanted}: S = ${fraction(best.scatter)} ${by}, ${off}.`;
  }
  const certified =
    best.certificate === 'optimal'
      ? 'certified: no pattern with these degrees scores higher in any entry'
      : `at most ${fraction(best.bound)} is possible with these degrees`;
  return `${study}: best S = ${fraction(best.scatter)} ${by}; ${certified}.`;
}

function vacuousText(vacuous: readonly string[], entries: number): string | null {
  if (vacuous.length === 0) return null;
  return vacuous.length === entries
    ? 'Every entry is vacuous: any pattern of these degrees scores 1, so that nothing is certified and scatter tells nothing here.'
    : `Vacuous, 1 for every pattern: ${vacuous.join(', ')}.`;
}

/**
 * The best, how far from the best possible or from what was wanted, and the top as a table.
 * @param repeat a command that finds the same on any machine, for a search whose budget was a time
 */
export function searchText(report: SearchResult, options: TextOptions, repeat: string | null = null): string {
  const { best, study, evaluated, seconds, vacuous, endedBecause } = report;
  const ended = endedBecause === null ? '' : `; ended: ${endedBecause}`;
  const effort = `${plural(evaluated, 'candidate')} in ${seconds.toFixed(1)} s${ended}`;
  if (best === null) return `${paragraph(`${study}: ${effort}, none found.`, options).join('\n')}\n`;
  const vacuousNote = vacuousText(vacuous, best.vector.length);
  const lines = [
    ...paragraph(verdict({ ...report, best }), options).map((line) => heading(line, options.color)),
    ...paragraph(`${effort}.`, options),
    ...(vacuousNote === null ? [] : paragraph(vacuousNote, options)),
    '',
    ...tableLines([...columns, ...tieColumns(report.top)], report.top, options),
    '',
    ...paragraph(`Ranked by ${report.order}.`, options),
    ...(repeat === null || evaluated === 0 ? [] : [`Find the same again with: ${repeat}`]),
    ...paragraph(`Take it with: scattershot export ${best.candidate} --study ${study} --output pattern.npz`, options),
  ];
  return `${lines.join('\n')}\n`;
}
