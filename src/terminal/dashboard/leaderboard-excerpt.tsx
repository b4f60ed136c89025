import { fraction, percent, printable } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { meanAccuracies } from '../training-state.ts';
import type { PanelProps } from './line.tsx';
import { PanelTable } from './panel-table.tsx';

export type LeaderboardRow = DashboardState['kept'][number];

export interface LeaderboardExcerptProps extends PanelProps {
  /** best first */
  readonly rows: readonly LeaderboardRow[];
  /** wanted S; null for the highest */
  readonly target: number | null;
  /** mean test accuracy by candidate number */
  readonly accuracies: ReadonlyMap<number, number>;
  readonly entryKeys: readonly string[];
}

/** The kept candidates, or, once they are chosen, those that are trained. */
export function leaderboardRows(state: DashboardState): Pick<LeaderboardExcerptProps, 'rows' | 'accuracies'> {
  return { rows: state.selection?.candidates ?? state.kept, accuracies: meanAccuracies(state.training) };
}

function excerptColumns({ accuracies, target, entryKeys, theme }: LeaderboardExcerptProps): Column<LeaderboardRow>[] {
  const accuracy: Column<LeaderboardRow> = {
    title: 'accuracy',
    align: 'right',
    priority: 1,
    text: ({ number }) => percent(accuracies.get(number) ?? null),
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
export function LeaderboardExcerpt(props: LeaderboardExcerptProps) {
  const { rows, width, height, theme } = props;
  return <PanelTable columns={excerptColumns(props)} rows={rows} width={width} height={height} theme={theme} />;
}
