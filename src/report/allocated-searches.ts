import { shortPercent } from '../base/number-text.ts';
import type { Allocation } from '../pattern/allocation.ts';
import { describeFanOutList } from '../pattern/degree-choice.ts';
import type { SearchResult } from '../study/search-result.ts';
import { fraction, MISSING, paragraph, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** The search of one allocation, as `search --allocate --json` lists it. */
export interface AllocatedSearch extends Omit<Allocation, 'laterDenser'>, SearchResult {
  readonly recommended: boolean;
}

export interface AllocatedSearches {
  /** the overall density asked for */
  readonly density: number;
  /** sparsest first junction first */
  readonly allocations: readonly AllocatedSearch[];
  /** why the recommended allocation is that */
  readonly reason: string;
  /** that scatter is not compared between them */
  readonly comparison: string;
}

/** Of different degrees the windows, their number and what chance scores differ. */
export const EQUAL_DEGREES_ONLY =
  'Scatter is compared within equal degrees only: other degrees have other windows and another random level, so the rows do not rank each other. Which allocation is the best, trainings tell.';

const short = (value: number) => shortPercent(value, 3);

const columns: readonly Column<AllocatedSearch>[] = [
  { title: 'fan-outs', align: 'left', priority: 0, text: ({ fanOuts }) => describeFanOutList(fanOuts) },
  { title: 'densities', align: 'left', priority: 1, text: ({ densities }) => densities.map(short).join(', ') },
  { title: 'overall', align: 'right', priority: 3, text: ({ overallDensity }) => short(overallDensity) },
  { title: 'study', align: 'left', priority: 0, text: ({ study }) => study },
  { title: 'best S', align: 'right', priority: 0, text: ({ best }) => fraction(best?.scatter ?? null) },
  { title: 'at most', align: 'right', priority: 2, text: ({ best }) => fraction(best?.bound ?? null) },
  { title: 'certificate', align: 'left', priority: 3, text: ({ best }) => best?.certificate ?? MISSING },
  { title: '', align: 'left', priority: 1, text: ({ recommended }) => (recommended ? 'recommended' : '') },
];

/** A line an allocation, and what they do not say of each other. */
export function allocatedSearchesText(report: AllocatedSearches, options: TextOptions): string {
  const lines = [
    ...tableLines(columns, report.allocations, options),
    '',
    ...paragraph(report.comparison, options),
    ...paragraph(report.reason, options),
  ];
  return `${lines.join('\n')}\n`;
}
