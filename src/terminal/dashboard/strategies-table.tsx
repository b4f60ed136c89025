import { fraction, printable } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import { shortfall } from '../../search/ranking.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { bar } from '../sparkline.ts';
import type { Theme } from '../theme.ts';
import type { PanelProps } from './line.tsx';
import { PanelTable } from './panel-table.tsx';

export type StrategyRow = NonNullable<DashboardState['search']['progress']>['strategies'][number];

export interface StrategiesTableProps extends PanelProps {
  readonly strategies: readonly StrategyRow[];
  /** wanted S; null for the highest */
  readonly target: number | null;
}

function strategyColumns(theme: Theme): Column<StrategyRow>[] {
  return [
    { title: 'Strategy', align: 'left', priority: 0, least: 8, text: ({ name }) => printable(name, theme.unicode) },
    { title: 'candidates', align: 'right', priority: 1, text: ({ evaluated }) => String(evaluated) },
    { title: 'best S', align: 'right', priority: 0, text: ({ best }) => fraction(best) },
    { title: '', align: 'left', priority: 2, text: ({ best }) => (best === null ? '' : bar(best, 20, theme)) },
  ];
}

/** In their own order, which does not jump; where some must be left out, the best. */
function shownStrategies({ strategies, target, height }: StrategiesTableProps): readonly StrategyRow[] {
  if (strategies.length < height) return strategies;
  const lack = ({ best }: StrategyRow) => (best === null ? Number.POSITIVE_INFINITY : shortfall(best, target));
  return strategies.toSorted((a, b) => lack(a) - lack(b) || 0);
}

/** What every strategy has made so far, and the best S among it. */
export function StrategiesTable(props: StrategiesTableProps) {
  const { width, height, theme } = props;
  const rows = shownStrategies(props);
  return <PanelTable columns={strategyColumns(theme)} rows={rows} width={width} height={height} theme={theme} />;
}
