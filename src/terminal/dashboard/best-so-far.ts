import { scoreValueText } from '../../base/number-text.ts';
import { ROUNDING } from '../../base/numbers.ts';
import { compareScores, type MaybeScore, scoreName } from '../../base/score.ts';
import { fraction, textLength } from '../../report/format.ts';
import type { EntryLevels } from '../../study/entry-levels.ts';
import type { BestCandidate, DashboardState } from '../dashboard-state.ts';
import { type Line, type PanelSpace, titleLine } from '../lines.ts';
import { bar } from '../sparkline.ts';
import { glyphs, type Theme } from '../theme.ts';
import { meanAccuracies } from '../training-state.ts';

export interface BestSoFarProps extends PanelSpace {
  readonly best: BestCandidate;
  readonly entryKeys: readonly string[];
  /** of the same entries; null where they are not known */
  readonly levels: readonly EntryLevels[] | null;
  /** S wanted; null for the highest */
  readonly target: number | null;
  readonly mostAccurate: MostAccurate | null;
}

export interface MostAccurate {
  readonly number: number;
  /** mean over the seeds trained so far */
  readonly accuracy: number;
  readonly score: MaybeScore;
}

/** The candidate of best mean test accuracy so far. */
export function mostAccurate({ training }: DashboardState): MostAccurate | null {
  const all = [...meanAccuracies(training)].map(([number, accuracy]) => ({ number, accuracy, score: training.score }));
  return all.length === 0 ? null : all.reduce((a, b) => (compareScores(b.accuracy, a.accuracy, a.score) > 0 ? b : a));
}

function accurateText({ number, accuracy, score }: MostAccurate): string {
  const what = score == null ? 'Most accurate' : `Best ${scoreName(score)}`;
  return `${what} so far: #${number}, mean test ${scoreValueText(accuracy, score, 2)}`;
}

/** Two entries, forward and backward of one span, stand side by side from this width on. */
const PAIR_WIDTH = 60;
const LONGEST_BAR = 24;
const GAP = 3;

/** Lines that the panel would like. */
export function bestSoFarHeight(best: BestCandidate, width: number, accurate: MostAccurate | null): number {
  const entries = best.vector?.length ?? 0;
  return 1 + (width >= PAIR_WIDTH ? Math.ceil(entries / 2) : entries) + (accurate === null ? 0 : 1);
}

interface Cell {
  readonly key: string;
  readonly value: number;
  readonly levels: EntryLevels | null;
  /** it is the entry that sets S */
  readonly least: boolean;
}

/** Where a value lies between the random level, or 0 where that is not known, and the bound. */
function levelShare(value: number, levels: EntryLevels | null): number {
  const low = levels?.random ?? 0;
  const high = levels?.bound ?? 1;
  return high > low ? (value - low) / (high - low) : 1;
}

function cellText({ key, value, levels, least }: Cell, keyWidth: number, width: number, theme: Theme): string {
  const text = `${key.padEnd(keyWidth)}  ${fraction(value)} `;
  const mark = ` ${glyphs(theme).least} S`;
  const room = Math.min(LONGEST_BAR, width - textLength(text) - textLength(mark));
  const drawn = room >= 4 ? bar(levelShare(value, levels), room, theme) : '';
  return `${text}${drawn}${least ? mark : ''}`.padEnd(width);
}

function entryCells({ best, entryKeys, levels }: BestSoFarProps): Cell[] {
  const values = best.vector ?? [];
  const lowest = values.reduce((a, b) => Math.min(a, b), 1);
  return values.map((value, index) => ({
    ...{ key: entryKeys[index] ?? `entry ${index + 1}`, value, levels: levels?.[index] ?? null },
    least: value === lowest,
  }));
}

/** "S 0.9791 of at most 1.0000", and whether that is certain to be the highest; under a target how far it is. */
function scatterText({ best, levels, target }: BestSoFarProps): string {
  const s = `S ${fraction(best.scatter)}`;
  if (target !== null) return `Nearest to ${target} so far: ${s}, ${Math.abs(best.scatter - target).toFixed(4)} off`;
  if (levels === null || levels.length === 0) return `Best so far: ${s}`;
  const bound = Math.min(...levels.map((each) => each.bound));
  const atBound = best.scatter >= bound - ROUNDING;
  return `Best so far: ${s}${atBound ? ', certified: none has more' : ` of at most ${fraction(bound)}`}`;
}

/** The best candidate and the entries of its scatter vector, as bars from the random level to the bound; the lowest, which is S, is marked. */
export function bestSoFarLines(props: BestSoFarProps): readonly Line[] {
  const { best, width, height, theme, mostAccurate: accurate } = props;
  const cells = entryCells(props);
  const perRow = width >= PAIR_WIDTH ? 2 : 1;
  const cellWidth = Math.floor((width - GAP * (perRow - 1)) / perRow);
  const keyWidth = Math.max(0, ...cells.map(({ key }) => textLength(key)));
  const rows = Array.from({ length: Math.ceil(cells.length / perRow) }, (_, row) =>
    cells
      .slice(row * perRow, (row + 1) * perRow)
      .map((cell) => cellText(cell, keyWidth, cellWidth, theme))
      .join(' '.repeat(GAP)),
  );
  const accuracy: readonly Line[] = accurate === null ? [] : [[{ text: accurateText(accurate) }]];
  return [
    titleLine(`${scatterText(props)}, #${best.number} ${best.strategy}`, width, theme),
    ...[...accuracy, ...rows.map((text): Line => [{ text: text.trimEnd() }])].slice(0, Math.max(0, height - 1)),
  ];
}
