import { scoreValueText } from '../../base/number-text.ts';
import { type MaybeScore, scoreName } from '../../base/score.ts';
import { fraction, printable } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import type { DashboardState } from '../dashboard-state.ts';
import type { Line, PanelSpace } from '../lines.ts';
import { meanAccuracies } from '../training-state.ts';
import { panelTable } from './panel-table.ts';

export type LeaderboardRow = DashboardState['kept'][number];

export interface LeaderboardExcerptProps extends PanelSpace {
  /** best first */
  readonly rows: readonly LeaderboardRow[];
  /** wanted S; null for the highest */
  readonly target: number | null;
  /** mean test accuracy by candidate number */
  readonly accuracies: ReadonlyMap<number, number>;
  /** what stands for accuracy; absent: accuracy */
  readonly score?: MaybeScore;
  readonly entryKeys: readonly string[];
}

/** The kept candidates, or, once they are chosen, those that are trained. */
export function leaderboardRows(state: DashboardState): Pick<LeaderboardExcerptProps, 'rows' | 'accuracies'> {
  return { rows: state.selection?.candidates ?? state.kept, accuracies: meanAccuracies(state.training) };
}

function excerptColumns({
  accuracies,
  score,
  target,
  entryKeys,
  theme,
}: LeaderboardExcerptProps): Column<LeaderboardRow>[] {
  const accuracy: Column<LeaderboardRow> = {
    title: scoreName(score),
    align: 'right',
    priority: 1,
    text: ({ number }) => scoreValueText(accuracies.get(number) ?? null, score),
  };
  return [
    {
      title: target === null ? 'By scatter' : `Nearest ${target}`,
      align: 'right',
      priority: 0,
      text: ({ number }) => `#${number}`,
    },
    {
      title: 'strategy',
      align: 'left',
      priority: 1,
      least: 6,
      text: ({ strategy }) => printable(strategy, theme.unicode),
    },
    { title: 'S', align: 'right', priority: 0, text: ({ scatter }) => fraction(scatter) },
    ...(accuracies.size > 0 ? [accuracy] : []),
    ...entryKeys.map(
      (key, index): Column<LeaderboardRow> => ({
        title: shortKey(key),
        align: 'right',
        priority: 3,
        text: ({ vector }) => fraction(vector[index] ?? null),
      }),
    ),
    { title: 'fingerprint', align: 'left', priority: 2, text: ({ fingerprint }) => fingerprint.slice(0, 8) },
  ];
}

/** "1:2 forward" → "1:2f": a heading no wider than its numbers. */
const shortKey = (key: string) => key.replace(' forward', 'f').replace(' backward', 'b');

/** The top of the leaderboard, with accuracies as far as they are known. */
export function leaderboardLines(props: LeaderboardExcerptProps): readonly Line[] {
  const { rows, width, height, theme } = props;
  return panelTable({ columns: excerptColumns(props), rows, width, height, theme });
}
