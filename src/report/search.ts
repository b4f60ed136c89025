import type { FoundCandidate, SearchResult } from '../study/search-result.ts';
import { fraction, heading, paragraph, plural, type TextOptions } from './format.ts';
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

/** The best, how far from the best possible, and the top as a table. */
export function searchText(report: SearchResult, options: TextOptions): string {
  const { best, study, evaluated, seconds, vacuous, endedBecause } = report;
  const ended = endedBecause === null ? '' : `; ended: ${endedBecause}`;
  const effort = `${plural(evaluated, 'candidate')} in ${seconds.toFixed(1)} s${ended}`;
  if (best === null) return `${paragraph(`${study}: ${effort}, none found.`, options).join('\n')}\n`;
  const pointless = vacuous.length === best.vector.length;
  const certified =
    best.certificate === 'optimal' && !pointless
      ? 'certified: no pattern with these degrees scores higher in any entry'
      : `at most ${fraction(best.bound)} is possible with these degrees`;
  const aside =
    vacuous.length === 0
      ? ''
      : pointless
        ? 'Every entry is vacuous: any pattern of these degrees scores 1, and scatter tells nothing here.'
        : `Vacuous, 1 for every pattern: ${vacuous.join(', ')}.`;
  const lines = [
    ...paragraph(
      `${study}: best S = ${fraction(best.scatter)} (candidate ${best.candidate}, ${best.strategy}); ${certified}.`,
      options,
    ).map((line) => heading(line, options.color)),
    ...paragraph(`${effort}.`, options),
    ...(aside === '' ? [] : paragraph(aside, options)),
    '',
    ...tableLines([...columns, ...tieColumns(report.top)], report.top, options),
    '',
    ...paragraph(`Ranked by ${report.order}.`, options),
    ...paragraph(`Take it with: scattershot export ${best.candidate} --study ${study} --output pattern.npz`, options),
  ];
  return `${lines.join('\n')}\n`;
}
